"""torchrl 0.14.1, its functions as they are."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchrl")
tensordict = pytest.importorskip("tensordict")

from tensordict import TensorDict  # noqa: E402
from tensordict.nn import ProbabilisticTensorDictModule, ProbabilisticTensorDictSequential, TensorDictModule  # noqa: E402
from torchrl.objectives import ReinforceLoss  # noqa: E402
from torchrl.objectives.value.functional import (  # noqa: E402
    generalized_advantage_estimate,
    vec_generalized_advantage_estimate,
)

from numeric.testing import judge, same_expectation, unbiased  # noqa: E402


class Given(torch.nn.Module):
    """A policy whose logits are those of the batch."""

    def forward(self, logits):
        return logits


def actor():
    inner = TensorDictModule(Given(), in_keys=["given"], out_keys=["logits"])
    outer = ProbabilisticTensorDictModule(
        in_keys=["logits"], out_keys=["action"], distribution_class=torch.distributions.Categorical
    )
    return ProbabilisticTensorDictSequential(inner, outer)


def critic():
    """Asked for, and not used where the advantage is given."""
    return TensorDictModule(torch.nn.Identity(), in_keys=["advantage"], out_keys=["state_value"])


def to_go(b):
    out, following = [], torch.zeros_like(b.rewards[:, 0])
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        following = b.rewards[:, t] + b.gamma * following
        out.insert(0, following)
    return torch.stack(out, 1)


def reinforce(b, reduction):
    """ReinforceLoss with a supplied advantage, on the steps that were taken."""
    powers = b.gamma ** torch.arange(b.rewards.shape[1], dtype=torch.float64)
    advantage = (powers * to_go(b))[b.mask][:, None]
    fields = {"given": b.logits[b.mask], "action": b.actions[b.mask], "advantage": advantage, "value_target": advantage}
    data = TensorDict(fields, [len(advantage)])
    return ReinforceLoss(actor(), critic(), reduction=reduction, functional=False)(data)["loss_actor"]


@unbiased("torch", mdps=12, timeout=300)
def test_reinforce_loss_summed(b):
    return reinforce(b, "sum")


@unbiased("torch", mdps=12, timeout=300, known_bias="divides by the number of steps of the batch, a random number")
def test_reinforce_loss_averaged(b):
    return reinforce(b, "mean")


def estimated(function, b, lam):
    def tensor(array):
        return torch.tensor(array)[..., None]

    found = function(
        b.gamma, lam, tensor(b.values), tensor(b.next_values), tensor(b.rewards),
        tensor(b.terminated | b.truncated), tensor(b.terminated),
    )  # fmt: skip
    return found[0][..., 0]


@pytest.mark.parametrize("function", [generalized_advantage_estimate, vec_generalized_advantage_estimate])
@pytest.mark.parametrize("lam", [0.7, 1.0])
def test_advantage_estimates(function, lam):
    found = judge(lambda b: estimated(function, b, lam), kind="value_target", objective="A", max_examples=20)
    assert found.verdict in ("UNBIASED", "NUMERIC")
    assert found.max_abs_bias < 1e-5


def definition(b, lam=0.7):
    import numpy as np

    out, following = np.zeros_like(b.rewards), np.zeros(len(b))
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        delta = b.rewards[:, t] + b.gamma * b.next_values[:, t] * ~b.terminated[:, t] - b.values[:, t]
        following = delta + b.gamma * lam * ~(b.terminated | b.truncated)[:, t] * following
        out[:, t] = following
    return out


def test_the_advantage_is_the_definition_for_any_critic():
    def theirs(b):
        return estimated(generalized_advantage_estimate, b, 0.7)

    same_expectation(theirs, definition, kind="value_target", objective="A", mdps=20)
