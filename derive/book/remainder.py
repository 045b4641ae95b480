"""What an attempt at a proof left of the difference of two sides, as an equation with the letters of the field.

The prover moves its sums to indices of its own and takes ∇log π apart; here both are undone, for people to read.
"""

from __future__ import annotations

import re
from typing import Protocol, runtime_checkable

from sympy import Add, Basic, Expr, Mul, Pow

from derive.binding import bound_name, free, names, substitute
from derive.errors import DeriveError
from derive.printing import text
from derive.terms import Apply, AtMost, Definition, Equation, Gradient, Letter, Log, Process, Statement, time_symbol

MOST = 240  # characters; what is longer helps nobody
_OWN = re.compile(r"i\d+")
_TIMES = tuple(map(time_symbol, "tkljmn"))


@runtime_checkable
class Gap(Protocol):
    """No proof: what remains of the difference of the sides (None: that is not known), on which ranges of indices."""

    rest: Expr | None
    where: tuple[AtMost, ...]


def remaining(gap: Gap | None, claim: Statement) -> str | None:
    """What is left to show, as an equation: what has a minus sign stands on its right. None for what says no more than
    the claim itself, or that two numbers differ."""
    if gap is None or gap.rest is None or not gap.rest.args or not free(gap.rest):
        return None
    try:
        rest, where = _with_usual_indices(_with_scores(gap.rest), gap.where)
    except DeriveError:
        return None
    behind = [p for p in Add.make_args(rest) if p.could_extract_minus_sign()]
    left, right = (text(Add(*parts)) for parts in ((rest, *(-p for p in behind)), (-p for p in behind)))
    if isinstance(claim, Equation) and {left, right} == {text(claim.lhs), text(claim.rhs)}:
        return None
    said = f"{left} = {right}" + (f" for {', '.join(map(text, where))}" if where else "")
    return said if len(said) <= MOST else None


def _with_usual_indices(rest: Expr, where: tuple[AtMost, ...]) -> tuple[Expr, tuple[AtMost, ...]]:
    """t and k for the prover's indices, the outer one first."""
    parts = [rest, *(side for h in where for side in (h.lesser, h.greater))]
    known = frozenset().union(*map(names, parts))
    own = sorted((n for n in known if _OWN.fullmatch(str(n))), key=str, reverse=True)
    letters = [t for t in _TIMES if t not in known]
    new: dict[Basic, Basic] = dict(zip(own, letters, strict=False))

    def renamed(term: Expr) -> Expr:
        return substitute(_bound_renamed(term, new), new)

    return renamed(rest), tuple(AtMost(renamed(h.lesser), renamed(h.greater)) for h in where)


def _bound_renamed(node: Basic, new: dict[Basic, Basic]) -> Basic:
    if not node.args or isinstance(node, (Definition, Letter, Process)):
        return node
    rebuilt = node.func(*(_bound_renamed(a, new) for a in node.args))
    name = bound_name(rebuilt)
    if name is None or name not in new:
        return rebuilt
    place, scopes = rebuilt.binds
    args = [new[name] if i == place else substitute(a, {name: new[name]}) if i in scopes else a
            for i, a in enumerate(rebuilt.args)]  # fmt: skip
    return rebuilt.func(*args)


def _with_scores(node: Basic) -> Basic:
    """∇log π for ∇π/π."""
    if not node.args or isinstance(node, (Definition, Letter, Process)):
        return node
    node = node.func(*map(_with_scores, node.args))
    factors = list(Mul.make_args(node)) if isinstance(node, Mul) else []
    for slope in [f for f in factors if isinstance(f, Gradient) and isinstance(f.body, Apply)]:
        if (below := Pow(slope.body, -1)) in factors:
            factors.remove(slope)
            factors.remove(below)
            factors.append(Gradient(Log(slope.body), slope.parameter))
    return Mul(*factors) if factors else node
