"""A counterexample as a person checks it by hand: the sizes, every value that is not zero, the two sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from flint import arb, ctx, fmpq

from derive.models.claims import Claim
from derive.models.comparison import Difference
from derive.models.draw import Size
from derive.models.environment import Key
from derive.models.interpretation import Model, key_of
from derive.models.numbers import as_ball, as_fraction
from derive.models.tables import LogOf
from derive.terms import Letter

GREEK = {
    "gamma": "γ",
    "lambda": "λ",
    "theta": "θ",
    "pi": "π",
    "rho_0": "ρ_0",
    "mu": "μ",
    "alpha": "α",
    "beta": "β",
}
DIGITS = 12


@dataclass(frozen=True)
class Counterexample:
    """A model on which the two sides differ, and what they are there.

    Sizes are as a reader counts them: without copies in time and without the absorbing state. The values are
    fractions as text, or disjoint intervals where they are transcendental.
    """

    states: int
    actions: int
    horizon: int
    model: Model
    lhs: str
    rhs: str
    assignment: Mapping[str, str]
    true_if: str | None
    text: str


def show(
    claim: Claim,
    seen: Model,
    model: Model,
    size: Size,
    found: Difference,
    true_if: str | None,
    note: str = "",
) -> Counterexample:
    """The counterexample of a difference on a model; `seen` has only what is read of the trajectory."""
    assignment = assignment_of(claim, seen)
    lhs, rhs = shown(found.lhs, found.rhs)
    lines = [
        words(size) + (f" ({note})" if note else ""),
        *(f"  {greek(name)} = {value}" for name, value in assignment.items()),
    ]
    lines += [f"  left side  = {lhs}", f"  right side = {rhs}"]
    lines += [f"  true if {true_if}"] if true_if else []
    return Counterexample(
        size.states, size.actions, size.horizon, model, lhs, rhs, assignment, true_if, "\n".join(lines)
    )


def words(size: Size) -> str:
    """2 states, 1 action, horizon 3."""

    def count(n: int, what: str) -> str:
        return f"{n} {what}" + ("" if n == 1 else "s")

    return f"{count(size.states, 'state')}, {count(size.actions, 'action')}, horizon {size.horizon}"


def greek(name: str) -> str:
    """A name as it is written: γ for gamma, π(1|0) for pi(1|0)."""
    rest = name.lstrip("∇²")
    mark = name[: len(name) - len(rest)]
    stem, bar, arguments = rest.partition("(")
    return mark + GREEK.get(stem, stem) + bar + arguments


def assignment_of(claim: Claim, model: Model) -> dict[str, str]:
    """Every value that is not zero, by name."""
    found = {name: str(v) for name, v in sorted(model.indices.items())}
    found |= {name: str(v) for name, v in sorted(model.elements.items())}
    states, actions = model.trajectory or ((), ())
    found |= {f"s_{i}": str(x) for i, x in enumerate(states)} | {f"a_{i}": str(x) for i, x in enumerate(actions)}
    for name, drawn in sorted(model.samples.items()):
        spelt = "x" if len(model.samples) == 1 else f"x[{name}]"
        found |= {f"{spelt}_{i}": str(x) for i, x in enumerate(drawn, start=1)}
    for name, value in sorted(model.reals.items()):
        found[name] = f"log {as_fraction(value.argument)}" if isinstance(value, LogOf) else str(as_fraction(value))
    for letter in claim.letters:
        table = model.letters[key_of(letter)]
        for sign, entries in (("", table.values), ("∇", table.tangents), ("∇²", table.seconds)):
            found |= {sign + _entry(letter, k): str(as_fraction(v)) for k, v in sorted(entries.items()) if v != 0}
    return found


def _entry(letter: Letter, key: Key) -> str:
    separator = "|" if letter.pmf and len(key) > 1 else "," if len(key) > 1 else ""
    words = [f"({','.join(map(str, x))})" if isinstance(x, tuple) else str(x) for x in key]
    return f"{letter.name}({''.join(words[:1])}{separator}{','.join(words[1:])})"


def shown(lhs: Any, rhs: Any) -> tuple[str, str]:
    """Two different numbers as text: fractions, or intervals in decimals that are disjoint."""
    if isinstance(lhs, fmpq) and isinstance(rhs, fmpq):
        return str(as_fraction(lhs)), str(as_fraction(rhs))
    for digits in range(DIGITS, 20 * DIGITS, DIGITS):
        left, right = _interval(as_ball(lhs), digits), _interval(as_ball(rhs), digits)
        if left[1] < right[0] or right[1] < left[0]:
            break
    return _decimals(left, digits), _decimals(right, digits)


def _interval(ball: arb, digits: int) -> tuple[Fraction, Fraction]:
    """Decimals below and above everything in a ball."""
    with ctx.workprec(4 * ctx.prec):
        low, high = (as_fraction(_exact(end)) * 10**digits for end in (ball.lower(), ball.upper()))
    return Fraction(floor(low), 10**digits), Fraction(-floor(-high), 10**digits)


def _exact(end: arb) -> Fraction:
    mantissa, exponent = (int(x) for x in end.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def _decimals(interval: tuple[Fraction, Fraction], digits: int) -> str:
    def text(x: Fraction) -> str:
        scaled = abs(int(x * 10**digits))
        whole, rest = divmod(scaled, 10**digits)
        return f"{'-' if x < 0 else ''}{whole}.{rest:0{digits}d}"

    return f"[{text(interval[0])}, {text(interval[1])}]"
