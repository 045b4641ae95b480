"""Falsehoods: one fault each, as they are met in code. Every one must be found."""

import numpy as np

from .right_estimators import GROUP, gae, powers, ratio, reward_to_go, to_go, total


def without_discount_power(b):
    return to_go(b)


def discount_power_off_by_one(b):
    return b.gamma * powers(b) * to_go(b)


def discount_squared(b):
    return powers(b) ** 2 * to_go(b)


def discount_inside_off_by_one(b):
    """G_t = Σ γ^{k-t+1} r_k after the first."""
    g = to_go(b)
    return powers(b) * (b.rewards + b.gamma**2 * np.append(g[:, 1:], np.zeros((len(b), 1)), 1))


def one_less_discount(b):
    """γ replaced by 1 - γ, which γ = 1/2 hides."""
    return (1 - b.gamma) ** np.arange(b.rewards.shape[1]) * to_go(b)


def future_only(b):
    """Leaves out r_t itself."""
    return powers(b) * (to_go(b) - b.rewards)


def past_and_present(b):
    """Σ_{k<=t} in place of Σ_{k>=t}."""
    return np.cumsum(powers(b) * b.rewards, 1)


def bug_from_the_fifth_step(b):
    weights = reward_to_go(b)
    weights[:, 4:] *= 0.5
    return weights


def bug_at_the_fourth_step_alone(b):
    weights = reward_to_go(b)
    weights[:, 3:4] = 0
    return weights


def last_step_dropped(b):
    """range(T - 1): the last column is never filled."""
    weights = reward_to_go(b)
    weights[:, -1] = 0
    return weights


def rewards_clipped(b):
    return powers(b) * to_go(b.replace(rewards=np.clip(b.rewards, -1, 1)))


def action_baseline(b):
    return powers(b) * (to_go(b) - b.actions)


def next_value_baseline(b):
    return powers(b) * (to_go(b) - b.next_values)


def returns_whitened(b):
    g = to_go(b)
    return powers(b) * (g - g.mean()) / (g.std() + 1e-8)


def mean_over_steps(b):
    return reward_to_go(b) / b.mask.sum() * len(b)


def mean_per_sequence(b):
    return reward_to_go(b) / b.mask.sum(1, keepdims=True)


def baseline_over_padding(b):
    """The mean over the columns, padding included, of one's own rewards to go."""
    g = to_go(b)
    return powers(b) * (g - g.mean(1, keepdims=True))


def group_mean(b):
    r = total(b)
    return (r - r.mean())[:, None] * b.mask


def group_standardised(b):
    r = total(b)
    return ((r - r.mean()) / (r.std() + 1e-8))[:, None]


def mean_over_the_wrong_axis(b):
    """A baseline over time, not over the batch."""
    return powers(b) * (b.rewards - b.rewards.mean(1, keepdims=True))


def leave_one_out_divided_by_the_group(b):
    r = total(b)
    return (r - (r.sum() - r) / len(r))[:, None]


def group_of_one(b):
    """A group of one is its own mean: nothing is learnt from it."""
    r, starts = total(b), b.obs[:, 0]
    same = starts[:, None] == starts[None]
    mean = (same * r).sum(1) / same.sum(1)
    size = same.sum(1)
    return ((r - mean) * size / np.maximum(size - 1, 1))[:, None]


def best_as_baseline(b):
    r = total(b)
    return (r - r.max())[:, None]


def ratio_swapped(b):
    return (1 / ratio(b)).prod(1, keepdims=True) * reward_to_go(b)


def ratio_of_the_step_alone(b):
    return ratio(b) * reward_to_go(b)


def ratio_left_out_of_the_future(b):
    """Σ_{k>=t} ρ_{0:t} r_k."""
    return np.cumprod(ratio(b), 1) * reward_to_go(b)


def ratio_clipped(b):
    return np.clip(ratio(b), 0.8, 1.2).prod(1, keepdims=True) * reward_to_go(b)


def ratio_self_normalised(b):
    w = ratio(b).prod(1, keepdims=True)
    return w / w.mean() * reward_to_go(b)


def truncation_as_termination(b):
    out, following = np.zeros_like(b.rewards), np.zeros(len(b))
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        goes_on = ~(b.terminated | b.truncated)[:, t]
        delta = b.rewards[:, t] + b.gamma * b.next_values[:, t] * goes_on - b.values[:, t]
        following = delta + b.gamma * 0.7 * goes_on * following
        out[:, t] = following
    return powers(b) * out


def runs_on_past_a_cut(b):
    out, following = np.zeros_like(b.rewards), np.zeros(len(b))
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        delta = b.rewards[:, t] + b.gamma * b.next_values[:, t] * ~b.terminated[:, t] - b.values[:, t]
        following = delta + b.gamma * 0.7 * ~b.terminated[:, t] * following
        out[:, t] = following
    return powers(b) * out


def bootstraps_from_its_own_state(b):
    return powers(b) * (b.rewards + b.gamma * b.values - b.values)


def value_of_the_next_column(b):
    """V(s_{t+1}) read from the next column, whatever is there."""
    following = np.append(b.values[:, 1:], np.zeros((len(b), 1)), 1)
    return powers(b) * (b.rewards + b.gamma * following - b.values)


def advantage_without_reward(b):
    return powers(b) * (b.gamma * b.next_values - b.values)


def lambda_off_by_one(b):
    """(γλ)^{k+1} δ_{t+k}."""
    return b.gamma * 0.7 * gae(b, 0.7)


def discount_left_out_of_bootstrap(b):
    return b.rewards + b.next_values


def returns_that_start_late(b):
    return to_go(b) - b.rewards


def returns_cut_short(b):
    """The return up to a cut, as if nothing followed."""
    return to_go(b) + 0 * b.next_values


def average_return(b):
    return to_go(b) / b.mask.sum(1, keepdims=True)


def v_trace_clipped(b):
    return b.values + np.minimum(ratio(b), 1) * (b.rewards + b.gamma * b.next_values - b.values)


def lambda_for_any_critic(b):
    return gae(b, 0.9)


def k2(b):
    return 0.5 * (b.logp - b.ref_logp) ** 2


def k1_upside_down(b):
    return b.ref_logp - b.logp


def a_little_off(b):
    """A ten-millionth too large, in float64."""
    return reward_to_go(b) * (1 + 1e-7 * b.mask[:, :1] * b.rewards[:, :1])


PAIR = {"batch": 2}
WRONG = [
    ("advantage", {}, without_discount_power),
    ("advantage", {}, discount_power_off_by_one),
    ("advantage", {}, discount_squared),
    ("advantage", {}, discount_inside_off_by_one),
    ("advantage", {}, one_less_discount),
    ("advantage", {}, future_only),
    ("advantage", {}, past_and_present),
    ("advantage", {}, bug_from_the_fifth_step),
    ("advantage", {}, last_step_dropped),
    ("advantage", {}, rewards_clipped),
    ("advantage", {}, action_baseline),
    ("advantage", {}, next_value_baseline),
    ("advantage", {}, returns_whitened),
    ("advantage", PAIR, returns_whitened),
    ("advantage", PAIR, mean_over_steps),
    ("advantage", {}, mean_per_sequence),
    ("advantage", {}, baseline_over_padding),
    ("advantage", {}, group_standardised),
    ("advantage", {"batch": 3, "shared_start": True}, group_standardised),
    ("advantage", PAIR, mean_over_the_wrong_axis),
    ("advantage", {"batch": 3}, group_of_one),
    ("advantage", GROUP, best_as_baseline),
    ("advantage", {}, ratio_swapped),
    ("advantage", {}, ratio_of_the_step_alone),
    ("advantage", {}, ratio_left_out_of_the_future),
    ("advantage", {}, ratio_clipped),
    ("advantage", PAIR, ratio_self_normalised),
    ("advantage", {}, truncation_as_termination),
    ("advantage", {}, runs_on_past_a_cut),
    ("advantage", {}, bootstraps_from_its_own_state),
    ("advantage", {"truncation": True}, value_of_the_next_column),
    ("advantage", {}, value_of_the_next_column),
    ("advantage", {}, advantage_without_reward),
    ("value_target", {"objective": "A"}, lambda_off_by_one),
    ("value_target", {"objective": "V"}, discount_left_out_of_bootstrap),
    ("value_target", {"objective": "V"}, returns_that_start_late),
    ("value_target", {"objective": "V"}, returns_cut_short),
    ("value_target", {"objective": "V"}, average_return),
    ("value_target", {"objective": "V"}, v_trace_clipped),
    ("value_target", {"objective": "A", "critic": "arbitrary"}, lambda_for_any_critic),
    ("value_target", {"objective": "KL per token"}, k2),
    ("value_target", {"objective": "KL"}, k1_upside_down),
    ("advantage", {}, a_little_off),
    ("advantage", {}, bug_at_the_fourth_step_alone),
]
# A group mean that counts the sample itself, in any group: the right direction, at a scale.
SCALED = [
    ({"batch": 2}, group_mean, 1 / 2),
    ({"batch": 3, "shared_start": True}, group_mean, 2 / 3),
    ({"batch": 4}, group_mean, 3 / 4),
]
