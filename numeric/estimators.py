"""Estimators of the policy gradient: plain functions f(b, θ) -> [S, A], averages over the batch b.

θ are the logits [S, A] of a tabular softmax and z_t = ∇_θ log π_θ(a_t | s_t). All but `group_standardised`, and
`critic_advantage` with a wrong critic, are unbiased for ∇J up to the scale that their docstring names.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.enumeration import trajectory_blocks
from numeric.errors import EstimatorError
from numeric.mdp import FiniteMDP, Trajectories
from numeric.policies import softmax_probabilities
from numeric.returns import discounts, gae, returns, rewards_to_go

__all__ = [
    "advantage",
    "constant_baseline",
    "critic_advantage",
    "group_mean",
    "group_standardised",
    "leave_one_out",
    "optimal_state_baseline",
    "reward_to_go",
    "scaled_reward_to_go",
    "standardised",
    "state_baseline",
    "total_return",
    "weighted_scores",
]

Floats = NDArray[np.float64]


def weighted_scores(b: Trajectories, theta: ArrayLike, weights: ArrayLike) -> Floats:
    """(1/N) Σ_n Σ_t w_{n,t} z_{n,t}, over the steps where the mask is True: weights [N, T] to [S, A].

    Each z is one-hot minus probabilities in row s_t, so the sum needs only Σ w per (s, a).
    Raises PolicyError for bad logits.
    """
    policy = softmax_probabilities(theta)
    cells = b.obs * policy.shape[1] + b.actions
    weight = np.where(b.mask, weights, 0.0)
    sums = np.bincount(cells.ravel(), weight.ravel(), policy.size).reshape(policy.shape)
    gradient: Floats = (sums - sums.sum(axis=1, keepdims=True) * policy) / len(b)
    return gradient


def total_return(b: Trajectories, theta: ArrayLike) -> Floats:
    """(1/N) Σ_n (Σ_{k=0}^{T-1} γ^k r_k) (Σ_{t=0}^{T-1} z_t): [S, A]. Raises PolicyError for bad logits.

    Source: Williams 1992, §5 (episodic REINFORCE), without baseline.
    """
    return weighted_scores(b, theta, returns(b.rewards, b.gamma)[:, None])


def reward_to_go(b: Trajectories, theta: ArrayLike) -> Floats:
    """(1/N) Σ_n Σ_{t=0}^{T-1} γ^t G_t z_t, G_t = Σ_{k=t}^{T-1} γ^{k-t} r_k: [S, A]. Raises PolicyError.

    Source: Sutton & Barto 2018, §13.3, the box "REINFORCE: Monte-Carlo Policy-Gradient Control" (with γ^t).
    """
    return constant_baseline(b, theta, 0.0)


def constant_baseline(b: Trajectories, theta: ArrayLike, baseline: float) -> Floats:
    """(1/N) Σ_n Σ_t γ^t (G_t - b) z_t, b fixed before the batch was drawn: [S, A]. Raises PolicyError.

    Source: Williams 1992, §4 (reinforcement baseline).
    """
    return weighted_scores(b, theta, _powers(b) * (rewards_to_go(b.rewards, b.gamma) - baseline))


def scaled_reward_to_go(b: Trajectories, theta: ArrayLike, baseline: float, scale: float) -> Floats:
    """(1/N) Σ_n Σ_t γ^t (G_t - b)/c z_t, b and c > 0 fixed before the batch was drawn: an estimate of ∇J / c.

    With b and c the mean and the standard deviation of earlier returns this is the normalisation that keeps the
    direction; with those of the batch itself, or of its one episode, it does not.
    Raises EstimatorError for c <= 0, PolicyError for bad logits.
    """
    if not scale > 0:
        raise EstimatorError(f"the scale is {scale!r}; give the standard deviation of earlier returns, c > 0")
    return constant_baseline(b, theta, baseline) / scale


def state_baseline(b: Trajectories, theta: ArrayLike, values: ArrayLike) -> Floats:
    """(1/N) Σ_n Σ_t γ^t (G_t - b(s_t)) z_t: values b(s) [S], or b_t(s) [T, S], to [S, A].

    Raises EstimatorError for values of another shape, PolicyError for bad logits.
    Source: Greensmith, Bartlett & Baxter 2004, JMLR 5.
    """
    baseline = _at_states(b, values)
    return weighted_scores(b, theta, _powers(b) * (rewards_to_go(b.rewards, b.gamma) - baseline))


def advantage(b: Trajectories, theta: ArrayLike, advantages: ArrayLike) -> Floats:
    """(1/N) Σ_n Σ_t γ^t A_t(s_t, a_t) z_t, with a table A_t(s, a) [T, S, A] supplied: [S, A].

    Unbiased where A is exact, or exact plus any function of the state. Raises EstimatorError, PolicyError.
    Source: Sutton, McAllester, Singh & Mansour 2000.
    """
    table = np.asarray(advantages, dtype=np.float64)
    if table.ndim != 3 or len(table) < b.mask.shape[1]:
        raise EstimatorError(
            f"the advantages have shape {table.shape}; give A_t(s, a) as [T, S, A], T >= {b.mask.shape[1]}"
        )
    chosen = table[np.arange(b.mask.shape[1]), b.obs, b.actions]
    return weighted_scores(b, theta, _powers(b) * chosen)


def critic_advantage(b: Trajectories, theta: ArrayLike, values: ArrayLike, trace: float) -> Floats:
    """(1/N) Σ_n Σ_t γ^t Â_t z_t, Â_t = Σ_l (γλ)^l δ_{t+l} from a critic V(s) [S] or V_t(s) [T+1, S]: [S, A].

    The critic counts as 0 after the horizon T and after a terminal state. Unbiased for λ = 1, whatever the
    critic; for λ < 1 only with the exact one. Raises EstimatorError, PolicyError, TrajectoriesError.
    Source: Schulman et al. 2016, equation (16), with γ^t.
    """
    values = np.asarray(values, dtype=np.float64)
    following = np.zeros(b.mask.shape)
    here = _at_states(b, values if values.ndim == 1 else values[:-1])
    later = values if values.ndim == 1 else values[1:]
    following[:, :-1] = (later[b.next_obs] if later.ndim == 1 else _at(later, b.next_obs))[:, :-1]
    estimate = gae(b.rewards, here, following, b.terminated, b.truncated, b.gamma, trace)
    return weighted_scores(b, theta, _powers(b) * estimate)


def leave_one_out(b: Trajectories, theta: ArrayLike) -> Floats:
    """(1/N) Σ_n (R_n - (1/(N-1)) Σ_{m≠n} R_m) Σ_t z_{n,t}, R the return G_0: [S, A], N >= 2.

    Raises EstimatorError for N = 1, PolicyError for bad logits.
    Source: Kool, van Hoof & Welling 2019; Ahmadian et al. 2024, §3.3 (RLOO).
    """
    size = _group(b)
    return group_mean(b, theta) * (size / (size - 1))


def group_mean(b: Trajectories, theta: ArrayLike) -> Floats:
    """(1/N) Σ_n (R_n - (1/N) Σ_m R_m) Σ_t z_{n,t}: its mean is (1 - 1/N) ∇J, since R_n is in its own baseline.

    Raises EstimatorError for N = 1, PolicyError for bad logits. Source: Liu et al. 2025 (Dr. GRPO).
    """
    _group(b)
    total = returns(b.rewards, b.gamma)
    return weighted_scores(b, theta, (total - total.mean())[:, None])


def group_standardised(b: Trajectories, theta: ArrayLike) -> Floats:
    """(1/N) Σ_n (R_n - mean R) / std R Σ_t z_{n,t}, std² = (1/N) Σ (R - mean R)², 0 where std = 0: biased.

    Raises EstimatorError for N = 1, PolicyError for bad logits. Source: Shao et al. 2024, §4.1 (GRPO).
    """
    _group(b)
    return weighted_scores(b, theta, standardised(returns(b.rewards, b.gamma)[None])[0][:, None])


def standardised(total: Floats) -> Floats:
    """(R - mean R) / std R along the last axis, the standard deviation without correction, 0 where it is 0."""
    centred = total - total.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True))
    # A group of equal returns has a spread of rounding alone, and nothing to learn from.
    equal = np.ptp(total, axis=-1, keepdims=True) == 0
    result: Floats = np.where(equal, 0.0, centred / np.where(equal, 1.0, spread))
    return result


def optimal_state_baseline(mdp: FiniteMDP, theta: ArrayLike) -> Floats:
    """b*_t(s) = E[f·z_t | s_t = s] / (γ^t E[|z_t|² | s_t = s]), f = Σ_k γ^k G_k z_k: [T, S], by enumeration.

    Of all b_t(s) it gives `state_baseline` the least total variance: z_t has mean zero given the past, so that
    E|f - Σ_t γ^t b_t z_t|² is a sum of squares in b, one for each (t, s). 0 where (t, s) is never met.
    Source: Greensmith, Bartlett & Baxter 2004, theorem 13, for a sum over time.
    """
    policy = softmax_probabilities(theta)
    shape = mdp.steps, mdp.n_states
    above, below = np.zeros(mdp.steps * mdp.n_states), np.zeros(mdp.steps * mdp.n_states)
    scores = np.eye(mdp.n_actions)[None] - policy[:, None, :]
    for b, weights in trajectory_blocks(mdp, policy):
        z = np.zeros((*b.mask.shape, *policy.shape))
        rows, columns = np.nonzero(b.mask)
        z[rows, columns, b.obs[b.mask]] = scores[b.obs[b.mask], b.actions[b.mask]]
        f = np.einsum("nt,ntsa->nsa", _powers(b) * rewards_to_go(b.rewards, b.gamma), z)
        cells = (columns * mdp.n_states + b.obs[b.mask]).ravel()
        along = np.einsum("nsa,ntsa->nt", f, z) * weights[:, None]
        length = np.einsum("ntsa,ntsa->nt", z, z) * weights[:, None] * _powers(b)
        above += np.bincount(cells, along[b.mask], above.size)
        below += np.bincount(cells, length[b.mask], below.size)
    met = below > 0
    return np.where(met, above / np.where(met, below, 1.0), 0.0).reshape(shape)


def _powers(b: Trajectories) -> Floats:
    return discounts(b.gamma, b.rewards.shape[1])


def _group(b: Trajectories) -> int:
    if len(b) < 2:
        raise EstimatorError(f"the batch has {len(b)} trajectory; a group needs at least 2 to be compared")
    return len(b)


def _at_states(b: Trajectories, values: ArrayLike) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim == 1:
        return table[b.obs]
    if table.ndim != 2 or len(table) < b.mask.shape[1]:
        raise EstimatorError(f"the values have shape {table.shape}; give [S], or [T, S] with T >= {b.mask.shape[1]}")
    return _at(table, b.obs)


def _at(table: Floats, states: NDArray[np.int64]) -> Floats:
    chosen: Floats = table[np.arange(states.shape[1]), states]
    return chosen
