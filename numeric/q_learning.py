"""Q-learning, without a look at the model: along episodes as one learns by acting, or by sweeps with a bound.

Both are generators; each record holds the exact distance of Q to Q*, which the learner itself never sees.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.control import optimal_action_values
from numeric.errors import ControlError
from numeric.mdp import FiniteMDP

__all__ = ["Episode", "QSettings", "QSweep", "q_learning", "q_sweeps"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class QSettings:
    """α_n = scale / n^exponent at the n-th visit of (s, a); exploration ε, and a limit on the steps of an episode.

    With 1/2 < exponent <= 1 the steps are those of Robbins and Monro: Σ α_n = ∞, Σ α_n² < ∞. With 0 they
    are constant: right for a deterministic world alone. Raises ControlError for a value out of range.
    """

    scale: float = 1.0
    exponent: float = 0.8
    epsilon: float = 0.1
    episode_steps: int = 1000

    def __post_init__(self) -> None:
        for name, least in (("scale", 1e-300), ("exponent", 0.0), ("epsilon", 0.0)):
            if not least <= getattr(self, name) <= 1:
                raise ControlError(f"{name} is {getattr(self, name)!r}; give a number from 0 to 1, a scale above 0")
        if self.episode_steps < 1:
            raise ControlError(f"episode_steps is {self.episode_steps!r}; give an integer >= 1")

    @property
    def robbins_monro(self) -> bool:
        """Σ α_n = ∞ and Σ α_n² < ∞."""
        return 0.5 < self.exponent <= 1


@dataclass(frozen=True, eq=False)
class Episode:
    """Q [S, A] after episode 1, 2, …, how often each (s, a) was visited, and ‖Q - Q*‖∞.

    `steps` counts from the first episode; `discounted_return` is G_0 of this one.
    """

    episode: int
    steps: int
    discounted_return: float
    action_values: Floats
    visits: Integers
    distance: float


@dataclass(frozen=True, eq=False)
class QSweep:
    """Q_k [S, A] after sweep k = 1, 2, …, its distance ‖Q_k - Q*‖∞, and a bound on that, true of all k at once
    with probability at least 1 - chance."""

    sweep: int
    action_values: Floats
    distance: float
    bound: float


def q_learning(
    mdp: FiniteMDP, settings: QSettings, rng: np.random.Generator, start: Episode | None = None
) -> Iterator[Episode]:
    """Q(s, a) ← (1-α) Q(s, a) + α (r + γ max_{a'} Q(s', a')) along episodes of the ε-greedy policy, without end.

    Q begins at 0, or at the record `start`, and is 0 in terminal states. An episode cut at `episode_steps` counts
    as going on. Raises ControlError for a finite horizon, whose Q* depends on the time.
    Source: Watkins & Dayan 1992, Machine Learning 8:279-292, §2; Sutton & Barto 2018, §6.5.
    """
    _need_endless(mdp)
    return _episodes(mdp, settings, rng, start)


def _episodes(
    mdp: FiniteMDP, settings: QSettings, rng: np.random.Generator, start: Episode | None
) -> Iterator[Episode]:
    best = optimal_action_values(mdp)
    shape = best.shape
    number, steps = (0, 0) if start is None else (start.episode, start.steps)
    q = (np.zeros(shape) if start is None else start.action_values).tolist()
    visits = (np.zeros(shape, np.int64) if start is None else start.visits).tolist()
    branches = _branches(mdp)
    first = _branch(mdp.initial)
    while True:
        taken, total = _episode(mdp, settings, rng, q, visits, branches, first)
        number, steps = number + 1, steps + taken
        learnt = np.array(q)
        yield Episode(number, steps, total, learnt, np.array(visits), float(np.abs(learnt - best).max()))


Branch = tuple[list[float], list[int]]  # cumulative probabilities and what they lead to


def _branch(law: Floats) -> Branch:
    support = np.flatnonzero(law)
    cumulative = np.cumsum(law[support])
    return (cumulative / cumulative[-1]).tolist(), support.tolist()


def _branches(mdp: FiniteMDP) -> list[list[tuple[Branch, list[float]]]]:
    """The possible next states of every (s, a), and the reward of each state by its number."""
    return [
        [(_branch(mdp.transition[s, a]), mdp.reward[s, a].tolist()) for a in range(mdp.n_actions)]
        for s in range(mdp.n_states)
    ]


def _episode(
    mdp: FiniteMDP,
    settings: QSettings,
    rng: np.random.Generator,
    q: list[list[float]],
    visits: list[list[int]],
    branches: list[list[tuple[Branch, list[float]]]],
    first: Branch,
) -> tuple[int, float]:
    """One episode; changes `q` and `visits` in place. Plain lists: one step at a time, they beat arrays by far."""
    gamma, ends, chance = mdp.discount, mdp.terminal.tolist(), rng.random
    state, weight, total, steps = _drawn(first, chance()), 1.0, 0.0, 0
    while steps < settings.episode_steps and not ends[state]:
        row = q[state]
        explores = chance() < settings.epsilon
        action = int(chance() * len(row)) if explores else row.index(max(row))
        branch, rewards = branches[state][action]
        following = _drawn(branch, chance()) if len(branch[1]) > 1 else branch[1][0]
        reward = rewards[following]
        visits[state][action] += 1
        alpha = settings.scale / visits[state][action] ** settings.exponent
        row[action] = (1 - alpha) * row[action] + alpha * (reward + gamma * max(q[following]))
        total, weight, state, steps = total + weight * reward, weight * gamma, following, steps + 1
    return steps, total


def _drawn(branch: Branch, uniform: float) -> int:
    cumulative, outcomes = branch
    return outcomes[bisect_right(cumulative, uniform)]


def q_sweeps(
    mdp: FiniteMDP, settings: QSettings, rng: np.random.Generator, *, chance: float = 1e-6
) -> Iterator[QSweep]:
    """Q_{k+1} = (1-α_k) Q_k + α_k (r + γ max_{a'} Q_k(s', a')), every (s, a) once a sweep with its own s', Q_0 = 0.

    The bound: Q_k - Q* = D_k + P_k with P_{k+1} = (1-α) P_k + α w_k, w_k the noise of the targets, so that
    ‖D_{k+1}‖ <= (1-α) ‖D_k‖ + α γ (‖D_k‖ + ‖P_k‖). By Hoeffding and Azuma |P_k(s, a)| is at most
    √(v_k log(2 S A π² k² / (6 chance)) / 2), v_{k+1} = (1-α)² v_k + α² c_k², but for a chance whose sum over all
    k, s, a is `chance`: c_k(s, a) is the range of one target while the bound has held so far.
    Raises ControlError for a finite horizon or γ = 1.
    Source: the split is that of Even-Dar & Mansour 2003, JMLR 5:1-25; Hoeffding 1963 and Azuma 1967 for P.
    """
    _need_endless(mdp)
    if mdp.discount == 1 or not 0 < chance < 1:
        raise ControlError(f"discount is {mdp.discount}, chance {chance!r}; the bound needs γ < 1 and 0 < chance < 1")
    return _q_sweeps(mdp, settings, rng, chance)


def _q_sweeps(mdp: FiniteMDP, settings: QSettings, rng: np.random.Generator, chance: float) -> Iterator[QSweep]:
    best, gamma = optimal_action_values(mdp), mdp.discount
    cumulative = np.cumsum(mdp.transition, axis=2)
    cumulative /= cumulative[:, :, -1:]
    s, a = np.indices(best.shape)
    width = _width(mdp)
    widest, around = (_target_ranges(mdp, v) for v in (None, best.max(axis=1)))
    q, variance, number = np.zeros(best.shape), np.zeros(best.shape), 0
    drift = bound = float(np.abs(best).max())
    noise = 0.0
    while True:
        number += 1
        alpha = settings.scale / number**settings.exponent
        following = (cumulative <= rng.random((*best.shape, 1))).sum(axis=2)
        target = mdp.reward[s, a, following] + gamma * q.max(axis=1)[following]
        q = np.where(mdp.terminal[:, None], 0.0, (1 - alpha) * q + alpha * target)
        drift = (1 - alpha) * drift + alpha * gamma * (drift + noise)
        ranges = np.minimum(widest, np.where(widest > 0, around + 2 * gamma * bound, 0))
        variance = (1 - alpha) ** 2 * variance + (alpha * ranges) ** 2
        nats = np.log(2 * best.size * np.pi**2 * number**2 / (6 * chance))
        noise = float(np.sqrt(variance.max() * nats / 2))
        bound = min(drift + noise, width)
        yield QSweep(number, q, float(np.abs(q - best).max()), bound)


def _width(mdp: FiniteMDP) -> float:
    """The length of an interval that holds 0, every Q_k and Q*: (max r - min r) / (1-γ), 0 counted as a reward."""
    paid = np.where((mdp.transition > 0) & ~mdp.terminal[:, None, None], mdp.reward, 0.0)
    return float((max(paid.max(), 0.0) - min(paid.min(), 0.0)) / (1 - mdp.discount))


def _target_ranges(mdp: FiniteMDP, values: Floats | None) -> Floats:
    """max - min of r + γ V(s') over the next states of (s, a), for this V or any within its bounds: [S, A]."""
    possible = (mdp.transition > 0) & ~mdp.terminal[:, None, None]
    target = mdp.reward + mdp.discount * (0.0 if values is None else values)
    highest = np.where(possible, target, -np.inf).max(axis=2)
    lowest = np.where(possible, target, np.inf).min(axis=2)
    several = possible.sum(axis=2) > 1
    ranges = np.zeros(several.shape)
    ranges[several] = (highest - lowest)[several]
    return ranges if values is not None else np.where(several, ranges + mdp.discount * _width(mdp), 0.0)


def _need_endless(mdp: FiniteMDP) -> None:
    if mdp.horizon is not None:
        raise ControlError(
            f"horizon is {mdp.horizon}; Q-learning seeks the Q* of an infinite horizon: take "
            "dataclasses.replace(mdp, horizon=None)"
        )
