"""The exact mean and variance of a black-box estimator: `numeric.exact.moments` against a recursion in Fractions.

Both call a function once per trajectory, 6^H of them, which sees nothing but the trajectory. Fractions are exact, ours
is floating point; the two are compared on a short horizon before they are timed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks import world
from benchmarks.measure import Row, Timed, WrongAnswer, times
from benchmarks.registry import benchmark
from numeric.enumeration import enumerate_trajectories
from numeric.estimators import reward_to_go
from numeric.exact import moments

Step = tuple[int, int, Fraction]  # s_t, a_t, r_t
Numbers = list[Fraction]
Floats = NDArray[np.float64]


def _paths(horizon: int, state: int, weight: Fraction) -> Iterator[tuple[list[Step], Fraction]]:
    """Every trajectory from a state with its probability, its steps in reverse."""
    if horizon == 0:
        yield [], weight
        return
    for action, chance in enumerate(world.POLICY[state]):
        for after, move in enumerate(world.TRANSITION[state][action]):
            for steps, probability in _paths(horizon - 1, after, weight * chance * move):
                steps.append((state, action, world.REWARD[state][action][after]))
                yield steps, probability


def _reward_to_go(steps: list[Step]) -> Numbers:
    """Σ_t γ^t G_t ∇ log π(a_t|s_t), an entry per (s, a), from the steps in reverse."""
    gradient, to_go = [Fraction(0)] * (world.STATES * world.ACTIONS), Fraction(0)
    power = world.DISCOUNT ** (len(steps) - 1)
    for state, action, reward in steps:
        to_go = reward + world.DISCOUNT * to_go
        for other, chance in enumerate(world.POLICY[state]):
            gradient[world.ACTIONS * state + other] += power * to_go * ((other == action) - chance)
        power /= world.DISCOUNT
    return gradient


def _fraction_moments(horizon: int) -> tuple[Numbers, Numbers]:
    cells = range(world.STATES * world.ACTIONS)
    first, second = [Fraction(0) for _ in cells], [Fraction(0) for _ in cells]
    for steps, probability in _paths(horizon, 0, Fraction(1)):
        for cell, value in enumerate(_reward_to_go(steps)):
            first[cell] += probability * value
            second[cell] += probability * value * value
    return first, [second[cell] - first[cell] ** 2 for cell in cells]


def _float_moments(horizon: int) -> tuple[Floats, Floats]:
    found = moments(reward_to_go, world.mdp(horizon), world.logits())
    return found.mean.ravel(), found.variance.ravel()


def _estimator(name: str, budget: float, *, horizon: int) -> Row:
    for found, exact in zip(_float_moments(2), _fraction_moments(2), strict=True):
        if not np.allclose(found, np.array(exact, dtype=np.float64), rtol=0, atol=1e-12):
            raise WrongAnswer(f"{found} is not {exact}")
    return times(name, Timed(partial(_float_moments, horizon)), Timed(partial(_fraction_moments, horizon)), budget)


def _only_paths(name: str, budget: float, *, horizon: int) -> Row:
    """The trajectories and their probabilities alone, without an estimator."""
    ours = Timed(lambda: enumerate_trajectories(world.mdp(horizon), world.policy())[1].sum(), right=_is_one)
    peer = Timed(lambda: sum(weight for _, weight in _paths(horizon, 0, Fraction(1))), right=_is_one)
    return times(name, ours, peer, budget)


def _is_one(total: float | Fraction) -> bool:
    return abs(float(total) - 1) < 1e-12


for number in (3, 4, 5, 6):
    benchmark(f"estimator_moments_horizon_{number}", group="enumeration", slow=number > 5)(
        partial(_estimator, horizon=number)
    )
benchmark("trajectories_alone_horizon_5", group="enumeration")(partial(_only_paths, horizon=5))
