"""`r_t + γ r_{t+1} + … + γ^{T-t} r_T` -> Σ_{k=t}^{T} γ^{k-t} r_k: an ellipsis between terms that continue one pattern.

The first two terms fix the pattern, every other explicit term has to fit it, and the last one says where it ends.
Whatever leaves the pattern open stops the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sympy import Add, Basic, Expr, Integer, Mul, Pow, Symbol

from derive.binding import bound_name, free, substitute
from derive.book import tree
from derive.book.context import Context, stop
from derive.book.tree import Node
from derive.terms import Definition, Letter, TimeProduct, TimeSum, time_symbol
from derive.timeline import is_linear

_NAMES = ("k", "l", "j", "m", "n", "i", "h", "u", "v")


@dataclass
class _Pattern:
    """What changes from the first term to the second: linear forms, each by a whole number a step."""

    index: Symbol
    starts: list[tuple[Expr, int]]  # value in the first term, step

    def open(self, one: Basic, two: Basic) -> Basic | None:
        """The expression that is `one` at index 0 and `two` at index 1; None where there is no such pattern."""
        if one == two:
            return one
        if isinstance(one, Expr) and isinstance(two, Expr) and is_linear(one) and is_linear(two):
            step = two - one
            if not isinstance(step, Integer):
                return None
            self.starts.append((one, int(step)))
            return one + self.index * step
        if isinstance(one, (Letter, Definition)) or type(one) is not type(two) or len(one.args) != len(two.args):
            return None
        if bound_name(one) is not None or not one.args:
            return None
        parts = [self.open(a, b) for a, b in zip(one.args, two.args, strict=True)]
        return None if None in parts else one.func(*parts)


Endless = Callable[[Expr, Symbol, Expr, Context], Expr]  # Σ from a start on, without an end


def continued(node: Node, parts: Sequence[Node], ctx: Context, endless: Endless, *, product: bool) -> Expr:
    """The sum or product of `parts`, of which one is an ellipsis between terms of one pattern."""
    places = [i for i, part in enumerate(parts) if isinstance(part, tree.Dots)]
    before, after = parts[: places[0]], parts[places[0] + 1 :]
    if len(places) != 1 or len(before) < 2 or (not after and product):
        raise stop("an ellipsis needs two terms before it and the last one behind it", parts[places[0]])
    values = [ctx.read(part, ctx) for part in (*before, *after)]
    taken = {str(name) for value in values for name in free(value)} | set(ctx.bound)
    index = time_symbol(next(name for name in _NAMES if name not in taken))
    pattern = _Pattern(index, [])
    body = _opened(pattern, values[0], values[1])
    if body is None and not after and not product and (grown := _growing(values, index)) is not None:
        start, inner = grown
        return endless(inner, index, start, ctx)
    if body is None or (not pattern.starts and (after or product or index not in free(body))):
        raise stop("the terms before the ellipsis follow no pattern that is known here", node)
    for n, value in enumerate(values[: len(before)]):
        if not _same(_at(body, index, Integer(n)), value):
            raise stop("the terms before the ellipsis follow no single pattern", before[n])
    if not after:
        start = next((s for s, step in reversed(pattern.starts) if step == 1), None)
        if not pattern.starts:  # 1 + λ + λ^2 + …
            start = Integer(0)
        if start is None:
            raise stop("an ellipsis without an end, whose terms follow no time", node)
        return endless(_at(body, index, index - start), index, start, ctx)
    end = _end(body, pattern, values[len(before)])
    if end is None:
        raise stop("the term behind the ellipsis does not continue the pattern", after[0])
    rest = values[len(before) + 1 :]
    while rest and _same(_at(body, index, end + 1), rest[0]):
        end, rest = end + 1, rest[1:]
    found = _whole(body, pattern, end, TimeProduct if product else TimeSum)
    return Mul(found, *rest) if product else Add(found, *rest)


def _growing(values: Sequence[Expr], index: Symbol) -> tuple[Expr, Expr] | None:
    """x_0 + λ (x_0 + x_1) + λ^2 (x_0 + x_1 + x_2) + … as Σ_j x_j λ^j / (1 - λ): where it starts, and its terms."""
    if len(values) < 3:
        return None
    powers, sums = zip(*(_powers(value) for value in values), strict=True)
    steps = {b: powers[1].get(b, Integer(0)) - powers[0].get(b, Integer(0)) for p in powers for b in p}
    if not steps or any(not isinstance(step, Integer) for step in steps.values()):
        return None
    if any(p.get(b, Integer(0)) != n * step for n, p in enumerate(powers) for b, step in steps.items()):
        return None
    terms = [sums[0], *(two - one for one, two in pairwise(sums))]
    pattern = _Pattern(index, [])
    body = _opened(pattern, terms[0], terms[1])
    start = next((s for s, step in reversed(pattern.starts) if step == 1), None)
    if body is None or start is None:
        return None
    if any(not _same(_at(body, index, Integer(n)), term) for n, term in enumerate(terms)):
        return None
    ratio = Mul(*(base**step for base, step in steps.items()))
    behind = Mul(*(base ** (step * index) for base, step in steps.items())) / (1 - ratio)
    return start, _at(body * behind, index, index - start)


def _whole(body: Expr, pattern: _Pattern, end: Expr, cls: type[TimeSum] | type[TimeProduct]) -> Expr:
    """The sum from the first term to the last, counted by the time itself where it grows by one a step."""
    index = pattern.index
    start = next((s for s, step in reversed(pattern.starts) if step == 1), None)
    if start is None:
        return cls(body, index, Integer(0), end)
    return cls(_at(body, index, index - start), index, start, start + end)


def _opened(pattern: _Pattern, one: Expr, two: Expr) -> Expr | None:
    """c^p X with its powers of letters opened apart from the rest, since γ^0 and γ^1 are not written."""
    (first, rest_one), (second, rest_two) = _powers(one), _powers(two)
    body = pattern.open(rest_one, rest_two)
    if body is None:
        return None
    powers = []
    for base in sorted(first.keys() | second.keys(), key=str):
        low, high = first.get(base, Integer(0)), second.get(base, Integer(0))
        step = high - low
        if not isinstance(step, Integer):
            return None
        powers.append(base ** (low + step * pattern.index))
    return Mul(*powers, body)


def _powers(term: Expr) -> tuple[dict[Expr, Expr], Expr]:
    """The powers of real letters in a product, and its other factors."""
    powers: dict[Expr, Expr] = {}
    rest = []
    for factor in (part for whole in Mul.make_args(term) for part in _apart(whole)):
        base, exponent = factor.as_base_exp() if isinstance(factor, (Pow, Symbol)) else (factor, Integer(1))
        if isinstance(base, Symbol) and not base.is_integer and is_linear(exponent):
            powers[base] = powers.get(base, Integer(0)) + exponent
        else:
            rest.append(factor)
    return powers, Mul(*rest)


def _apart(factor: Expr) -> list[Expr]:
    """γ^n and λ^n, of (γλ)^n."""
    if isinstance(factor, Pow) and isinstance(factor.base, Mul) and is_linear(factor.exp):
        return [base**factor.exp for base in factor.base.args]
    return [factor]


def _at(body: Expr, index: Symbol, value: Expr) -> Expr:
    found = substitute(body, {index: value})
    assert isinstance(found, Expr)
    return found


def _end(body: Expr, pattern: _Pattern, last: Expr) -> Expr | None:
    """The value of the index at the last term."""
    times = set(_linear_parts(last))
    for start, step in pattern.starts:
        for time in sorted(times, key=str):
            candidate = (time - start) * step if abs(step) == 1 else None
            if candidate is not None and _same(_at(body, pattern.index, candidate.expand()), last):
                found = candidate.expand()
                assert isinstance(found, Expr)
                return found
    return None


def _same(one: Expr, two: Expr) -> bool:
    """Equal, exponents compared as linear forms."""
    (first, rest_one), (second, rest_two) = _powers(one), _powers(two)
    names = first.keys() | second.keys()
    return rest_one == rest_two and all(
        (first.get(n, Integer(0)) - second.get(n, Integer(0))).expand() == 0 for n in names
    )


def _linear_parts(term: Basic) -> list[Expr]:
    if isinstance(term, Expr) and is_linear(term):
        return [term]
    return [e for a in term.args if not isinstance(a, (Letter, Definition)) for e in _linear_parts(a)]
