"""Estimators that are right, as people write them: name, kind, how they are to be judged, function."""

import numpy as np

from numeric.testing import per_trajectory


def powers(b):
    return b.gamma ** np.arange(b.rewards.shape[1])


def to_go(b, gamma=None):
    gamma = b.gamma if gamma is None else gamma
    out = np.array(b.rewards)
    for t in range(out.shape[1] - 2, -1, -1):
        out[:, t] += gamma * out[:, t + 1]
    return out


def total(b):
    return (b.rewards * powers(b)).sum(1)


def total_return(b):
    return total(b)[:, None] * b.mask


def total_return_unmasked(b):
    return total(b)[:, None]


def reward_to_go(b):
    return powers(b) * to_go(b)


def reward_to_go_undiscounted(b):
    return to_go(b, 1.0)


def constant_baseline(b):
    return powers(b) * (to_go(b) - 1.5)


def value_baseline(b):
    return powers(b) * (to_go(b) - b.values)


def state_baseline(b):
    return powers(b) * (to_go(b) - np.cos(b.obs))


def leave_one_out(b):
    returns = total(b)
    return ((returns - (returns.sum() - returns) / (len(returns) - 1))[:, None]) * b.mask


def leave_one_out_by_prompt(b):
    """Groups by the start; a group of one has no baseline."""
    returns, starts = total(b), b.obs[:, 0]
    same = starts[:, None] == starts[None]
    others = same.sum(1) - 1
    mean = np.where(others > 0, ((same * returns).sum(1) - returns) / np.maximum(others, 1), 0.0)
    return (returns - mean)[:, None] * b.mask


def leave_one_out_per_step(b):
    """The mean reward-to-go of the others at the same time, those still running."""
    g, alive = to_go(b) * b.mask, b.mask.astype(float)
    others = alive.sum(0) - alive
    mean = np.where(others > 0, (g.sum(0) - g) / np.maximum(others, 1), 0.0)
    return powers(b) * (g - mean)


def gae(b, lam=0.7):
    out, following = np.zeros_like(b.rewards), np.zeros(len(b))
    done = b.terminated | b.truncated
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        delta = b.rewards[:, t] + b.gamma * b.next_values[:, t] * ~b.terminated[:, t] - b.values[:, t]
        following = delta + b.gamma * lam * ~done[:, t] * following
        out[:, t] = following
    return out


def gae_gradient(b):
    return powers(b) * gae(b)


def td_error(b):
    return powers(b) * (b.rewards + b.gamma * b.next_values - b.values)


def ratio(b):
    return np.where(b.mask, np.exp(b.logp - b.behaviour_logp), 1.0)


def importance_sampling(b):
    return ratio(b).prod(1, keepdims=True) * powers(b) * to_go(b)


def per_decision_importance_sampling(b):
    """Σ_{k>=t} γ^k ρ_{0:k} r_k: a reward is weighted by the ratios up to its own step."""
    weighted = np.cumprod(ratio(b), 1) * powers(b) * b.rewards
    return np.cumsum(weighted[:, ::-1], 1)[:, ::-1]


def off_policy_actor_critic(b):
    """ρ_{0:t} γ^t (r_t + γ V(s_{t+1}) - V(s_t))."""
    return np.cumprod(ratio(b), 1) * powers(b) * (b.rewards + b.gamma * b.next_values - b.values)


def one_at_random(b, choose):
    """One trajectory's weights, N times, for a random one of them."""
    keep = np.zeros((len(b), 1))
    keep[choose(len(b))] = len(b)
    return keep * reward_to_go(b)


def one_step_at_random(b):
    """Tosses a fair coin for every batch: all weights doubled, or none."""
    return reward_to_go(b) * (2 if b.choose([0.5, 0.5]) else 0)


@per_trajectory
def one_trajectory(b):
    """[T_n] in, [T_n] out, no padding."""
    g = np.zeros(len(b))
    following = 0.0
    for t in range(len(b) - 1, -1, -1):
        following = b.rewards[t] + b.gamma * following
        g[t] = following
    return b.gamma ** np.arange(len(b)) * g


def kl_penalty(b):
    """log π/π_ref summed from t on: the gradient of the sequence's KL."""
    cost = np.where(b.mask, b.logp - b.ref_logp, 0.0)
    return np.cumsum(cost[:, ::-1], 1)[:, ::-1]


def kl_whole_sequence(b):
    return np.where(b.mask, b.logp - b.ref_logp, 0.0).sum(1, keepdims=True) * b.mask


def kl_per_token(b):
    return np.where(b.mask, b.logp - b.ref_logp, 0.0)


def entropy_of_tokens(b):
    return np.where(b.mask, -b.logp, 0.0)


def max_at_k(b):
    """The largest of the batch's returns, for all of them: N times because the estimate is a mean over N."""
    return len(b) * total(b).max() * np.ones((len(b), 1))


def max_at_k_leave_one_out(b):
    """The largest return less the largest of the others, which does not depend on one's own actions."""
    r = total(b)
    others = np.array([np.delete(r, i).max() for i in range(len(r))])
    return len(b) * (r.max() - others)[:, None]


def numpy_gradient(b, theta):
    table = np.exp(theta) / np.exp(theta).sum(1, keepdims=True)
    gradient = np.zeros_like(theta)
    weights = reward_to_go(b)
    for n, t in zip(*np.nonzero(b.mask), strict=True):
        s, a = b.obs[n, t], b.actions[n, t]
        gradient[s] -= weights[n, t] * table[s]
        gradient[s, a] += weights[n, t]
    return gradient / len(b)


def returns_target(b):
    return to_go(b)


def bootstrapped_returns(b):
    """The return up to a cut, then the value there."""
    return to_go(b.replace(rewards=b.rewards + np.where(b.truncated, b.gamma * b.next_values, 0.0)))


def one_step_target(b):
    return b.rewards + b.gamma * b.next_values


def lambda_returns(b, lam=0.6):
    return gae(b, lam) + b.values


def v_trace(b):
    """V + Σ γ^k c_{t:t+k-1} ρ_{t+k} δ_{t+k}, c clipped at one, ρ not."""
    out, following = np.zeros_like(b.rewards), np.zeros(len(b))
    done = b.terminated | b.truncated
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        delta = b.rewards[:, t] + b.gamma * b.next_values[:, t] - b.values[:, t]
        c = np.minimum(ratio(b)[:, t], 1)
        following = ratio(b)[:, t] * delta + b.gamma * c * ~done[:, t] * following
        out[:, t] = following
    return out + b.values


def k1(b):
    return b.logp - b.ref_logp


def k3(b):
    log_u = b.ref_logp - b.logp
    return np.exp(log_u) - 1 - log_u


GROUP = {"batch": 2, "shared_start": True}
RIGHT = [
    ("advantage", {}, total_return),
    ("advantage", {}, total_return_unmasked),
    ("advantage", {}, reward_to_go),
    ("advantage", {"batch": 2}, reward_to_go),
    ("advantage", {"objective": "undiscounted J"}, reward_to_go_undiscounted),
    ("advantage", {}, constant_baseline),
    ("advantage", {}, value_baseline),
    ("advantage", {"critic": "arbitrary"}, value_baseline),
    ("advantage", {}, state_baseline),
    ("advantage", GROUP, leave_one_out),
    ("advantage", {"batch": 3, "shared_start": True}, leave_one_out),
    ("advantage", {"batch": 8}, leave_one_out),
    ("advantage", {"batch": 3}, leave_one_out_by_prompt),
    ("advantage", {"batch": 3}, leave_one_out_per_step),
    ("advantage", {}, gae_gradient),
    ("advantage", {}, td_error),
    ("advantage", {}, importance_sampling),
    ("advantage", {}, per_decision_importance_sampling),
    ("advantage", {}, off_policy_actor_critic),
    ("advantage", {"batch": 2}, one_at_random),
    ("advantage", {"batch": 2}, one_step_at_random),
    ("advantage", {"batch": 2}, one_trajectory),
    ("advantage", {"objective": "KL"}, kl_penalty),
    ("advantage", {"objective": "KL"}, kl_whole_sequence),
    ("advantage", {"objective": "KL per token"}, kl_per_token),
    ("advantage", {"objective": "entropy per token"}, entropy_of_tokens),
    ("advantage", {"objective": "max@k", "batch": 3}, max_at_k),
    ("advantage", {"objective": "max@3", "batch": 3, "shared_start": True}, max_at_k_leave_one_out),
    ("numpy", {}, numpy_gradient),
    ("numpy", {"batch": 2}, numpy_gradient),
    ("value_target", {"objective": "V"}, returns_target),
    ("value_target", {"objective": "Q"}, returns_target),
    ("value_target", {"objective": "V", "critic": "arbitrary"}, bootstrapped_returns),
    ("value_target", {"objective": "Q"}, one_step_target),
    ("value_target", {"objective": "V"}, lambda_returns),
    ("value_target", {"objective": "A"}, gae),
    ("value_target", {"objective": "V"}, v_trace),
    ("value_target", {"objective": "KL per token"}, k1),
    ("value_target", {"objective": "KL per token"}, k3),
]
