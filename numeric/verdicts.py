"""What E[f] and ∇J on many MDPs say of an estimator f: unbiased, scaled, biased, numeric or vacuous."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.mdp import FiniteMDP

__all__ = ["Trial", "Verdict", "proportional", "unbiased_on", "verdict"]

Floats = NDArray[np.float64]

OBJECTIVE = "discounted J"
FLOAT32 = float(np.finfo(np.float32).eps)
ROUNDINGS_PER_STEP = 8  # granted to the estimator: score, power of γ, product, sum, two units each


@dataclass(frozen=True)
class Verdict:
    """E[f] = ∇J on every MDP judged? The fields of the JSON object of `derive bias`.

    `verdict`: UNBIASED (equal to rounding in the estimator's own dtype), SCALED (E[f] = c ∇J, one c ≠ 1 on
    every MDP; `scale` is c, or a formula of the shape such as "1/T"), NUMERIC (equal to single precision
    only), BIASED (with a `counterexample`), VACUOUS (E[f] and ∇J both zero on every MDP).
    `objective` is what ∇J is the gradient of, `unbiased_for` the one that f is unbiased for, if known.
    `max_abs_bias` is max |E[f] - ∇J| over entries and MDPs, `variance` the mean over MDPs of Σ Var[f],
    `cosine` the smallest cosine between E[f] and ∇J where neither is zero, `mdps` the number judged.
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


@dataclass(frozen=True, eq=False)
class Trial:
    """One MDP: E[f], Σ Var[f], ∇J, ∇J with γ = 1 in J, and what bounds the rounding of E[f] - ∇J.

    |fl(E[f]) - E[f]| <= eps64 (B + N (2T + 2)) M + eps_f (8 T) M: B batches are weighted and summed, each
    weight is a product of N (2T + 2) factors, eps_f is the unit of the dtype that f returned, and M the
    largest magnitude that passes through: max |f(b)|, or T max |r|, the largest return.
    """

    mdp: FiniteMDP
    theta: Floats
    expected: Floats
    variance: float
    gradient: Floats
    undiscounted: Floats
    batch: int
    batches: int
    largest: float
    epsilon: float

    def bound(self, epsilon: float) -> float:
        """The rounding granted when the estimator computes with unit `epsilon`."""
        steps = self.mdp.steps
        magnitude = max(self.largest, steps * float(np.abs(self.mdp.reward).max()))
        own = float(np.finfo(np.float64).eps) * (self.batches + self.batch * (2 * steps + 2))
        return (own + epsilon * ROUNDINGS_PER_STEP * steps) * magnitude

    def agrees(self, scale: float, target: Floats, epsilon: float | None = None) -> bool:
        """|E[f] - c target| within the bound."""
        bound = self.bound(epsilon or self.epsilon)
        return bool(np.abs(self.expected - scale * target).max() <= bound * max(1.0, abs(scale)))


def unbiased_on(trial: Trial) -> bool:
    """E[f] = ∇J, to single precision at least: false only where no rounding explains the difference."""
    return trial.agrees(1.0, trial.gradient, _single(trial))


def proportional(trial: Trial) -> bool:
    """E[f] = c ∇J for some c on this one MDP."""
    return _scale([trial]) is not None


def verdict(trials: Sequence[Trial]) -> Verdict:
    """The verdict on these trials, without a counterexample. Shares no state with the estimator."""
    word, scale = _word(trials)
    return Verdict(
        verdict=word,
        objective=OBJECTIVE,
        unbiased_for=_unbiased_for(word, trials),
        scale=scale,
        max_abs_bias=max(float(np.abs(t.expected - t.gradient).max()) for t in trials),
        variance=float(np.mean([t.variance for t in trials])),
        cosine=_smallest_cosine(trials),
        mdps=len(trials),
        counterexample=None,
    )


def _word(trials: Sequence[Trial]) -> tuple[str, float | str | None]:
    if all(t.agrees(0.0, t.gradient) and _zero(t.gradient, t) for t in trials):
        return "VACUOUS", None
    if all(t.agrees(1.0, t.gradient) for t in trials):
        return "UNBIASED", None
    if all(unbiased_on(t) for t in trials):
        return "NUMERIC", None
    scale = _scale(trials)
    return ("BIASED", None) if scale is None else ("SCALED", scale)


def _unbiased_for(word: str, trials: Sequence[Trial]) -> str | None:
    if word in ("UNBIASED", "NUMERIC"):
        return OBJECTIVE
    if word != "VACUOUS" and all(t.agrees(1.0, t.undiscounted) for t in trials):
        return "undiscounted J"
    return None


def _single(trial: Trial) -> float:
    """The rounding unit of single precision, or that of the estimator's own dtype if it is coarser."""
    return max(FLOAT32, trial.epsilon)


def _zero(array: Floats, trial: Trial) -> bool:
    return bool(np.abs(array).max() <= trial.bound(trial.epsilon))


_SHAPES: dict[str, Callable[[Trial], float]] = {
    "1/T": lambda t: 1 / t.mdp.steps,
    "T": lambda t: t.mdp.steps,
    "1/A": lambda t: 1 / t.mdp.n_actions,
    "1/S": lambda t: 1 / t.mdp.n_states,
    "1/(S A)": lambda t: 1 / (t.mdp.n_states * t.mdp.n_actions),
    "1/(N T)": lambda t: 1 / (t.batch * t.mdp.steps),
}


def _scale(trials: Sequence[Trial]) -> float | str | None:
    """The c of E[f] = c ∇J on every MDP: one number, or a formula of the shape; None when there is none."""
    clearest = max(trials, key=lambda t: float(np.abs(t.gradient).max()) / (t.bound(t.epsilon) or 1))
    if _zero(clearest.gradient, clearest) or _zero(clearest.expected, clearest):
        return None
    fitted = float((clearest.expected * clearest.gradient).sum() / (clearest.gradient**2).sum())
    scale = float(Fraction(fitted).limit_denominator(100))
    for constant in (scale, fitted):  # the simple fraction, where rounding cannot tell them apart
        if constant != 0 and all(t.agrees(constant, t.gradient, _single(t)) for t in trials):
            return constant
    for formula, value in _SHAPES.items():
        if all(t.agrees(value(t), t.gradient, _single(t)) for t in trials):
            return formula
    return None


def _smallest_cosine(trials: Sequence[Trial]) -> float | None:
    pairs = [(t.expected, t.gradient) for t in trials if not _zero(t.expected, t) and not _zero(t.gradient, t)]
    cosines = [float((e * g).sum() / (np.linalg.norm(e) * np.linalg.norm(g))) for e, g in pairs]
    return max(-1.0, min(1.0, *cosines, 1.0)) if cosines else None
