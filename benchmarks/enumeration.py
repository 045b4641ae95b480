"""The exact mean and variance of a black-box estimator, against a recursion in Fractions.

Three ways: `moments` calls the estimator once for each of 6^H trajectories, `moments_at_once` with thousands of them,
`exact_moments` likewise and in integers, as exact as the Fractions. All are compared with those before they are timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import world
from benchmarks.measure import Row, Timed, WrongAnswer, times
from benchmarks.registry import benchmark
from numeric.enumeration import enumerate_trajectories
from numeric.estimators import reward_to_go
from numeric.exact import moments, moments_at_once
from numeric.mdp import Trajectories
from numeric.policies import softmax_probabilities
from numeric.rational import Paths, exact_moments
from numeric.returns import discounts, rewards_to_go

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


def _each(b: Trajectories, theta: Floats) -> Floats:
    """The same for every trajectory at once: [N, S, A]."""
    weights = np.where(b.mask, discounts(b.gamma, b.mask.shape[1]) * rewards_to_go(b.rewards, b.gamma), 0.0)
    cells = (np.arange(len(b))[:, None] * world.STATES + b.obs) * world.ACTIONS + b.actions
    sums = np.bincount(cells.ravel(), weights.ravel(), len(b) * theta.size).reshape(len(b), *theta.shape)
    gradient: Floats = sums - sums.sum(axis=2, keepdims=True) * softmax_probabilities(theta)
    return gradient


def _moments_at_once(horizon: int) -> tuple[Floats, Floats]:
    found = moments_at_once(_each, world.mdp(horizon), world.logits())
    return found.mean.ravel(), found.variance.ravel()


def _each_in_integers(paths: Paths) -> tuple[NDArray[np.int64], int]:
    """The same times a common denominator. Up to horizon 8 it fits in 64 bits."""
    count, steps = paths.states.shape
    above, below = world.DISCOUNT.numerator, world.DISCOUNT.denominator
    shared = lcm(*(chance.denominator for row in world.POLICY for chance in row))
    policy = np.array([[int(chance * shared) for chance in row] for row in world.POLICY])
    weights = paths.rewards * np.array([above**t * below ** (steps - 1 - t) for t in range(steps)])
    weights = weights[:, ::-1].cumsum(axis=1)[:, ::-1]
    sums, rows = np.zeros((count, world.STATES, world.ACTIONS), np.int64), np.arange(count)
    for t in range(steps):
        sums[rows, paths.states[:, t], paths.actions[:, t]] += weights[:, t]
    return sums * shared - sums.sum(axis=2, keepdims=True) * policy, shared * below ** (steps - 1) * paths.unit


def _moments_in_integers(horizon: int) -> tuple[Numbers, Numbers]:
    mean, variance = exact_moments(
        _each_in_integers,
        world.mdp(horizon),
        initial=[Fraction(state == 0) for state in range(world.STATES)],
        transition=world.TRANSITION,
        reward=world.REWARD,
        policy=world.POLICY,
    )
    return mean.ravel().tolist(), variance.ravel().tolist()


def _estimator(name: str, budget: float, *, ours: Callable[[int], Any], horizon: int) -> Row:
    for found, exact in zip(ours(2), _fraction_moments(2), strict=True):
        if not np.allclose(np.array(found, dtype=np.float64), np.array(exact, dtype=np.float64), rtol=0, atol=1e-12):
            raise WrongAnswer(f"{found} is not {exact}")
    return times(name, Timed(partial(ours, horizon)), Timed(partial(_fraction_moments, horizon)), budget)


def _exactly(name: str, budget: float, *, horizon: int) -> Row:
    if _moments_in_integers(3) != _fraction_moments(3):
        raise WrongAnswer("the integers are not the fractions")
    return _estimator(name, budget, ours=_moments_in_integers, horizon=horizon)


def _only_paths(name: str, budget: float, *, horizon: int) -> Row:
    """The trajectories and their probabilities alone, without an estimator."""
    ours = Timed(lambda: enumerate_trajectories(world.mdp(horizon), world.policy())[1].sum(), right=_is_one)
    peer = Timed(lambda: sum(weight for _, weight in _paths(horizon, 0, Fraction(1))), right=_is_one)
    return times(name, ours, peer, budget)


def _is_one(total: float | Fraction) -> bool:
    return abs(float(total) - 1) < 1e-12


for number in (3, 4, 5, 6):
    for name, ours in (("estimator_moments", _float_moments), ("moments_at_once", _moments_at_once)):
        slow = number == 6 or (number == 5 and ours is _float_moments)
        benchmark(f"{name}_horizon_{number}", group="enumeration", slow=slow)(
            partial(_estimator, ours=ours, horizon=number)
        )
    benchmark(f"moments_in_integers_horizon_{number}", group="enumeration", slow=number > 4)(
        partial(_exactly, horizon=number)
    )
benchmark("trajectories_alone_horizon_5", group="enumeration")(partial(_only_paths, horizon=5))
