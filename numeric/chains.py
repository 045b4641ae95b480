"""The Markov chain that an MDP and a policy make: its step, its expected rewards, and its sums to infinity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numeric.mdp import FiniteMDP, check_absorption

__all__ = ["chain_of", "endless_values", "endless_visits", "expected_rewards"]

Floats = NDArray[np.float64]


def expected_rewards(mdp: FiniteMDP) -> Floats:
    """r(s, a) = Σ_{s'} P(s'|s, a) r(s, a, s'): [S, A], 0 in terminal states."""
    expected: Floats = np.einsum("ijk,ijk->ij", mdp.transition, mdp.reward)
    expected[mdp.terminal] = 0
    return expected


def chain_of(mdp: FiniteMDP, policy: Floats) -> Floats:
    """P_π(s'|s) = Σ_a π(a|s) P(s'|s, a), 0 from terminal states: π [S, A] to [S, S]."""
    chain: Floats = (policy[:, None, :] @ mdp.transition)[:, 0]
    chain[mdp.terminal] = 0
    return chain


def endless_values(mdp: FiniteMDP, chain: Floats, reward: Floats) -> Floats:
    """V = r + γ P_π V, that is Σ_{t=0}^∞ γ^t P_π^t r: by one linear solve, [S].

    Raises MDPError for γ = 1 where the policy never reaches a terminal state from some state.
    Source: Puterman 1994, theorem 6.1.1.
    """
    return np.asarray(np.linalg.solve(_system(mdp, chain), reward), dtype=np.float64)


def endless_visits(mdp: FiniteMDP, chain: Floats) -> Floats:
    """w = ρ_0 + γ P_πᵀ w, that is w(s) = Σ_{t=0}^∞ γ^t P(s_t = s, the episode not over): [S].

    Raises MDPError as `endless_values` does. Source: Puterman 1994, §6.9.
    """
    visits = np.array(np.linalg.solve(_system(mdp, chain).T, mdp.initial), dtype=np.float64)
    visits[mdp.terminal] = 0
    return visits


def _system(mdp: FiniteMDP, chain: Floats) -> Floats:
    """I - γ P_π: [S, S], invertible for γ < 1 or certain absorption."""
    if mdp.discount == 1:
        check_absorption(chain > 0, mdp.terminal, "nothing that this policy does")
    system: Floats = np.eye(len(chain)) - mdp.discount * chain
    return system
