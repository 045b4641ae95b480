"""A PyTorch loss under test: `pytest examples/test_torch_loss.py` (needs torch; `derive bias` takes these tests too).

Leave-one-out REINFORCE as it stands in trainers: sequences of unequal length, one group per prompt, a KL penalty in the
reward. What is exactly right passes; two habits that are not are kept as mirrors, which must find their biased MDP.
"""

import pytest

torch = pytest.importorskip("torch")

from numeric.testing import known_bias, unbiased  # noqa: E402


def leave_one_out_loss(logp, rewards, mask):
    """-(1/N) Σ_n (R_n - mean of the others' R) Σ_t log π(a_t|s_t), R the undiscounted return: [N, T] to a scalar."""
    returns = (rewards * mask).sum(1)
    others = (returns.sum() - returns) / (len(returns) - 1)
    return -((returns - others) * (logp * mask).sum(1)).mean()


def per_token_loss(logp, rewards, mask):
    """The same, averaged over the tokens of the batch: their number is random, and divides."""
    return leave_one_out_loss(logp, rewards, mask) * len(mask) / mask.sum()


def group_normalised_loss(logp, rewards, mask):
    """The advantage divided by the group's standard deviation, as in GRPO."""
    returns = (rewards * mask).sum(1)
    advantage = (returns - returns.mean()) / (returns.std() + 1e-6)
    return -(advantage * (logp * mask).sum(1)).mean()


@unbiased("torch", objective="undiscounted J", batch=3, shared_start=True)
def test_leave_one_out(b):
    return leave_one_out_loss(b.logp, b.rewards, b.mask)


@known_bias("the number of tokens is random")
@unbiased("torch", objective="undiscounted J", batch=2)
def test_per_token(b):
    return per_token_loss(b.logp, b.rewards, b.mask)


@known_bias("the standard deviation is that of the group itself")
@unbiased("torch", objective="undiscounted J", batch=3, shared_start=True)
def test_group_normalised(b):
    return group_normalised_loss(b.logp, b.rewards, b.mask)


def penalised_return(b):
    """Σ_t r_t - β Σ_t log π/π_ref, the objective of the penalised loss, one number a trajectory."""
    return (b.rewards - 0.1 * (b.logp - b.ref_logp) * b.mask).sum(1)


@unbiased("torch", objective=penalised_return, batch=3, shared_start=True)
def test_kl_penalty_in_the_reward(b):
    penalised = b.rewards - 0.1 * (b.logp - b.ref_logp).detach() * b.mask
    return leave_one_out_loss(b.logp, penalised, b.mask)
