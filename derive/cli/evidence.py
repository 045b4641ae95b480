"""What a sheet shows beside the proof: its worked example, samples, and counterexamples. Kept until a source changes.

All of it is plain data: the models and the numeric witness are asked once, and what they said is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from derive import cache
from derive.cli.catalogue import status_of, valued

if TYPE_CHECKING:
    from derive.catalogue import Derivation

SAMPLES, SEED = 100_000, 0
FIGURES = 2  # that fit side by side
Plain = dict[str, Any]


def evidence(d: Derivation) -> Plain:
    """Its status and laws; the rows and figures of its example; the counterexamples of its falsehood, and without each
    hypothesis."""
    return remembered(("evidence", d.name), lambda: _found(d))


def near_misses() -> dict[str, Plain]:
    """The counterexample of the near miss of each law that has one."""
    return remembered(("near misses",), _near_misses)


def remembered(question: tuple[object, ...], answer: Callable[[], Any]) -> Any:
    """What was answered before, while no source has changed; else the answer, kept."""
    name = cache.key(*question)
    found = cache.recall(name)
    if found is None:
        found = answer()
        cache.store(name, found)
    return found


def _found(d: Derivation) -> Plain:
    from derive.models import decide

    status, theorem = status_of(d)
    if status != "proved":
        raise ValueError(f"{d.name} is not proved, so no sheet of it is printed: {status}")
    false = decide(d.falsehood.claim, d.falsehood.assuming).counterexample
    rows, figures = _sampled(d)
    without = [_without(d, i) for i in range(len(d.assuming))]
    laws = sorted(theorem.laws)
    return {"laws": laws, "rows": rows, "figures": figures, "false": false and _plain(false), "without": without}


def _plain(found: Any) -> Plain:
    sizes = found.text.splitlines()[0]
    return {"sizes": sizes, "values": list(found.assignment.items()), "left": found.lhs, "right": found.rhs}


def _without(d: Derivation, i: int) -> Plain:
    """The statement without its hypothesis number i, as the models see it; its times are kept within the trajectory."""
    from derive.models import decide

    others = (*d.assuming[:i], *d.assuming[i + 1 :])
    within = _within(d.assuming[i])
    outcome = decide(d.claim, others)
    if outcome.verdict == "unknown" and within and d.assuming[i] not in within:
        outcome = decide(d.claim, (*others, *within))
    found = outcome.counterexample and _plain(outcome.counterexample)
    return {"verdict": outcome.verdict, "reason": outcome.reason, "found": found, "sizes": len(outcome.sizes)}


def _within(hypothesis: Any) -> list[Any]:
    """t < T for the times of an order between times."""
    from derive.binding import free
    from derive.notation import T, before
    from derive.terms import AtMost

    if not isinstance(hypothesis, AtMost):
        return []
    return [
        before(time, T) for time in sorted(free(hypothesis.lesser) | free(hypothesis.greater), key=str) if time != T
    ]


def _near_misses() -> dict[str, Plain]:
    from derive.models import decide
    from derive.near_misses import NEAR_MISSES

    found = {miss.law: decide(miss.claim, miss.assuming).counterexample for miss in NEAR_MISSES}
    return {law: _plain(one) for law, one in found.items() if one is not None}


def _sampled(d: Derivation) -> tuple[list[Plain], list[Plain]]:
    """The rows of the worked example: exact values, estimates where samples can be drawn, and how those converge."""
    from derive.wire import encode
    from numeric.convergence import convergence
    from numeric.examples import estimate, exact

    rows: list[Plain] = []
    figures: list[Plain] = []
    given = tuple(map(encode, d.assuming))
    for side in ("lhs", "rhs"):
        wire = encode(getattr(d.claim, side))
        for setting, value in valued(d, _value_of(exact, wire, given)):
            drawn = estimate(wire, setting, SAMPLES, SEED, *given)
            if drawn is None and side == "rhs":
                continue
            shown = f"≈ {round(value, 6) + 0.0:.6f}" if isinstance(value, float) else str(value)
            row = {"label": setting.label, "side": side, "exact": shown}
            rows.append(row | _credible(d.name, setting.label, value, drawn))
            curve = convergence(wire, setting, SAMPLES, SEED, *given) if drawn and len(figures) < FIGURES else None
            figures += [row | vars(curve)] if curve else []
    return rows, figures


def _value_of(exact: Callable[..., Any], wire: Any, given: tuple[Any, ...]) -> Callable[[Any], Any]:
    return lambda setting: exact(wire, setting, *given)


def _credible(name: str, label: str, exact: Any, drawn: Any) -> Plain:
    """The estimate, which lies within 6 standard errors of the exact value: else one of the two is wrong."""
    if drawn is None:
        return {}
    if abs(drawn.mean - float(exact)) > 6 * drawn.standard_error + 1e-9:
        shown = f"{drawn.mean:.6g} ± {drawn.standard_error:.2g}"
        raise ValueError(f"{name}, {label}: internal disagreement: sampled {shown}, exact {exact}; a fault of ours")
    return {"estimate": drawn.mean, "standard_error": drawn.standard_error, "samples": drawn.samples, "seed": SEED}
