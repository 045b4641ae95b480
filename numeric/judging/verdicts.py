"""What E[f] and the exact value on many cases say of an estimator f."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.judging.objectives import Objective, others
from numeric.judging.targets import TARGETS, Target, cell_means
from numeric.judging.trial import DOUBLE, Trial

__all__ = ["Verdict", "is_biased", "up_to_scale_for", "verdict", "word_and_scale"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """E[f] = ∇J on every MDP judged? The fields of the JSON object of `derive bias`, and a few more.

    `verdict`: UNBIASED (equal within the rounding of float64), NUMERIC (within that of the lower dtype that f was seen
    to compute in), SCALED (E[f] = c ∇J, one c ≠ 1 on every MDP; `scale` is c, or a formula of the array's shape such as
    "1/T"), BIASED (with a `counterexample`), VACUOUS (E[f] and ∇J both zero on every MDP).
    `objective` is what f is judged for, `unbiased_for` the one that f is unbiased for, if known. `max_abs_bias` is
    max |E[f] - ∇J| over entries and MDPs, `variance` the mean over MDPs of Σ Var[f], `cosine` the smallest cosine
    between E[f] and ∇J where neither is zero, `mdps` the number judged. `repair` is what would make a biased f right,
    where something was found; `notes` say what else was seen; `sampled` the error rates where batches were sampled.
    `compared` holds the mean variances of the library's own estimators, `pairs` E[f] and the exact value by entry,
    where they were asked for.
    """

    verdict: str
    objective: str
    unbiased_for: str | None
    scale: float | str | None
    max_abs_bias: float
    variance: float
    cosine: float | None
    mdps: int
    counterexample: dict[str, Any] | None
    repair: str | None = None
    kind: str = "numpy"
    batch: int = 1
    notes: list[str] = field(default_factory=list)
    sampled: dict[str, Any] | None = None
    compared: dict[str, float] | None = None
    pairs: list[list[float]] | None = None


def verdict(trials: Sequence[Trial], unit: float, kind: str) -> Verdict:
    """The verdict on these trials, without a counterexample; `unit` is that of the lowest dtype f computes in."""
    word, scale = word_and_scale(trials, unit)
    question = trials[0].question
    return Verdict(
        verdict=word,
        objective=question.against.name,
        unbiased_for=_unbiased_for(word, trials, unit),
        scale=scale,
        max_abs_bias=max(float(np.abs(t.expected - t.exact).max()) for t in trials),
        variance=float(np.mean([t.variance for t in trials])),
        cosine=_smallest_cosine(trials),
        mdps=len(trials),
        counterexample=None,
        kind=kind,
        batch=question.batch,
    )


def is_biased(trial: Trial, unit: float) -> bool:
    """E[f] ≠ ∇J, and no rounding explains it."""
    return not trial.agrees(1.0, unit=max(unit, DOUBLE))


def word_and_scale(trials: Sequence[Trial], unit: float) -> tuple[str, float | str | None]:
    """One of the five words, and the scale of SCALED."""
    if all(t.zero(t.expected) and t.zero(t.exact) for t in trials):
        return "VACUOUS", None
    if all(t.agrees(1.0) for t in trials):
        return "UNBIASED", None
    if unit > DOUBLE and all(t.agrees(1.0, unit=unit) for t in trials):
        return "NUMERIC", None
    scale = _scale(trials, unit)
    return ("BIASED", None) if scale is None else ("SCALED", scale)


def _unbiased_for(word: str, trials: Sequence[Trial], unit: float) -> str | None:
    question = trials[0].question
    if word in ("UNBIASED", "NUMERIC"):
        return question.against.name
    if word == "VACUOUS":
        return None
    if isinstance(question.against, Target):
        return next((o.name for o in TARGETS if o is not question.against and _hits(trials, o, unit)), None)
    if any(t.case.is_cut for t in trials):
        return None
    for objective in others(question.against, question.batch, question.shared_start):
        if _is_gradient_of(trials, objective, unit):
            return objective.name
    return None


def up_to_scale_for(trials: Sequence[Trial], unit: float) -> str | None:
    """In words, the other objective whose gradient is a constant or a formula of the shape away."""
    question = trials[0].question
    if isinstance(question.against, Target) or any(t.case.is_cut for t in trials):
        return None
    for objective in others(question.against, question.batch, question.shared_start):
        flip = _flip(trials, objective)
        moved = [replace(t, exact=flip * objective.gradient(t.case)) for t in trials]
        scale = _scale(moved, unit)
        if scale not in (None, 1.0):
            return f"for {objective.name} it is right up to the factor {scale}"
    return None


def _flip(trials: Sequence[Trial], objective: Objective) -> float:
    """A loss has minus the gradient of what is maximised: the sign, when the other objective is of the other sort."""
    return -1.0 if _is_loss(trials) and _minimised(trials) != objective.minimised else 1.0


def _is_gradient_of(trials: Sequence[Trial], objective: Objective, unit: float) -> bool:
    flip = _flip(trials, objective)
    return all(t.agrees(flip, objective.gradient(t.case), unit) for t in trials)


def _minimised(trials: Sequence[Trial]) -> bool:
    against = trials[0].question.against
    return isinstance(against, Objective) and against.minimised


def _is_loss(trials: Sequence[Trial]) -> bool:
    return hasattr(trials[0].question.kind, "sign")


def _hits(trials: Sequence[Trial], target: Target, unit: float) -> bool:
    for t in trials:
        assert t.answers.targets is not None
        weight = t.chance[t.answers.batch] * t.answers.chance
        mean, seen = cell_means(t.case, t.pool, t.answers.batch, weight, t.answers.targets, target.given_action)
        if np.abs(mean - np.where(seen, target.table(t.case), 0.0)).max() > t.bound(unit):
            return False
    return True


_SHAPES: dict[str, Callable[[Trial], float]] = {
    "1/T": lambda t: 1 / t.case.steps,
    "T": lambda t: t.case.steps,
    "1/A": lambda t: 1 / t.case.mdp.n_actions,
    "1/(T A)": lambda t: 1 / (t.case.steps * t.case.mdp.n_actions),
    "A": lambda t: t.case.mdp.n_actions,
}


def _scale(trials: Sequence[Trial], unit: float) -> float | str | None:
    """The c of E[f] = c ∇J on every MDP: one number, or a formula of the shape; None when there is none."""
    clearest = max(trials, key=lambda t: float(np.abs(t.exact).max()) / t.bound(unit))
    if clearest.zero(clearest.exact, unit) or clearest.zero(clearest.expected, unit):
        return None
    fitted = float((clearest.expected * clearest.exact).sum() / (clearest.exact**2).sum())
    scale = float(Fraction(fitted).limit_denominator(100))
    for constant in (scale, fitted):  # the simple fraction, where rounding cannot tell them apart
        if constant != 0 and all(t.agrees(constant, unit=unit) for t in trials):
            return constant
    for formula, value in _SHAPES.items():
        factor = Fraction(fitted / value(clearest)).limit_denominator(100)
        if factor != 0 and all(t.agrees(float(factor) * value(t), unit=unit) for t in trials):
            return _times(factor, formula)
    return None


def _times(factor: Fraction, formula: str) -> str:
    """c · formula, as one writes it: 1/T, 1/(2 T), -T, 2 T, 3/(2 T)."""
    if factor == 1:
        return formula
    sign = "-" if factor < 0 else ""
    top, bottom = abs(factor.numerator), factor.denominator
    if not formula.startswith("1/"):
        return f"{sign}{f'{top} ' * (top != 1)}{formula}{f'/{bottom}' * (bottom != 1)}"
    below = formula.removeprefix("1/").strip("()")
    return f"{sign}{top}/({bottom} {below})" if bottom != 1 else f"{sign}{top}/{formula.removeprefix('1/')}"


def _smallest_cosine(trials: Sequence[Trial]) -> float | None:
    pairs = [(t.expected, t.exact) for t in trials if not t.zero(t.expected) and not t.zero(t.exact)]
    cosines = [float((e * g).sum() / (np.linalg.norm(e) * np.linalg.norm(g))) for e, g in pairs]
    return max(-1.0, min(1.0, *cosines, 1.0)) if cosines else None
