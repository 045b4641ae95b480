"""Every trajectory of a case with its probability, padded to arrays; in the padding whatever is valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.judging.case import Case
from numeric.policies import softmax_log_probabilities

__all__ = ["FIELDS", "Rollouts", "count", "rollouts"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FIELDS = (
    "obs", "actions", "rewards", "next_obs", "terminated", "truncated", "mask",
    "logp", "logits", "values", "next_values", "behaviour_logp", "ref_logp",
)  # fmt: skip
GOES_ON, TERMINATED, TRUNCATED = range(3)


@dataclass(frozen=True, eq=False)
class Rollouts:
    """K trajectories: p(τ) [K], and by name arrays [K, T], `logits` [K, T, A]; all read-only."""

    weights: Floats
    arrays: dict[str, NDArray[Any]]
    gamma: float

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def starts(self) -> Integers:
        """s_0 of every trajectory: [K]."""
        starts: Integers = self.arrays["obs"][:, 0]
        return starts


def count(case: Case) -> int:
    """|{τ : p(τ) > 0}|, cuts counted: by n_t(s) = Σ_{(a, s')} (1 or 1 + n_{t+1}(s')), n_T = 1."""
    mdp, ends = case.mdp, case.ends_early
    branches = (case.sampling[:, :, None] * mdp.transition > 0).sum(axis=1)
    ways = np.ones(mdp.n_states)
    for t in range(case.steps - 1, -1, -1):
        after = np.where(mdp.terminal, 1.0, np.where(ends[t] < 1, ways, 0) + (ends[t] > 0))
        ways = branches @ after
    return int(ways[mdp.initial > 0].sum())


def rollouts(case: Case) -> Rollouts:
    """p(τ) = ρ_0(s_0) Π_t π(a_t|s_t) P(s_{t+1}|s_t, a_t) (1 - c_t)…: every τ with p(τ) > 0, once."""
    steps, weights = _paths(case)
    rng = np.random.default_rng(0)
    taken = steps >= 0
    S, A = case.mdp.n_states, case.mdp.n_actions
    where = np.where(taken, steps, 0)
    flag = np.where(taken, where % 3, GOES_ON)
    going = np.flatnonzero(~case.mdp.terminal)
    obs = np.where(taken, where // (3 * S * A), rng.choice(going, steps.shape))
    actions = np.where(taken, where // (3 * S) % A, rng.integers(0, A, steps.shape))
    following = np.where(taken, where // 3 % S, rng.integers(0, S, steps.shape))
    time = np.broadcast_to(np.arange(case.steps), steps.shape)
    arrays = {
        "obs": obs,
        "actions": actions,
        "rewards": np.where(taken, case.mdp.reward[obs, actions, following], 0.0),
        "next_obs": following,
        "terminated": flag == TERMINATED,
        "truncated": flag == TRUNCATED,
        "mask": taken,
        "logits": case.theta[obs],
        "logp": softmax_log_probabilities(case.theta)[obs, actions],
        "behaviour_logp": np.log(case.sampling[obs, actions]),
        "ref_logp": softmax_log_probabilities(case.reference)[obs, actions],
        "values": np.where(taken, case.critic[time, obs], rng.integers(-3, 4, steps.shape) + 0.5),
        "next_values": _next_values(case, time, following, flag, taken, rng.integers(-3, 4, steps.shape) - 0.5),
    }
    for array in arrays.values():
        array.flags.writeable = False
    return Rollouts(weights, arrays, case.mdp.discount)


def _next_values(
    case: Case, time: Integers, following: Integers, flag: Integers, taken: NDArray[np.bool_], other: NDArray[Any]
) -> Floats:
    """The critic at s_{t+1}: 0 after the end, exact where cut, 0 where the objective stops at T."""
    shown = np.where(flag == TRUNCATED, case.values[time + 1, following], case.critic[time + 1, following])
    shown = np.where(flag == TERMINATED, 0.0, shown)
    return np.where(taken, shown, other)


def _paths(case: Case) -> tuple[Integers, Floats]:
    """The steps ((s A + a) S + s') 3 + flag of every trajectory, -1 in the padding: [K, T], and p(τ) [K]."""
    mdp = case.mdp
    starts = np.flatnonzero(mdp.initial)
    path = np.full((len(starts), case.steps), -1)
    state, weight = starts, mdp.initial[starts]
    done_paths, done_weights = [], []
    for t in range(case.steps):
        code, chance, first = _options(case, t)
        number = first[state + 1] - first[state]
        parent = np.repeat(np.arange(len(state)), number)
        before = np.cumsum(number) - number
        chosen = np.arange(len(parent)) + (first[state] - before)[parent]
        path, weight = path[parent], weight[parent] * chance[chosen]
        path[:, t] = code[chosen]
        over = code[chosen] % 3 != GOES_ON
        done_paths.append(path[over])
        done_weights.append(weight[over])
        path, weight = path[~over], weight[~over]
        state = code[chosen][~over] // 3 % mdp.n_states
    paths = np.concatenate([*done_paths, path])
    order = np.lexsort(paths.T[::-1])
    return paths[order], np.concatenate([*done_weights, weight])[order]


def _options(case: Case, t: int) -> tuple[Integers, Floats, Integers]:
    """Every possible step at time t, sorted by s: codes and chances [M], and where those of s begin [S+1]."""
    mdp, cut = case.mdp, case.ends_early[t]
    joint = case.sampling[:, :, None] * mdp.transition
    flags = np.stack([
        np.where(mdp.terminal, 0.0, 1 - cut), np.where(mdp.terminal, 1.0, 0.0), np.where(mdp.terminal, 0.0, cut)
    ], axis=1)  # fmt: skip
    chances = (joint[..., None] * flags).reshape(mdp.n_states, -1)
    code = np.flatnonzero(chances)
    first = np.append(0, np.cumsum((chances > 0).sum(axis=1)))
    return code, chances.ravel()[code], first
