"""Hypothesis strategies for MDPs, policies, logits and batches: simple fractions, small when shrunk.

`mdps` draws any small MDP and shrinks to one state, one step and no reward. `rich_mdps` draws only those that
hide no bias: γ < 1, episodes of unequal length, values that differ between states.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from numpy.typing import NDArray

from numeric.enumeration import count_trajectories, enumerate_trajectories
from numeric.exact import state_values
from numeric.mdp import FiniteMDP, Trajectories

__all__ = ["batches", "horizons", "logits", "mdps", "policies", "rich_logits", "rich_mdps"]

Floats = NDArray[np.float64]

DISCOUNTS = (1.0, 1 / 2, 3 / 4, 1 / 4, 2 / 3, 9 / 10, 0.0)
RICH_DISCOUNTS = (1 / 2, 3 / 4, 1 / 4, 2 / 3, 9 / 10)
REWARDS = (0.0, 1.0, -1.0, 2.0, 1 / 2, -2.0, 3.0)
PAIRS = ((1 / 2, 1 / 2), (1 / 3, 2 / 3), (2 / 3, 1 / 3), (1 / 4, 3 / 4), (3 / 4, 1 / 4))
RICH_SIZES = (
    (2, 2, 2),
    (2, 2, 3),
    (3, 2, 2),
    (2, 3, 2),
    (3, 2, 3),
    (2, 2, 4),
)  # states that do not end, actions, steps


def horizons(longest: int = 3) -> st.SearchStrategy[int]:
    """T in {1, …, longest}, shrinking to 1."""
    return st.integers(1, longest)


@functools.cache
def _laws(states: int) -> tuple[tuple[float, ...], ...]:
    """Laws on `states` states with one or two possible outcomes, the simplest first."""
    certain = [tuple(map(float, row)) for row in np.eye(states)]
    pairs = []
    for (p, q), (i, j) in itertools.product(PAIRS, itertools.combinations(range(states), 2)):
        pairs.append(tuple(p if k == i else q if k == j else 0.0 for k in range(states)))
    return (*certain, *pairs)


@st.composite
def mdps(
    draw: st.DrawFn,
    *,
    max_states: int = 3,
    max_actions: int = 3,
    max_horizon: int = 3,
    max_trajectories: int = 500,
) -> FiniteMDP:
    """Any MDP with S <= max_states, 2 <= A <= max_actions, T <= max_horizon, terminal states included.

    At most `max_trajectories` trajectories under a policy without zeros. Shrinks to S = T = 1, zero rewards.
    """
    states, actions = draw(st.integers(1, max_states)), draw(st.integers(2, max_actions))
    terminal = np.zeros(states, np.bool_)
    terminal[1:] = [draw(st.booleans()) for _ in range(states - 1)]
    mdp = FiniteMDP(
        initial=np.array(draw(_law(states, zero=terminal))),
        transition=_transition(draw, states, actions),
        reward=np.zeros((states, actions, states)),
        discount=draw(st.sampled_from(DISCOUNTS)),
        horizon=draw(horizons(max_horizon)),
        terminal=terminal,
    )
    assume(_trajectories(mdp) <= max_trajectories)
    return _with_rewards(draw, mdp)


@st.composite
def rich_mdps(draw: st.DrawFn, *, max_trajectories: int = 500) -> FiniteMDP:
    """An MDP on which bias shows: γ < 1, T >= 2, two or three states and one that ends the episode.

    From s_0 = 0, which has positive probability, action 0 ends the episode or goes on to state 1 by chance,
    so lengths differ; V_0 differs between the states that do not end. `max_trajectories` must be at least 5.
    """
    states, actions, horizon = draw(st.sampled_from(RICH_SIZES))
    terminal = np.arange(states + 1) == states
    transition = _transition(draw, states + 1, actions)
    chance = draw(st.sampled_from(PAIRS))
    transition[0, 0] = 0
    transition[0, 0, [1, states]] = chance
    start = draw(_law(states + 1, zero=terminal, positive=0))
    mdp = FiniteMDP(
        np.array(start),
        transition,
        np.zeros_like(transition),
        draw(st.sampled_from(RICH_DISCOUNTS)),
        horizon,
        terminal,
    )
    mdp = _with_rewards(draw, _thinned(mdp, max_trajectories))
    values = state_values(mdp, _uniform(mdp))[0, :states]
    assume(np.ptp(values) > 0)
    return mdp


def policies(states: int, actions: int) -> st.SearchStrategy[Floats]:
    """π(a|s) = w_{s,a} / Σ_b w_{s,b}, w in {1, 2, 3}: [S, A], without zeros, shrinking to uniform."""
    return _weights(states, actions, uniform=True).map(lambda w: w / w.sum(axis=1, keepdims=True))


def logits(states: int, actions: int) -> st.SearchStrategy[Floats]:
    """θ[s, a] = log w_{s,a}, w in {1, 2, 3}: [S, A]; its softmax holds simple fractions. Shrinks to zeros."""
    return _weights(states, actions, uniform=True).map(np.log)


def rich_logits(states: int, actions: int) -> st.SearchStrategy[Floats]:
    """θ[s, a] = log w_{s,a}, w in {1, 2, 3}, uniform in no state: [S, A]."""
    return _weights(states, actions, uniform=False).map(np.log)


@st.composite
def batches(draw: st.DrawFn, mdp: FiniteMDP, probabilities: Floats, *, max_size: int = 4) -> Trajectories:
    """A batch of 1 … max_size trajectories of positive probability under π [S, A], repeats allowed."""
    trajectories, weights = enumerate_trajectories(mdp, probabilities)
    rows = draw(st.lists(st.integers(0, len(weights) - 1), min_size=1, max_size=max_size))
    return trajectories.select(np.array(rows))


def _law(states: int, zero: NDArray[np.bool_], positive: int | None = None) -> st.SearchStrategy[tuple[float, ...]]:
    """A law that avoids the states in `zero` and, if given, charges the state `positive`."""
    allowed = [law for law in _laws(states) if not np.array(law)[zero].any()]
    return st.sampled_from([law for law in allowed if positive is None or law[positive] > 0])


def _transition(draw: st.DrawFn, states: int, actions: int) -> Floats:
    rows = [draw(st.sampled_from(_laws(states))) for _ in range(states * actions)]
    return np.array(rows).reshape(states, actions, states)


def _with_rewards(draw: st.DrawFn, mdp: FiniteMDP) -> FiniteMDP:
    """The same MDP with a reward on every step (s, a, s') that can be taken."""
    possible = (mdp.transition > 0) & ~mdp.terminal[:, None, None]
    reward = np.zeros(possible.shape)
    reward[possible] = [draw(st.sampled_from(REWARDS)) for _ in range(np.count_nonzero(possible))]
    return FiniteMDP(mdp.initial, mdp.transition, reward, mdp.discount, mdp.horizon, mdp.terminal)


def _thinned(mdp: FiniteMDP, max_trajectories: int) -> FiniteMDP:
    """A rich MDP with fewer trajectories: T = 2, then chance taken out row by row, but not from (0, 0)."""
    transition, initial, horizon = mdp.transition.copy(), mdp.initial, mdp.steps
    rows = [(s, a) for s in range(mdp.n_states) for a in range(mdp.n_actions)][1:]
    while _trajectories(mdp) > max_trajectories:
        if horizon > 2:
            horizon = 2
        elif rows:
            row = rows.pop()
            transition[row] = np.eye(mdp.n_states)[transition[row].argmax()]
        else:
            assume(initial[0] < 1)
            initial = np.eye(mdp.n_states)[0]
        mdp = FiniteMDP(initial, transition, mdp.reward, mdp.discount, horizon, mdp.terminal)
    return mdp


@functools.cache
def _rows(actions: int, uniform: bool) -> list[tuple[float, ...]]:
    """Weights of one state, the simplest first, without such as (2, 2); those all equal only if `uniform`."""
    rows = [row for row in itertools.product((1.0, 2.0, 3.0), repeat=actions) if 1 in row or len(set(row)) > 1]
    return sorted((row for row in rows if uniform or len(set(row)) > 1), key=sum)


def _weights(states: int, actions: int, *, uniform: bool) -> st.SearchStrategy[Floats]:
    row = st.sampled_from(_rows(actions, uniform))
    return st.tuples(*[row] * states).map(np.array)


def _uniform(mdp: FiniteMDP) -> Floats:
    return np.full((mdp.n_states, mdp.n_actions), 1 / mdp.n_actions)


def _trajectories(mdp: FiniteMDP) -> int:
    return count_trajectories(mdp, _uniform(mdp))
