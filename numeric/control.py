"""Optimal values and policies: value iteration and policy iteration, generators of a record per sweep.

Every record states its exact distance to the optimum; `optimal_values` is that optimum, by policy iteration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.chains import chain_of, endless_values, expected_rewards
from numeric.errors import ControlError
from numeric.mdp import FiniteMDP
from numeric.validation import frozen_array

__all__ = [
    "Improvement",
    "Sweep",
    "deterministic_policy",
    "optimal_action_values",
    "optimal_objective",
    "optimal_values",
    "policy_iteration",
    "rounding_floor",
    "value_iteration",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Sweep:
    """V_k after sweep k = 1, 2, …, and the actions [S] that were the best in it, the first of equals.

    `gap` is ‖V_k - V_{k-1}‖∞, `distance` ‖V_k - V*‖∞, and `bound` γ/(1-γ) `gap` + `rounding_floor`, which the
    distance never exceeds.
    """

    sweep: int
    values: Floats
    actions: Integers
    gap: float
    bound: float
    distance: float


@dataclass(frozen=True, eq=False)
class Improvement:
    """The value [S] of policy k = 1, 2, …, the better policy's actions [S], and ‖V_k - V*‖∞.

    `changed` is the number of states whose action is better by more than rounding; the last record has 0.
    """

    sweep: int
    values: Floats
    actions: Integers
    changed: int
    distance: float


def value_iteration(
    mdp: FiniteMDP, tolerance: float = 1e-6, *, values: ArrayLike | None = None, start: Sweep | None = None
) -> Iterator[Sweep]:
    """V_{k+1}(s) = max_a Σ_{s'} P(s'|s, a) (r(s, a, s') + γ V_k(s')), until `bound` <= tolerance.

    Then ‖V_{k+1} - V*‖∞ <= tolerance, as γ/(1-γ) ‖V_{k+1} - V_k‖∞ bounds it but for rounding. V_0 is `values`
    [S], 0 in terminal states (default: 0 everywhere), or that of the record `start`, which is gone on from.
    Raises ControlError for a finite horizon or γ = 1, or for a tolerance below the rounding of the sweeps.
    Source: Puterman 1994, theorem 6.3.1.
    """
    _need_endless(mdp, "value iteration")
    if mdp.discount == 1:
        raise ControlError("discount is 1; value iteration contracts for γ < 1 alone: take policy_iteration")
    first = _first_values(mdp, values) if start is None else start.values
    least = 3 * rounding_floor(mdp, first)
    if not least <= tolerance < np.inf:
        raise ControlError(f"tolerance is {tolerance!r}; sweeps in float64 cannot promise less than {least:.1e} here")
    return _sweeps(mdp, tolerance, first, start)


def _sweeps(mdp: FiniteMDP, tolerance: float, values: Floats, start: Sweep | None) -> Iterator[Sweep]:
    best, reward = optimal_values(mdp), expected_rewards(mdp)
    number, bound = (0, np.inf) if start is None else (start.sweep, start.bound)
    floor = rounding_floor(mdp, values)
    while bound > tolerance:
        q = _backed_up(mdp, reward, values)
        before, values, number = values, q.max(axis=1), number + 1
        gap = float(np.abs(values - before).max())
        bound = mdp.discount / (1 - mdp.discount) * gap + floor
        yield Sweep(number, values, q.argmax(axis=1), gap, bound, _distance(values, best))


def rounding_floor(mdp: FiniteMDP, first: Floats) -> float:
    """u / (1-γ), u the rounding of one sweep: (2 n + 4) eps max |V|, n the most next states of any (s, a).

    ‖V_{k+1} - V*‖ <= γ ‖V_k - V*‖ + u adds up to that; no |V| exceeds max |r| / (1-γ) or the largest of `first`.
    """
    branches = int(np.count_nonzero(mdp.transition, axis=2).max())
    largest = max(float(np.abs(mdp.reward).max()) / (1 - mdp.discount), float(np.abs(first).max()))
    return (2 * branches + 4) * EPS * largest / (1 - mdp.discount)


def policy_iteration(mdp: FiniteMDP, actions: ArrayLike | None = None) -> Iterator[Improvement]:
    """V_k = r_{π_k} + γ P_{π_k} V_k, π_{k+1}(s) = argmax_a Q_k(s, a), π_k's own action where none is better.

    π_1 takes `actions` [S], or every action alike (default). The last record holds V* and an optimal policy.
    Raises ControlError for a finite horizon, MDPError where γ = 1 and some π_k does not end from every state.
    Source: Puterman 1994, §6.4 and theorem 6.4.2.
    """
    _need_endless(mdp, "policy iteration")
    policy = _first_policy(mdp, actions)
    return _improvements(mdp, policy)


def _improvements(mdp: FiniteMDP, policy: Floats) -> Iterator[Improvement]:
    best = optimal_values(mdp)
    for number, (values, improved, changed) in enumerate(_policies(mdp, policy), 1):
        yield Improvement(number, values, improved, changed, _distance(values, best))


def _policies(mdp: FiniteMDP, policy: Floats) -> Iterator[tuple[Floats, Integers, int]]:
    """(V_k, the improved actions, how many of them improve), until none does."""
    reward, every = expected_rewards(mdp), np.arange(mdp.n_states)
    values, changed = np.full(mdp.n_states, -np.inf), 1
    while changed:
        before = values
        values = endless_values(mdp, chain_of(mdp, policy), (policy * reward).sum(axis=1))
        q = _backed_up(mdp, reward, values)
        margin = 8 * (mdp.n_states + 4) * EPS * max(float(np.abs(q).max()), float(np.abs(reward).max()))
        actions, kept = q.argmax(axis=1), policy.argmax(axis=1)
        better = q[every, actions] > values + margin
        actions = np.where(better | (policy[every, kept] < 1), actions, kept)
        # Rounding alone could go round in circles: a policy that is better nowhere is the last.
        changed = int(np.count_nonzero(better)) if (values > before + margin).any() else 0
        yield values, actions, changed
        policy = deterministic_policy(actions, mdp.n_actions)


def optimal_values(mdp: FiniteMDP) -> Floats:
    """V*(s) = max_a Σ_{s'} P(s'|s, a) (r(s, a, s') + γ V*(s')): [S], or V*_t, V*_T = 0: [T+1, S].

    By policy iteration, or backwards in time. Raises MDPError as `policy_iteration` does.
    Source: Puterman 1994, theorem 6.2.5 and §4.5.
    """
    if mdp.horizon is None:
        uniform = np.full((mdp.n_states, mdp.n_actions), 1 / mdp.n_actions)
        *_, (best, _, _) = _policies(mdp, uniform)
        return best
    reward = expected_rewards(mdp)
    values = np.zeros((mdp.horizon + 1, mdp.n_states))
    for t in range(mdp.horizon - 1, -1, -1):
        values[t] = _backed_up(mdp, reward, values[t + 1]).max(axis=1)
    return values


def optimal_action_values(mdp: FiniteMDP) -> Floats:
    """Q*(s, a) = Σ_{s'} P(s'|s, a) (r(s, a, s') + γ V*(s')): [S, A] or [T, S, A], 0 in terminal states."""
    values, reward = optimal_values(mdp), expected_rewards(mdp)
    if mdp.horizon is None:
        return _backed_up(mdp, reward, values)
    return np.stack([_backed_up(mdp, reward, later) for later in values[1:]])


def optimal_objective(mdp: FiniteMDP) -> float:
    """J* = Σ_s ρ_0(s) V*_0(s), the largest J of any policy."""
    values = optimal_values(mdp)
    return float(mdp.initial @ (values if mdp.horizon is None else values[0]))


def deterministic_policy(actions: ArrayLike, n_actions: int) -> Floats:
    """π(a|s) = 1{a = actions[s]}: [S] to [S, A]. Raises ControlError for an action that there is not."""
    chosen = frozen_array(actions, np.int64, "actions", ControlError)
    if chosen.ndim != 1 or chosen.size == 0 or chosen.min() < 0 or chosen.max() >= n_actions:
        raise ControlError(f"actions is {actions!r}; give one action of 0 … {n_actions - 1} per state")
    policy: Floats = np.eye(n_actions)[chosen]
    return policy


def _backed_up(mdp: FiniteMDP, reward: Floats, values: Floats) -> Floats:
    """Q(s, a) = r(s, a) + γ Σ_{s'} P(s'|s, a) V(s'), 0 in terminal states: [S, A]."""
    q: Floats = reward + mdp.discount * (mdp.transition @ values)
    q[mdp.terminal] = 0
    return q


def _distance(values: Floats, best: Floats) -> float:
    return float(np.abs(values - best).max())


def _need_endless(mdp: FiniteMDP, what: str) -> None:
    if mdp.horizon is not None:
        raise ControlError(
            f"horizon is {mdp.horizon}; {what} seeks a policy that is the same at all times: take "
            "dataclasses.replace(mdp, horizon=None), or optimal_values for the best values in T steps"
        )


def _first_values(mdp: FiniteMDP, values: ArrayLike | None) -> Floats:
    first = np.zeros(mdp.n_states) if values is None else np.array(values, dtype=np.float64)
    if first.shape != (mdp.n_states,) or not np.isfinite(first).all() or first[mdp.terminal].any():
        raise ControlError(f"values is {values!r}; give {mdp.n_states} finite numbers, 0 in terminal states")
    return first


def _first_policy(mdp: FiniteMDP, actions: ArrayLike | None) -> Floats:
    if actions is None:
        return np.full((mdp.n_states, mdp.n_actions), 1 / mdp.n_actions)
    policy = deterministic_policy(actions, mdp.n_actions)
    if len(policy) != mdp.n_states:
        raise ControlError(f"actions has {len(policy)} entries; this MDP has {mdp.n_states} states")
    return policy
