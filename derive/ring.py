"""Arithmetic: whether two terms are the same rational function of their atoms, at every depth. TRUSTED.

Everything that is not + − · / or an integer power is an atom, taken up to the names of its bound variables and up to
arithmetic inside it. A power with a symbolic exponent, γ^(k-t), is a product of powers of the generators γ^k and γ^t
(so γ ≠ 0 wherever an exponent can be negative: `taken_nonzero` says of which numbers that is to be noted). A term
becomes a quotient of two polynomials over the rationals, in lowest terms and with a monic denominator; two terms are
equal when these are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx
from sympy import Add, Basic, Expr, Integer, Max, Min, Mul, Pow, Rational, Symbol

from derive.binding import canonical
from derive.errors import Refused

MAX_EXPONENT = 64
Quotient = tuple[fmpq_mpoly, fmpq_mpoly]
_NUMBER_OF: dict[Hashable, int] = {}


def equal_by_arithmetic(lhs: Expr, rhs: Expr) -> bool:
    """Whether lhs − rhs is identically zero as a rational function of its atoms."""
    return bool(lhs == rhs) or _form(canonical(lhs)) == _form(canonical(rhs))


@lru_cache(maxsize=50_000)
def _form(node: Basic) -> Hashable:
    """A normal form: equal for two terms only if arithmetic, at any depth, makes them equal."""
    if isinstance(node, (Rational, Add, Mul, Pow)):
        quotient, order = _quotient(node)
        return _monic(quotient, order)
    if isinstance(node, Expr):
        return frozenset({(((_number(node), 1),), "1")}), frozenset({((), "1")})
    return _identity(node)


def _identity(atom: Basic) -> Hashable:
    parts = [_form(a) for a in atom.args]
    if isinstance(atom, (Max, Min)):
        return type(atom), frozenset(parts)
    return (type(atom), *parts) if parts else atom


def _number(atom: Basic) -> int:
    return _NUMBER_OF.setdefault(_identity(atom), len(_NUMBER_OF))


def _monic(quotient: Quotient, order: tuple[int, ...]) -> Hashable:
    """Lowest terms, leading coefficient of the denominator one; a lone atom is its own form."""
    above, below = _lowest(quotient)
    leading = below.coeffs()[0]
    return _terms(above / leading, order), _terms(below / leading, order)


def _lowest(quotient: Quotient) -> Quotient:
    above, below = quotient
    common = above.gcd(below)
    return divmod(above, common)[0], divmod(below, common)[0]


def _terms(polynomial: fmpq_mpoly, order: tuple[int, ...]) -> Hashable:
    monomials = polynomial.to_dict().items()
    return frozenset((tuple((a, int(e)) for a, e in zip(order, m, strict=True) if e), str(c)) for m, c in monomials)


def _quotient(node: Expr) -> tuple[Quotient, tuple[int, ...]]:
    """The polynomials, and the numbers of the atoms that their generators stand for."""
    number = {atom: _number(atom) for atom in _atoms(node)}
    order = tuple(sorted(set(number.values())))
    context = fmpq_mpoly_ctx.get(tuple(f"x{i}" for i in order), Ordering.lex)
    generator = dict(zip(order, context.gens(), strict=True))
    return _Reader(context, {a: generator[n] for a, n in number.items()}).quotient(node), order


def _atoms(node: Expr) -> set[Expr]:
    if isinstance(node, Rational):
        return set()
    if isinstance(node, (Add, Mul)):
        return set().union(*(_atoms(a) for a in node.args))
    if isinstance(node, Pow):
        return set().union(
            *(_atoms(g) if g is node.base else {g} for g, _ in _factors(node) if not isinstance(g, Rational))
        )
    return {node}


def _factors(power: Pow) -> list[tuple[Expr, int]]:
    """base^(n + m·k + …) as [(generator, integer power)]: the base itself, and base^k for each symbolic k."""
    base, exponent = power.args
    if isinstance(exponent, Integer):
        return [(base, _bounded(exponent))]
    if isinstance(base, Mul) and exponent.is_integer:
        return [part for factor in base.args for part in _factors(Pow(factor, exponent, evaluate=False))]
    if not isinstance(base, (Symbol, Rational)) and not exponent.is_integer:
        return [(power, 1)]
    parts = []
    for term in Add.make_args(exponent.expand()):
        coefficient, rest = term.as_coeff_Mul()
        if not isinstance(coefficient, Integer):
            return [(power, 1)]
        parts.append((base if rest == 1 else Pow(base, rest), _bounded(coefficient)))
    return parts


def _bounded(exponent: Integer) -> int:
    if abs(exponent) > MAX_EXPONENT:
        raise Refused("the exponent {} is beyond {}", exponent, MAX_EXPONENT)
    return int(exponent)


class _Reader:
    """A term as a quotient of polynomials in given generators."""

    def __init__(self, context: fmpq_mpoly_ctx, generators: dict[Expr, fmpq_mpoly]) -> None:
        self.one, self.zero = context.constant(1), context.constant(0)
        self.constant, self.generators = context.constant, generators

    def quotient(self, node: Expr) -> Quotient:
        if isinstance(node, Rational):
            return self.constant(fmpq(int(node.p), int(node.q))), self.one
        if isinstance(node, Add):
            return self._sum(node.args)
        if isinstance(node, Mul):
            return self._product((a, 1) for a in node.args)
        if isinstance(node, Pow) and _factors(node) != [(node, 1)]:
            factors = _factors(node)
            if not isinstance(node.exp, Integer) and any(self._vanishes(base) for base, _ in factors):
                raise Refused("the power {} of zero cannot be taken apart: 0^0 is 1", node)
            return self._product(factors)
        return self.generators[node], self.one

    def _sum(self, parts: tuple[Expr, ...]) -> Quotient:
        above, below = self.zero, self.one
        for part in parts:
            c, d = self.quotient(part)
            above, below = (above + c, below) if below == d else (above * d + c * below, below * d)
        return above, below

    def _vanishes(self, base: Expr) -> bool:
        return base not in self.generators and bool(self.quotient(base)[0].is_zero())

    def _product(self, factors: object) -> Quotient:
        above, below = self.one, self.one
        for base, power in factors:  # type: ignore[attr-defined]
            c, d = self.quotient(base) if base not in self.generators else (self.generators[base], self.one)
            c, d = (c, d) if power >= 0 else (d, c)
            if d.is_zero():
                raise Refused("division by {}, which is zero", base)
            above, below = above * c ** abs(power), below * d ** abs(power)
        return above, below


@lru_cache(maxsize=100_000)
def denominators(node: Basic) -> frozenset[Pow]:
    """Every power that may divide, anywhere in a term."""
    below = frozenset[Pow]().union(*(denominators(a) for a in node.args))
    return below | {node} if isinstance(node, Pow) and divides(node) else below


@lru_cache(maxsize=100_000)
def roots(node: Basic) -> frozenset[Pow]:
    """Every power whose exponent need not be an integer, anywhere in a term."""
    below = frozenset[Pow]().union(*(roots(a) for a in node.args))
    return below | {node} if isinstance(node, Pow) and not node.exp.is_integer else below


def divides(power: Pow) -> bool:
    """Whether a power may be a division by zero: 1/x, or x^k for a symbolic k (but γ ≠ 0 in γ^k, and in (γλ)^k)."""
    base, exponent = power.args
    if isinstance(exponent, Rational):
        return bool(exponent < 0) and (not isinstance(base, Rational) or base == 0)
    return not all(_is_real_symbol(f) or (isinstance(f, Rational) and f != 0) for f in Mul.make_args(base))


def _is_real_symbol(node: Basic) -> bool:
    return isinstance(node, Symbol) and not node.is_integer  # a time is zero now and then


def taken_nonzero(power: Pow) -> frozenset[Symbol]:
    """The numbers that are taken to be other than zero: γ in γ^k, for a symbolic k that may be negative."""
    if isinstance(power.exp, Rational) or divides(power):
        return frozenset()
    return frozenset(f for f in Mul.make_args(power.base) if isinstance(f, Symbol))


@lru_cache(maxsize=100_000)
def symbolic_powers(node: Basic) -> frozenset[Pow]:
    """The powers γ^k, anywhere in a term, that take γ to be other than zero."""
    below = frozenset[Pow]().union(*(symbolic_powers(a) for a in node.args))
    return below | {node} if isinstance(node, Pow) and taken_nonzero(node) else below


def positive_by_coefficients(term: Expr, positive_atom: Callable[[Expr], bool]) -> bool:
    """Whether a term is a quotient of polynomials whose coefficients are positive, in atoms that are positive."""
    if not all(positive_atom(a) for a in _atoms(term)):
        return False
    above, below = _lowest(_quotient(term)[0])
    signs = {c > 0 for p in (above, below) for c in p.coeffs()}
    return len(signs) == 1 and not above.is_zero()
