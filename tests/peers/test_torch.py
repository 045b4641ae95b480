"""Losses in PyTorch as they are written: what is detached, masked, averaged."""

import time

import pytest

torch = pytest.importorskip("torch")

from numeric.errors import EstimatorError  # noqa: E402
from numeric.testing import judge, per_trajectory, unbiased  # noqa: E402


def powers(b):
    return b.gamma ** torch.arange(b.rewards.shape[1], dtype=torch.float64)


def to_go(b):
    out, following = [], torch.zeros_like(b.rewards[:, 0])
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        following = b.rewards[:, t] + b.gamma * following
        out.insert(0, following)
    return torch.stack(out, 1)


def reinforce(b):
    return -(b.logp * powers(b) * to_go(b) * b.mask).sum(1).mean()


def with_baseline(b):
    return -(b.logp * powers(b) * (to_go(b) - b.values) * b.mask).sum(1).mean()


def ratio(b):
    return torch.where(b.mask, b.logp - b.behaviour_logp, 0.0)


def importance(b):
    return -(ratio(b).sum(1).exp() * to_go(b)[:, 0]).mean()


def importance_score(b):
    weight = ratio(b).sum(1, keepdim=True).exp().detach()
    return -(weight * b.logp * powers(b) * to_go(b) * b.mask).sum(1).mean()


def importance_undetached(b):
    weight = ratio(b).sum(1, keepdim=True).exp()
    return -(weight * b.logp * powers(b) * to_go(b) * b.mask).sum(1).mean()


def importance_fully_detached(b):
    return -(ratio(b).sum(1).exp().detach() * to_go(b)[:, 0]).mean() + 0 * b.logp.sum()


def without_mask(b):
    return -(b.logp * (powers(b) * to_go(b) - 1)).sum(1).mean()


def mean_over_tokens(b):
    return -(b.logp * powers(b) * to_go(b) * b.mask).sum() / b.mask.sum()


def whitened(b):
    g = to_go(b)
    return -(b.logp * powers(b) * (g - g.mean()) / (g.std() + 1e-8) * b.mask).sum(1).mean()


def baseline_with_gradient(b):
    """A critic that shares the policy's logits, not detached."""
    critic = b.logits.sum(-1)
    return -(b.logp * powers(b) * (to_go(b) - critic) * b.mask).sum(1).mean()


def clipped(b, old):
    advantage = powers(b) * to_go(b)
    r = (b.logp - old).exp()
    return -(torch.min(r * advantage, r.clamp(0.8, 1.2) * advantage) * b.mask).sum(1).mean()


def clipped_on_policy(b):
    return clipped(b, b.logp.detach())


def clipped_off_policy(b):
    return clipped(b, b.behaviour_logp)


def k1(b):
    return ((b.logp - b.ref_logp) * b.mask).sum(1).mean()


def k2(b):
    return (0.5 * (b.logp - b.ref_logp) ** 2 * b.mask).sum(1).mean()


def k3(b):
    u = b.ref_logp - b.logp
    return ((u.exp() - 1 - u) * b.mask).sum(1).mean()


def k1_as_a_score(b):
    """The sequence's log-ratio as a cost."""
    cost = torch.where(b.mask, b.logp - b.ref_logp, 0.0).sum(1, keepdim=True).detach()
    return (b.logp * cost * b.mask).sum(1).mean()


def entropy(b):
    log = torch.log_softmax(b.logits, -1)
    return ((log.exp() * log).sum(-1) * b.mask).sum(1).mean()


def group_normalised(b):
    r = (b.rewards * powers(b)).sum(1)
    return -(b.logp.mul(b.mask).sum(1) * (r - r.mean()) / (r.std() + 1e-6)).mean()


def leave_one_out(b):
    r = (b.rewards * powers(b)).sum(1)
    others = (r.sum() - r) / (len(r) - 1)
    return -(b.logp.mul(b.mask).sum(1) * (r - others)).mean()


def group_mean(b):
    r = (b.rewards * powers(b)).sum(1)
    return -(b.logp.mul(b.mask).sum(1) * (r - r.mean())).mean()


@per_trajectory
def of_one_trajectory(b):
    loss = torch.zeros((), dtype=torch.float64)
    g = 0.0
    for t in range(len(b) - 1, -1, -1):
        g = b.rewards[t] + b.gamma * g
        loss = loss - b.logp[t] * b.gamma**t * g
    return loss


GROUP = {"batch": 3, "shared_start": True}
VERDICTS = [
    (reinforce, {}, "UNBIASED", None),
    (reinforce, {"batch": 2}, "UNBIASED", None),
    (with_baseline, {"critic": "arbitrary"}, "UNBIASED", None),
    (importance, {}, "UNBIASED", None),
    (importance_score, {}, "UNBIASED", None),
    (importance_undetached, {}, "BIASED", None),
    (importance_fully_detached, {}, "BIASED", None),
    (without_mask, {}, "BIASED", None),
    (mean_over_tokens, {"batch": 2}, "BIASED", None),
    (whitened, {"batch": 2}, "BIASED", None),
    (baseline_with_gradient, {}, "BIASED", None),
    (clipped_on_policy, {}, "UNBIASED", None),
    (clipped_off_policy, {}, "BIASED", None),
    (k1, {"objective": "KL"}, "BIASED", None),
    (k2, {"objective": "KL per token"}, "UNBIASED", None),
    (k2, {"objective": "KL"}, "BIASED", None),
    (k3, {"objective": "KL per token"}, "BIASED", None),
    (k1_as_a_score, {"objective": "KL"}, "UNBIASED", None),
    (entropy, {"objective": "entropy per token"}, "UNBIASED", None),
    (entropy, {"objective": "entropy"}, "BIASED", None),
    (group_normalised, GROUP, "BIASED", None),
    (leave_one_out, GROUP, "UNBIASED", None),
    (group_mean, GROUP, "SCALED", 2 / 3),
    (lambda b: -reinforce(b), {}, "SCALED", -1.0),
    (lambda b: reinforce(b) / b.rewards.shape[1], {}, "SCALED", "1/T"),
    (of_one_trajectory, {}, "UNBIASED", None),
    (lambda b: -(b.logp.float() * (powers(b) * to_go(b)).float() * b.mask).sum(1).mean(), {}, "NUMERIC", None),
    (lambda b: reinforce(b) * (1 + 1e-7 * b.rewards[:, 0].mean()), {}, "BIASED", None),
]


@pytest.mark.parametrize(
    ("loss", "options", "word", "scale"), VERDICTS, ids=[f"{v[0].__name__}-{v[1]}" for v in VERDICTS]
)
def test_verdict(loss, options, word, scale):
    found = judge(loss, kind="torch", **({"max_examples": 20} | options))
    assert (found.verdict, found.scale) == (word, scale)


def test_what_is_unbiased_for_another_kl_is_told_which():
    assert judge(k2, kind="torch", objective="KL", max_examples=20).unbiased_for == "KL per token"


def test_a_mean_of_zero_is_said_to_be_one():
    notes = judge(k1, kind="torch", objective="KL", max_examples=20).notes
    assert any("its expectation is zero on every MDP" in note for note in notes)


@unbiased("torch")
def test_the_decorator(b):
    return reinforce(b)


def with_a_branch(b):
    return reinforce(b) if bool(b.rewards.sum() < 1000) else b.logp.sum()


def test_what_torch_func_cannot_map_is_differentiated_batch_after_batch():
    assert judge(with_a_branch, kind="torch", max_examples=10).verdict == "UNBIASED"


def test_chance_of_its_own_is_enumerated_by_choose_or_sampled():
    def enumerated(b):
        return reinforce(b) * (2 if b.choose(2) else 0)

    def at_random(b):
        return reinforce(b) * torch.randn(())

    assert judge(enumerated, kind="torch", max_examples=10).sampled is None
    assert judge(enumerated, kind="torch", max_examples=10).verdict == "UNBIASED"
    assert judge(at_random, kind="torch").verdict == "BIASED"


def mutates(b):
    b.rewards.mul_(2)
    return reinforce(b)


def one_nan(b):
    return torch.where(b.rewards[:, 0] > 2.5, b.logp.sum(1) * float("nan"), b.logp.sum(1)).mean()


FAULTS = {
    "vector": (lambda b: b.logp.sum(1), r"returns a loss of shape \(2,\); return a scalar"),
    "no gradient": (lambda b: b.rewards.sum(), "returns a loss without a gradient; compute it from b.logp"),
    "half": (lambda b: b.logp.half().sum(), "computes in float16: rounding there is as large as a real bias"),
    "bfloat": (lambda b: b.logp.bfloat16().sum().double(), "computes in bfloat16"),
    "mutates": (mutates, r"changes its batch \(b.rewards is written in place\)"),
    "nan": (one_nan, r"(returns the loss nan|has a gradient that is not finite).*\[batch: "),
    "nothing": (lambda b: None, "returns None of type NoneType; return a scalar loss; does it end with `return`"),
    "number": (lambda b: 1.0, "returns 1.0 of type float; return a scalar loss, a tensor that depends on b.logp"),
    "typo": (lambda b: b.logprobs.sum(), "the batch has no 'logprobs'; it has obs, actions"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_line(name):
    loss, message = FAULTS[name]
    with pytest.raises(EstimatorError, match=message) as caught:
        judge(loss, kind="torch", batch=2)
    assert "\n" not in str(caught.value)


def test_what_takes_a_minute_is_stopped():
    with pytest.raises(EstimatorError, match="did not end within 1 seconds"):
        judge(lambda b: time.sleep(60), kind="torch", timeout=1)
