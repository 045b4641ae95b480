"""The cases an estimator is judged on, drawn so that no fault hides: one family a function, the same for a seed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from numeric.judging.case import Case
from numeric.judging.rollouts import count
from numeric.mdp import FiniteMDP

__all__ = ["cases"]

Floats = NDArray[np.float64]
Shape = tuple[int, int]
Family = Callable[[np.random.Generator, Shape | None], FiniteMDP]

DISCOUNTS = (1 / 2, 9 / 10, 3 / 4, 1.0, 2 / 3, 99 / 100, 1 / 4, 0.0)  # one after the other
REWARDS = (0.0, 1.0, -1.0, 2.0, 1 / 2, -2.0, 3.0, 5.0)
CHANCES = (1 / 2, 1 / 3, 2 / 3, 1 / 4, 3 / 4)
ATTEMPTS = 30


@functools.lru_cache(maxsize=64)
def cases(number: int, most: int, seed: int, shapes: tuple[Shape, ...] | None = None) -> tuple[Case, ...]:
    """`number` cases with at most `most` trajectories each; arrays of these shapes (T, A) alone, if given."""
    rng = np.random.default_rng([seed, most])
    return tuple(_case(rng, index, most, shapes) for index in range(number))


def _case(rng: np.random.Generator, index: int, most: int, shapes: tuple[Shape, ...] | None) -> Case:
    """The first draw of the family, or of a smaller one, that has few enough trajectories."""
    shape = shapes[index % len(shapes)] if shapes else None
    for attempt in range(ATTEMPTS):
        family = FAMILIES[index % len(FAMILIES)] if attempt < ATTEMPTS // 2 else SMALL[(index + attempt) % len(SMALL)]
        mdp = replace(family(rng, shape), discount=DISCOUNTS[index % len(DISCOUNTS)])
        case = _with_policies(rng, mdp, index, shape)
        if count(case) <= most and count(case.on_policy().uncut()) > 1:
            return case
    return _with_policies(rng, replace(_bandit(rng, shape, starts=1), discount=1 / 2), index, shape)


def _with_policies(rng: np.random.Generator, mdp: FiniteMDP, index: int, shape: Shape | None) -> Case:
    assert mdp.horizon is not None
    states, actions, horizon, whole = mdp.n_states, mdp.n_actions, mdp.horizon, mdp.horizon
    longer = index % 2 == 0
    if longer:  # the episode would go on after the last column, where it is truncated
        whole = horizon + 1
        mdp = replace(mdp, horizon=whole)
    cut = np.zeros((whole, states))
    if index % 3 and horizon > 1:
        t, state = rng.integers(0, horizon - 1), rng.choice(np.flatnonzero(~mdp.terminal))
        cut[t, state] = rng.choice(CHANCES)
    noise = rng.choice((-1.0, 1 / 2, 2.0), (whole + 1, states))
    theta = _logits(rng, states, actions)
    behaviour, reference = _other(rng, theta), _other(rng, theta)
    return Case(mdp, theta, behaviour, reference, noise, cut, horizon)


def _logits(rng: np.random.Generator, states: int, actions: int) -> Floats:
    """log w, w in {1, 2, 3}, uniform in no state."""
    weights = rng.integers(1, 4, (states, actions)).astype(float)
    same = np.ptp(weights, axis=1) == 0
    weights[same, 0] = np.where(weights[same, 0] == 1, 3, 1)
    return np.log(weights)


def _other(rng: np.random.Generator, theta: Floats) -> Floats:
    """Logits whose softmax differs from that of θ in every state."""
    other = _logits(rng, *theta.shape)
    alike = np.abs(_softmax(other) - _softmax(theta)).max(axis=1) < 0.05
    other[alike] = np.roll(theta[alike], 1, axis=1)
    return other


def _softmax(theta: Floats) -> Floats:
    odds = np.exp(theta)
    table: Floats = odds / odds.sum(axis=1, keepdims=True)
    return table


# --- the families -----------------------------------------------------------------------------------------


def _made(rng: np.random.Generator, initial: Floats, transition: Floats, horizon: int) -> FiniteMDP:
    """The MDP with a reward on every step; its last state ends the episode."""
    states = len(initial)
    terminal = np.arange(states) == states - 1
    reward = rng.choice(REWARDS, transition.shape)
    reward[:, :, -1] = rng.choice(REWARDS[1:], reward[:, :, -1].shape)
    reward = np.where((transition > 0) & ~terminal[:, None, None], reward, 0.0)
    return FiniteMDP(initial, transition, reward, 1 / 2, horizon, terminal)


def _start(rng: np.random.Generator, states: int, starts: int) -> Floats:
    """A law on the first states: one, or two with different chances; the last state never starts."""
    law = np.zeros(states)
    if starts < 2 or states < 3:
        law[0] = 1
    else:
        law[:2] = (p := rng.choice(CHANCES)), 1 - p
    return law


def _random(rng: np.random.Generator, shape: Shape | None) -> FiniteMDP:
    """Two or three states that go on, chance in some rows; action 0 in state 0 ends or goes on by chance."""
    horizon, actions = shape or (int(rng.integers(2, 6)), int(rng.choice((2, 2, 3))))
    states = int(rng.integers(3, 5))
    transition = np.eye(states)[rng.integers(0, states, (states, actions))]
    rows = [(int(rng.integers(0, states - 1)), int(rng.integers(0, actions))) for _ in range(int(rng.integers(0, 3)))]
    for state, action in ((0, 0), *rows):
        one, other = (1, states - 1) if action == 0 else rng.choice(states, 2, replace=False)
        transition[state, action] = 0
        transition[state, action, one] = p = rng.choice(CHANCES)
        transition[state, action, other] += 1 - p
    return _made(rng, _start(rng, states, int(rng.integers(1, 3))), transition, horizon)


def _stop_or_go(rng: np.random.Generator, shape: Shape | None, longest: int = 7) -> FiniteMDP:
    """Action 0 goes on along a ring, every other one ends the episode: all lengths, few trajectories."""
    horizon, actions = shape or (int(rng.integers(2, longest + 1)), 2)
    states = int(rng.integers(2, 5))
    transition = np.zeros((states, actions, states))
    transition[:, 1:, -1] = 1
    for state in range(states):
        transition[state, 0, (state + 1) % max(1, states - 1)] = 1
    return _made(rng, _start(rng, states, int(rng.integers(1, 3))), transition, horizon)


def _walk(rng: np.random.Generator, shape: Shape | None) -> FiniteMDP:
    """No chance but in the policy, no end before the horizon but in one place: T up to 6."""
    horizon, actions = shape or (int(rng.integers(3, 7)), 2)
    states = int(rng.integers(3, 5))
    transition = np.eye(states)[rng.integers(0, states - 1, (states, actions))]
    if rng.integers(0, 3):
        transition[rng.integers(0, states - 1), 1] = np.eye(states)[-1]
    return _made(rng, _start(rng, states, 1), transition, horizon)


def _bandit(rng: np.random.Generator, shape: Shape | None, starts: int | None = None) -> FiniteMDP:
    """One step, or as many as the shape has, from one or two contexts; some action may not end the episode."""
    horizon, actions = shape or (int(rng.integers(1, 3)), int(rng.integers(2, 4)))
    states = int(rng.integers(2, 4)) if starts is None else starts + 1
    transition = np.zeros((states, actions, states))
    transition[:, :, -1] = 1
    return _made(rng, _start(rng, states, states - 1), transition, horizon)


def _two_prompts(rng: np.random.Generator, shape: Shape | None) -> FiniteMDP:
    """Two starts; in the first every action ends the episode, in the second one action goes on."""
    horizon, actions = shape or (int(rng.integers(2, 4)), 2)
    transition = np.zeros((3, actions, 3))
    transition[:, :, -1] = 1
    transition[1, 0] = (0, rng.choice(CHANCES), 0) if rng.integers(0, 2) else (1, 0, 0)
    transition[1, 0, 2] = 1 - transition[1, 0].sum() + transition[1, 0, 2]
    return _made(rng, _start(rng, 3, 2), transition, horizon)


def _short_stop(rng: np.random.Generator, shape: Shape | None) -> FiniteMDP:
    return _stop_or_go(rng, shape, longest=3)


FAMILIES: tuple[Family, ...] = (_random, _stop_or_go, _two_prompts, _walk, _random, _bandit, _random)
SMALL: tuple[Family, ...] = (_two_prompts, _short_stop, _bandit)
