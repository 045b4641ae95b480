"""A claim -> a verdict, by three witnesses that are handed in: a prover, finite models, a second evaluator.

`proved` needs a theorem and a model that does not disagree; `holds` and `refuted` need a model and the second
evaluator. Whatever disagrees is `unknown` with the code internal-disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Protocol

from derive.book.remainder import Gap, remaining
from derive.printing import text as printed
from derive.terms import Always, Equation, Hypothesis, Inequality, Statement
from derive.wire import encode


class Counterexample(Protocol):
    states: int
    actions: int
    horizon: int
    model: Any
    lhs: str
    rhs: str
    assignment: Any
    true_if: str | None
    text: str


class Outcome(Protocol):
    verdict: str
    reason: str
    sizes: Any
    error_bound: Any
    counterexample: Any


@dataclass(frozen=True)
class Judges:
    """prove(statement, hypotheses) -> theorem with its hypotheses, Gap, or None; decide(statement, hypotheses) ->
    Outcome; on plain data confirm(statement, hypotheses, model, lhs value, rhs value) -> whether the hypotheses are
    true of the model, these are the values and the statement is false, and agree(statement, hypotheses, model) ->
    whether all is true; certificate(theorem) -> plain data; fails(statement, hypotheses) -> whether a quick look at
    models shows it to be false; None where there is nothing to look at."""

    prove: Callable[[Statement, Sequence[Hypothesis]], Any]
    decide: Callable[[Statement, Sequence[Hypothesis]], Any]
    confirm: Callable[[Any, Sequence[Any], dict[str, Any], str, str], bool]
    agree: Callable[[Any, Sequence[Any], dict[str, Any]], bool]
    certificate: Callable[[Any], Any]
    fails: Callable[[Statement, Sequence[Hypothesis]], bool | None] = lambda statement, hypotheses: None


def remembering(judges: Judges, most: int = 1_000) -> Judges:
    """The same witnesses, none of whom is asked the same twice: a text may be read under several conventions."""

    def once(ask: Callable[..., Any]) -> Callable[..., Any]:
        kept = lru_cache(maxsize=most)(ask)
        return lambda statement, hypotheses: kept(statement, tuple(hypotheses))

    return replace(judges, **{name: once(getattr(judges, name)) for name in ("prove", "decide", "fails")})


@dataclass(frozen=True)
class Judgement:
    verdict: str
    code: str
    message: str
    counterexample: dict[str, Any] | None = None
    certificate: Any = None
    repair: str | None = None  # a nearby statement that would hold
    where: tuple[int, int] | None = None  # where reading stopped, as offsets into the formula
    assumed: tuple[str, ...] = ()  # what a step that fails as read rests on
    otherwise: tuple[str, int] | None = None  # another convention of the text, under which it passes
    gap: str | None = None  # what was left to show where no proof was found
    mend: Callable[[], str | None] | None = None  # looks for a repair, once the verdict is final


def judge(equation: Statement, hypotheses: Sequence[Hypothesis], judges: Judges) -> Judgement:
    """proved, holds, refuted or unknown, for one equation or inequality under hypotheses."""
    judgement = looked_at(equation, hypotheses, judges)
    return upheld(judgement, equation, hypotheses, judges) if judgement.verdict == "refuted" else judgement


def looked_at(equation: Statement, hypotheses: Sequence[Hypothesis], judges: Judges) -> Judgement:
    """The same, but nobody looked for a proof of what a model refutes: see `upheld`."""
    if judges.fails(equation, hypotheses) is False and _is_theorem(found := judges.prove(equation, hypotheses)):
        return _proved(found, hypotheses, judges)
    outcome = judges.decide(equation, hypotheses)
    if outcome.verdict == "refuted":
        return _refuted(equation, hypotheses, outcome.counterexample, judges)
    found = judges.prove(equation, hypotheses)
    if _is_theorem(found):
        if outcome.verdict == "unknown" and not outcome.sizes:
            return Judgement("unknown", "D058", f"a proof was found, but no finite model confirms it: {outcome.reason}")
        return _proved(found, hypotheses, judges)
    if outcome.verdict == "holds" and isinstance(equation, Equation):
        return _holds(equation, hypotheses, outcome, judges)
    code = "D060" if outcome.reason.startswith("both sides are zero") else "D050"
    why = outcome.reason or "no proof and no counterexample was found"
    return Judgement("unknown", code, why, gap=remaining(found, equation))


def _is_theorem(found: Any) -> bool:
    return found is not None and not isinstance(found, Gap)


def _proved(theorem: Any, hypotheses: Sequence[Hypothesis], judges: Judges) -> Judgement:
    used = [h for h in hypotheses if h in theorem.hypotheses]
    return Judgement("proved", "D001", f"proved{_given(used)}", None, judges.certificate(theorem))


def upheld(refuted: Judgement, equation: Statement, hypotheses: Sequence[Hypothesis], judges: Judges) -> Judgement:
    """A refutation stands where there is no proof; with what the attempt at one ended in."""
    found = judges.prove(equation, hypotheses)
    if not _is_theorem(found):
        return replace(refuted, gap=remaining(found, equation))
    return replace(
        refuted,
        verdict="unknown",
        code="internal-disagreement",
        message="there is a proof and a counterexample",
        counterexample=None,
    )


def _given(hypotheses: Sequence[Hypothesis]) -> str:
    return f", for {', '.join(map(printed, hypotheses))}" if hypotheses else ""


def _refuted(equation: Statement, hypotheses: Sequence[Hypothesis], found: Counterexample, judges: Judges) -> Judgement:
    model = found.model.to_dict()
    certificate = _certificate("refuted", equation, hypotheses, found)
    if not judges.confirm(encode(equation), _relations(hypotheses), model, found.lhs, found.rhs):
        why = "the second evaluator does not confirm the counterexample"
        return Judgement("unknown", "internal-disagreement", why, None, certificate)
    has_process = bool(model["letters"]) or model["trajectory"] is not None
    counterexample = {
        "states": found.states if has_process else None,
        "actions": found.actions if has_process else None,
        "horizon": found.horizon if has_process else None,
        "assignment": dict(found.assignment),
        "lhs": found.lhs,
        "rhs": found.rhs,
        "true_if": found.true_if,
        "text": found.text,
    }
    differ = "the sides differ" if isinstance(equation, Equation) else "the side that is to be less is greater"
    message = f"{differ}: {' and '.join(_in_few_digits(found.lhs, found.rhs))}"
    return Judgement("refuted", "D010", message, counterexample, certificate)


def _in_few_digits(*values: str) -> tuple[str, ...]:
    """Numbers as people read them: the middle of an interval to six digits, where that tells the numbers apart."""
    short = []
    for value in values:
        ends = [Fraction(end) for end in value.strip("[]").split(", ")]
        middle = sum(ends, Fraction(0)) / len(ends)
        decimal = Decimal(middle.numerator) / middle.denominator
        short.append(value if len(ends) == 1 else f"≈ {decimal:.6g}")
    return tuple(short) if len(set(short)) == len(short) else values


def _holds(equation: Equation, hypotheses: Sequence[Hypothesis], outcome: Outcome, judges: Judges) -> Judgement:
    """A model for the second evaluator is one that tells lhs from rhs + 1: there both sides must have one value."""
    apart = judges.decide(Equation(equation.lhs, equation.rhs + 1), hypotheses)
    found = apart.counterexample
    if apart.verdict != "refuted" or found is None:
        return Judgement(
            "unknown",
            "D050",
            "equal on finite models, but no single model could be written down to confirm it",
        )
    certificate = _certificate("holds", equation, hypotheses, found) | {"rhs": found.lhs}
    if not judges.agree(encode(equation), _relations(hypotheses), found.model.to_dict()):
        return Judgement(
            "unknown", "internal-disagreement", "the second evaluator finds other values", None, certificate
        )
    message = f"equal on finite models of {_sizes(outcome.sizes)}{_bound(outcome.error_bound)}{_given(hypotheses)}"
    return Judgement("holds", "D002", message, None, certificate)


def _relations(hypotheses: Sequence[Hypothesis]) -> list[Any]:
    """What a model has to satisfy by its tables and numbers; times lie in its horizon as they stand."""
    return [encode(h) for h in hypotheses if isinstance(h, (Always, Inequality))]


def _sizes(sizes: Any) -> str:
    """1-2 states, 1-3 actions, 1-3 steps."""
    said = []
    for name, values in zip(("states", "actions", "steps"), zip(*sizes, strict=True), strict=True):
        low, high = min(values), max(values)
        said.append(f"{low}-{high} {name}" if low < high else f"{low} {name}")
    return ", ".join(said)


def _bound(bound: Any) -> str:
    """An exact bound as a power of ten above it."""
    if not isinstance(bound, Fraction):
        return f" (error bound {bound})" if bound else ""
    power = len(str(bound.denominator // max(bound.numerator, 1))) - 1
    return f" (error bound 1e-{power})" if power else f" (error bound {bound})"


def _certificate(
    kind: str, equation: Statement, hypotheses: Sequence[Hypothesis], found: Counterexample
) -> dict[str, Any]:
    return {
        "kind": kind,
        "claim": encode(equation),
        "hypotheses": [encode(h) for h in hypotheses],
        "model": found.model.to_dict(),
        "lhs": found.lhs,
        "rhs": found.rhs,
    }
