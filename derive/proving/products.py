"""Products enter sums over time; what does not depend on the variable leaves sums over sets. Untrusted."""

from __future__ import annotations

from sympy import Add, Expr, Mul

from derive import kernel
from derive.binding import bound_name, fresh, names, substitute
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.rewriting import HOLE, Conversion, Given
from derive.rules import first_of
from derive.terms import PathSum, SumOver, TimeSum

EVERY_SUM = (TimeSum, SumOver, PathSum)
NOT_OVER_SETS = (TimeSum, PathSum)


def into(kinds: tuple[type, ...]) -> Conversion:
    """c Σ_k f(k) = Σ_k c f(k) for sums of these kinds and a c that is no number; c (Σ f + g) = c Σ f + c g."""

    def entered(node: Mul, given: Given) -> Theorem:
        number, rest = node.as_coeff_Mul()  # at once, for SymPy makes γ - 1 of -1 times 1 - γ
        factors = Mul.make_args(rest)
        for total in (f for f in factors if isinstance(f, kinds)):
            others = Mul(*(f for f in factors if f is not total))
            if others == 1:
                continue
            inner = _apart(total, others)
            merged = inner.func(others * inner.body, *inner.args[1:])
            try:
                theorem = kernel.sym(law("homogeneity", merged, others, inner.body, given=given))
            except (Refused, IllFormed):
                continue
            return theorem if number == 1 else kernel.cong(theorem, number * HOLE, HOLE, given)
        return _distributed(node, kinds, given)

    return entered


def _apart(total: Expr, others: Expr) -> Expr:
    name = bound_name(total)
    if name is None or name not in names(others):
        return total
    new = fresh(name, names(others) | names(total))
    return total.func(substitute(total.body, {name: new}), new, *total.args[2:])


def _distributed(node: Mul, kinds: tuple[type, ...], given: Given) -> Theorem:
    """c (Σ f + g) = c Σ f + c g."""
    for several in (a for a in node.args if isinstance(a, Add) and any(_has(p, kinds) for p in a.args)):
        number, others = node.as_coeff_Mul()[0], Mul(*(a for a in node.args if a is not several and not a.is_Rational))
        return kernel.ring(node, Add(*(number * (others * part) for part in several.args)), given)
    raise Refused("no factor of {} is a sum that the others may enter", node)


def _has(part: Expr, kinds: tuple[type, ...]) -> bool:
    return any(isinstance(factor, kinds) for factor in Mul.make_args(part))


constants_out: Conversion = first_of("vanishing", "normalisation", "additivity", "homogeneity")
