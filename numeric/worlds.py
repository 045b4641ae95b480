"""Named worlds, one function each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

import numpy as np

from numeric.errors import WorldError
from numeric.grids import Grid, grid_mdp
from numeric.mdp import FiniteMDP

__all__ = [
    "BERNOULLI_MEANS",
    "GAUSSIAN_DEVIATION",
    "GAUSSIAN_MEANS",
    "GRIDS",
    "WORLDS",
    "bernoulli_bandit",
    "gaussian_bandit",
    "number_line",
    "penalty_grid",
    "quiz_bandit",
    "random_mdp",
    "random_walk",
    "two_rooms",
    "walled_grid",
    "walled_grid_7",
    "world",
]

BERNOULLI_MEANS = (0.2, 0.8)
GAUSSIAN_MEANS = (0.25, 0.75, 1.0, 1.25, 1.75)  # five means as if from N(1, 1/4), and noise of 0.3
GAUSSIAN_DEVIATION = 0.3


def quiz_bandit() -> FiniteMDP:
    """r(1) = 1, r(0) = 0: one state, two actions, T = 1, γ = 1; answer 1 is the right one.

    With π(1) = σ(θ): J = σ(θ); the score-function estimate r z has mean σ(1-σ) and variance σ(1-σ)^3.
    """
    return FiniteMDP(
        initial=np.ones(1),
        transition=np.ones((1, 2, 1)),
        reward=np.array([[[0.0], [1.0]]]),
    )


def number_line() -> FiniteMDP:
    """s_0 = 0, s_{t+1} = s_t ± 1, r = 1 on arrival at +2: positions -2 … 2, T = 2, γ = 1.

    State i is position i - 2; action 0 goes left, 1 goes right; a step over either end stays, without reward.
    With π(right) = p: J = p².
    """
    transition = np.zeros((5, 2, 5))
    for state in range(5):
        transition[state, 0, max(state - 1, 0)] = 1
        transition[state, 1, min(state + 1, 4)] = 1
    reward = np.zeros((5, 2, 5))
    reward[3, 1, 4] = 1
    return FiniteMDP(np.eye(5)[2], transition, reward, horizon=2)


def random_walk() -> FiniteMDP:
    """s_0 = 0, s_{t+1} = s_t ± 1, r_t = s_{t+1} - s_t: positions -3 … 3, T = 3, γ = 1/2.

    State i is position i - 3; action 0 goes left, 1 goes right; a step over either end stays, without reward.
    With π(right) = p: J = (2p - 1)(1 + 1/2 + 1/4); the reward of the past is not zero, and G_t differs from G_0.
    """
    transition = np.zeros((7, 2, 7))
    for state in range(7):
        transition[state, 0, max(state - 1, 0)] = 1
        transition[state, 1, min(state + 1, 6)] = 1
    position = np.arange(-3.0, 4.0)
    reward = np.broadcast_to((position - position[:, None])[:, None], transition.shape)
    return FiniteMDP(np.eye(7)[3], transition, np.where(transition > 0, reward, 0.0), 0.5, 3)


def two_rooms() -> FiniteMDP:
    """s' = a with probability 3/4, r = 1 in room 1: two states, two actions, γ = 1/2, no horizon.

    With π(1) = 1/2 in both rooms: V = (1/2, 3/2), J = V(0) = 1/2, d = (3/4, 1/4).
    """
    transition = np.array([[[0.75, 0.25], [0.25, 0.75]]] * 2)
    reward = np.broadcast_to(np.array([0.0, 1.0])[:, None, None], (2, 2, 2))
    return FiniteMDP(np.eye(2)[0], transition, reward.copy(), 0.5, None)


def bernoulli_bandit(means: Sequence[float] = BERNOULLI_MEANS) -> FiniteMDP:
    """P(r = 1 | a) = means[a], r = 0 otherwise: one state, T = 1, γ = 1; a pull leads to "paid" 1 or "not" 2."""
    chances = np.array(means, dtype=np.float64)
    transition = np.zeros((3, len(chances), 3))
    transition[0, :, 1], transition[0, :, 2] = chances, 1 - chances
    transition[1, :, 1] = transition[2, :, 2] = 1
    reward = np.zeros(transition.shape)
    reward[0, :, 1] = 1
    return FiniteMDP(np.eye(3)[0], transition, reward, terminal=np.array([False, True, True]))


def gaussian_bandit(means: Sequence[float] = GAUSSIAN_MEANS, deviation: float = GAUSSIAN_DEVIATION) -> FiniteMDP:
    """r = μ_a + σ x with P(x = ±√3) = 1/6, P(x = 0) = 2/3: one state, a pull, T = 1, γ = 1.

    x has the first five moments of a standard normal variable (Gauss-Hermite quadrature with three nodes), so
    means and variances of estimates of degree up to two in the reward are those of Gaussian arms, exactly.
    The next state is 1, 2 or 3, the value of x. True Gaussian rewards: `numeric.bandits.GaussianBandit`.
    """
    arms = len(means)
    transition = np.zeros((4, arms, 4))
    transition[0, :, 1:] = [1 / 6, 4 / 6, 1 / 6]
    transition[1:] = np.eye(4)[1:, None]
    reward = np.zeros(transition.shape)
    reward[0, :, 1:] = np.array(means)[:, None] + deviation * np.sqrt(3) * np.array([-1, 0, 1])
    return FiniteMDP(np.eye(4)[0], transition, reward, terminal=np.arange(4) > 0)


GRIDS = {
    "walled_grid": Grid(("S....", ".#.#.", ".#.#.", ".#...", "....G")),
    "walled_grid_7": Grid(("S......", ".##.##.", ".#...#.", ".#.#.#.", ".#.#...", "...##.#", ".#....G")),
    "penalty_grid": Grid(("S....", ".....", ".....", ".....", "....G")),
}


def walled_grid(horizon: int | None = 100) -> FiniteMDP:
    """r = 1 on the goal, -1/100 a step, γ = 99/100: the 5 × 5 grid with five walls, from (0, 0) to (4, 4).

    Source: "Reinforcement Learning from Scratch: Teaching Machines to Learn from Consequences", section Markov
    Decision Processes, whose episodes end at the goal alone (`horizon` None).
    """
    return grid_mdp(GRIDS["walled_grid"], goal_reward=1, step_reward=-0.01, discount=0.99, horizon=horizon)


def walled_grid_7(horizon: int | None = 100) -> FiniteMDP:
    """r = 1 on the goal, -1/100 a step, γ = 99/100: a 7 × 7 grid with walls, from (0, 0) to (6, 6).

    Source: the same text, section Q-Learning, which shows such a grid without its walls; these are our own.
    """
    return grid_mdp(GRIDS["walled_grid_7"], goal_reward=1, step_reward=-0.01, discount=0.99, horizon=horizon)


def penalty_grid(horizon: int | None = 100) -> FiniteMDP:
    """r = 1 on the goal, -10 a step off it, γ = 1: an open 5 × 5 grid from (0, 0) to (4, 4); the best J is -69.

    Source: "Policy gradient from scratch", the opening.
    """
    return grid_mdp(GRIDS["penalty_grid"], goal_reward=1, step_reward=-10, horizon=horizon)


def random_mdp(
    seed: int = 0,
    *,
    states: int = 4,
    actions: int = 2,
    ends: int = 0,
    discount: float = 0.9,
    horizon: int | None = 5,
) -> FiniteMDP:
    """ρ_0, P(·|s, a) uniform on the simplex, r(s, a, s') standard normal: an MDP that is a function of its seed.

    The last `ends` of the `states` are terminal, and no episode starts there. Raises WorldError for sizes below 1.
    """
    if min(states - ends, actions) < 1 or ends < 0:
        raise WorldError(
            f"states is {states}, actions {actions}, ends {ends}; give one state that does not end, one action"
        )
    rng = np.random.default_rng(seed)
    initial = np.append(rng.dirichlet(np.ones(states - ends)), np.zeros(ends))
    transition = rng.dirichlet(np.ones(states), (states, actions))
    reward = rng.normal(size=(states, actions, states))
    return FiniteMDP(initial, transition, reward, discount, horizon, np.arange(states) >= states - ends)


WORLDS: dict[str, Callable[[], FiniteMDP]] = {
    "quiz_bandit": quiz_bandit,
    "number_line": number_line,
    "random_walk": random_walk,
    "two_rooms": two_rooms,
    "bernoulli_bandit": bernoulli_bandit,
    "gaussian_bandit": gaussian_bandit,
    "walled_grid": walled_grid,
    "walled_grid_7": walled_grid_7,
    "penalty_grid": penalty_grid,
    "random_mdp": random_mdp,
}


def world(name: str) -> FiniteMDP:
    """The world of this name in WORLDS. Raises WorldError, with the nearest names, when there is none."""
    if name not in WORLDS:
        near = difflib.get_close_matches(name, WORLDS, cutoff=0.5) or ["number_line", "quiz_bandit"]
        raise WorldError(
            f"no world is named {name!r}; did you mean {' or '.join(near)}? The worlds are {', '.join(WORLDS)}"
        )
    return WORLDS[name]()
