"""The nearest correct estimator: one factor a step, named, that makes the estimator right on every case judged."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from numeric.judging.answers import gathered, scored
from numeric.judging.targets import Target
from numeric.judging.trial import Trial, on
from numeric.returns import returns, rewards_to_go

__all__ = ["Repair", "nearest", "recognised"]

Floats = NDArray[np.float64]
Factor = Callable[[Trial], Floats]


@dataclass(frozen=True)
class Repair:
    """`text`, such as "γ^t times yours", and the factor of every step, [M, N, T] or broadcast to it."""

    text: str
    factor: Factor


def _field(t: Trial, name: str) -> Floats:
    found: Floats = np.asarray(t.pool.rollouts.arrays[name][t.pool.rows[t.answers.batch]], dtype=np.float64)
    return found


def _time(t: Trial) -> Floats:
    return np.arange(t.case.steps, dtype=np.float64)[None, None]


def _lengths(t: Trial) -> Floats:
    return _field(t, "mask").sum(axis=2, keepdims=True)


def _log_ratio(t: Trial) -> Floats:
    """log π/μ at the steps taken, 0 elsewhere."""
    return np.where(_field(t, "mask") > 0, _field(t, "logp") - _field(t, "behaviour_logp"), 0.0)


def _ratios_up_to(t: Trial) -> Floats:
    """log Π_{k<=t} π/μ."""
    found: Floats = np.cumsum(_log_ratio(t), axis=2)
    return found


def _power(t: Trial, shift: int = 0, sign: int = 1) -> Floats:
    with np.errstate(divide="ignore"):
        return np.power(float(t.case.mdp.discount), sign * (_time(t) + shift))


def _group(t: Trial) -> Floats:
    """The number of trajectories of the batch that share the start."""
    starts = _field(t, "obs")[:, :, 0]
    found: Floats = (starts[:, :, None] == starts[:, None, :]).sum(axis=2)[..., None].astype(np.float64)
    return found


FACTORS: tuple[Repair, ...] = (
    Repair("γ^t times yours", lambda t: _power(t)),
    Repair("yours divided by γ^t", lambda t: _power(t, sign=-1)),
    Repair("γ^(t+1) times yours", lambda t: _power(t, shift=1)),
    Repair("γ times yours", lambda t: np.full((1, 1, 1), t.case.mdp.discount)),
    Repair("yours divided by γ", lambda t: _power(t, 1, -1) * _power(t)),
    Repair("yours without its γ^t, squared: divided by γ^(2t)", lambda t: _power(t, sign=-1) ** 2),
    Repair("T_n times yours (T_n the steps of the trajectory)", _lengths),
    Repair("yours divided by T_n (the steps of the trajectory)", lambda t: 1 / _lengths(t)),
    Repair("yours times the steps in the batch, over N", lambda t: _lengths(t).mean(axis=1, keepdims=True)),
    Repair("yours times the steps in the batch", lambda t: _lengths(t).sum(axis=1, keepdims=True)),
    Repair("T times yours (T the columns)", lambda t: np.full((1, 1, 1), float(t.case.steps))),
    Repair("N times yours", lambda t: np.full((1, 1, 1), float(t.question.batch))),
    Repair("yours divided by N", lambda t: np.full((1, 1, 1), 1 / t.question.batch)),
    Repair("minus yours", lambda t: np.full((1, 1, 1), -1.0)),
    Repair("g/(g-1) times yours (g the group of the same start)", lambda t: _group(t) / np.maximum(_group(t) - 1, 1)),
    Repair("π/μ at t times yours", lambda t: np.exp(_log_ratio(t))),
    Repair("(π/μ at t)² times yours", lambda t: np.exp(2 * _log_ratio(t))),
    Repair("the product of π/μ up to t times yours", lambda t: np.exp(_ratios_up_to(t))),
    Repair("the product of π/μ before t times yours", lambda t: np.exp(_ratios_up_to(t) - _log_ratio(t))),
    Repair("the product of all π/μ times yours", lambda t: np.exp(_ratios_up_to(t)[:, :, -1:])),
    Repair("the square of the product of all π/μ times yours", lambda t: np.exp(2 * _ratios_up_to(t)[:, :, -1:])),
)  # fmt: skip


def nearest(trials: Sequence[Trial], unit: float) -> Repair | None:
    """One factor, or two, that makes the estimator right on all these trials; None where none does."""
    if trials[0].answers.per_step is None or isinstance(trials[0].question.against, Target):
        return None
    off_policy = any(t.case.behaviour is not None for t in trials)
    known = [r for r in FACTORS if off_policy or "π/μ" not in r.text]
    hardest = sorted(trials, key=lambda t: len(t.answers.batch))
    hardest = [t for t in hardest if not t.agrees(1.0, unit=unit)][:6] + hardest
    for first in known:
        if _right(hardest, first, unit):
            return first
    for first, second in itertools.combinations(known[:1] + known[6:], 2):
        both = _both(first, second)
        if _right(hardest, both, unit):
            return both
    return None


def recognised(trials: Sequence[Trial]) -> list[Trial]:
    """The same trials, with the derivative at every step where a gradient array is the sum of well-known weights."""
    if trials[0].answers.per_step is not None or isinstance(trials[0].question.against, Target):
        return list(trials)
    for weights in KNOWN_WEIGHTS:
        found = [_as_weighted(t, weights) for t in trials]
        if all(t is not None for t in found):
            return [t for t in found if t is not None]
    return list(trials)


def _as_weighted(trial: Trial, weights: Factor) -> Trial | None:
    """The trial with per-step derivatives (1/N) w ∇log π, if they add up to its estimates."""
    answers = trial.answers
    per_step = scored(trial.case, trial.pool, answers.batch, weights(trial))
    estimates = gathered(trial.case, trial.pool, answers.batch, per_step)
    if not np.allclose(estimates, answers.estimates, rtol=1e-6, atol=1e-9):
        return None
    return replace(trial, answers=replace(answers, per_step=per_step))


def _to_go(t: Trial, discounted: bool = True) -> Floats:
    """G_t, or without γ."""
    gamma = t.case.mdp.discount if discounted else 1.0
    rewards = t.pool.rollouts.arrays["rewards"]
    found: Floats = rewards_to_go(rewards, gamma)[t.pool.rows[t.answers.batch]]
    return found


def _total(t: Trial) -> Floats:
    found: Floats = returns(t.pool.rollouts.arrays["rewards"], t.case.mdp.discount)[t.pool.rows[t.answers.batch]]
    return np.repeat(found[..., None], t.case.steps, axis=2)


KNOWN_WEIGHTS: tuple[Factor, ...] = (
    _to_go,
    lambda t: _power(t) * _to_go(t),
    _total,
    lambda t: _to_go(t, False),
    lambda t: _power(t) * _to_go(t, False),
    lambda t: _to_go(t) / _lengths(t),
    lambda t: _power(t) * _to_go(t) / _lengths(t),
    lambda t: _total(t) / _lengths(t),
    lambda t: _power(t) * _to_go(t) / _lengths(t).sum(axis=1, keepdims=True) * t.question.batch,
    lambda t: _to_go(t) / _lengths(t).sum(axis=1, keepdims=True) * t.question.batch,
    lambda t: _power(t) * _total(t),
    lambda t: _power(t) * _field(t, "rewards"),
)  # fmt: skip


def _both(first: Repair, second: Repair) -> Repair:
    text = (
        f"{first.text.removesuffix(' times yours')} times {second.text}"
        if first.text.endswith(" times yours")
        else f"{second.text}, and {first.text}"
    )
    return Repair(text, lambda t: first.factor(t) * second.factor(t))


def _right(trials: Sequence[Trial], repair: Repair, unit: float) -> bool:
    """Where the factor is finite: nothing repairs a division by γ = 0, or a multiplication by it."""
    with np.errstate(all="ignore"):
        finite = [t for t in trials if np.isfinite(repair.factor(t)).all()]
    return 2 * len(finite) > len(trials) and all(repaired(t, repair).agrees(1.0, unit=unit) for t in finite)


def repaired(trial: Trial, repair: Repair) -> Trial:
    """The trial that the estimator with this factor at every step would make."""
    assert trial.answers.per_step is not None
    with np.errstate(all="ignore"):
        per_step = trial.answers.per_step * repair.factor(trial)[..., None]
    per_step = np.where(np.isfinite(per_step), per_step, 0.0)
    estimates = gathered(trial.case, trial.pool, trial.answers.batch, per_step)
    answers = replace(trial.answers, per_step=per_step, estimates=estimates)
    return on(trial.case, trial.question, trial.pool, trial.chance, answers)
