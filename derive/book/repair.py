"""A refuted equation -> a nearby one that would hold, found among the mistakes that texts make and verified.

The sign, a discount γ^t left out or put in, a bound or an index off by one, a ratio upside down, ∇π for ∇log π, a sum
over t that is missing. Each is one change in one place; the first that the witnesses let pass is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from sympy import Basic, Expr, Integer, Mul, Pow, Symbol

from derive.binding import free
from derive.book.claims import Claim
from derive.book.granted import hypotheses, unfolded
from derive.book.judge import Judgement
from derive.errors import DeriveError
from derive.printing import text
from derive.terms import (
    Apply,
    Defined,
    Definition,
    Equation,
    Expectation,
    Gradient,
    Letter,
    Log,
    Process,
    TimeSum,
    real_symbol,
)

MOST = 40  # changes that are tried
_GAMMA = real_symbol("gamma")


def repaired(one: Claim, first: int, passes: Callable[[Claim], Judgement | None], horizon: Expr) -> str | None:
    """What would make the equation hold, in words and as an equation; None where nothing was found."""
    if not isinstance(one.equation, Equation):
        return None
    for words, equation in islice(nearby(one.equation, horizon), MOST):
        try:
            changed = replace(one, equation=equation, hypotheses=hypotheses(equation, first, horizon))
            if passes(changed) is not None:
                return f"would hold {words}: {text(equation)}"
        except DeriveError:
            continue
    return None


def nearby(equation: Equation, horizon: Expr) -> Iterator[tuple[str, Equation]]:
    """One change a time, on the right and then on the left."""
    one, two = equation.lhs, equation.rhs
    yield "with the other sign", Equation(one, -two)
    discounted = any(_GAMMA in free(n) for side in (one, two) for n in unfolded(side) if isinstance(n, Expr))
    for change in (_discount if discounted else _nothing, _bounds, _shifted, _upside_down, _logarithm):
        yield from ((words, Equation(one, changed)) for words, changed in one_change(two, change))
        yield from ((words, Equation(changed, two)) for words, changed in one_change(one, change))
    yield from _missing_sum(one, two, horizon)


Change = Callable[[Basic], Iterator[tuple[str, Basic]]]


def one_change(node: Basic, change: Change) -> Iterator[tuple[str, Expr]]:
    """The term with one of its nodes changed; definitions and processes are left alone."""
    for words, new in change(node):
        if isinstance(new, Expr):
            yield words, new
    if isinstance(node, (Letter, Definition, Process)):
        return
    for i, part in enumerate(node.args):
        for words, new in one_change(part, change):
            yield words, node.func(*node.args[:i], new, *node.args[i + 1 :])


def _nothing(node: Basic) -> Iterator[tuple[str, Basic]]:
    yield from ()


def _discount(node: Basic) -> Iterator[tuple[str, Basic]]:
    if isinstance(node, TimeSum):
        for sign, words in ((1, "with"), (-1, "without")):
            power = _GAMMA ** (sign * node.index)
            factor = f"γ^{node.index}"
            found = next((n for n in node.body.args if isinstance(n, Defined)), None)
            name = f"{factor} {text(found)}" if found is not None and sign > 0 else factor
            yield f"{words} {name}", node.func(power * node.body, *node.args[1:])


def _bounds(node: Basic) -> Iterator[tuple[str, Basic]]:
    if isinstance(node, TimeSum):
        body, index, lower, upper = node.args
        for step in (1, -1):
            yield f"from {index} = {text(lower + step)}", node.func(body, index, lower + step, upper)
            yield f"up to {index} = {text(upper + step)}", node.func(body, index, lower, upper + step)


def _shifted(node: Basic) -> Iterator[tuple[str, Basic]]:
    if isinstance(node, Defined) and len(node.args) == 2 and isinstance(node.args[1], Expr):
        for step in (1, -1):
            moved = node.definition(node.args[1] + step)
            yield f"with {text(moved)}", moved


def _upside_down(node: Basic) -> Iterator[tuple[str, Basic]]:
    if not isinstance(node, Mul):
        return
    over = [f for f in node.args if isinstance(f, Apply)]
    under = [f for f in node.args if isinstance(f, Pow) and f.exp == -1 and isinstance(f.base, Apply)]
    for one in over:
        for two in under:
            rest = [f for f in node.args if f not in (one, two)]
            yield "with the ratio the other way up", Mul(*rest, two.base, Pow(one, Integer(-1)))


def _logarithm(node: Basic) -> Iterator[tuple[str, Basic]]:
    if isinstance(node, Gradient) and isinstance(node.body, Apply) and node.body.letter.pmf:
        yield "with ∇log in place of ∇", Gradient(Log(node.body), node.parameter)


def _missing_sum(left: Expr, right: Expr, horizon: Expr) -> Iterator[tuple[str, Equation]]:
    """Σ_t inside an expectation whose t nothing binds."""
    loose = {n for n in free(right) - free(left) if isinstance(n, Symbol) and n.is_integer} - horizon.free_symbols
    if len(loose) == 1 and isinstance(right, Expectation):
        index = loose.pop()
        summed = Expectation(TimeSum(right.body, index, Integer(0), horizon - 1), right.process)
        yield f"with a sum over {index}", Equation(left, summed)
