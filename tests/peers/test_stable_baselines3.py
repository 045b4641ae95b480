"""stable-baselines3 2.9.2, its rollout buffer as it is: float32 inside, and the tolerance follows."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("stable_baselines3")

from gymnasium import spaces
from stable_baselines3.common.buffers import RolloutBuffer

from numeric.testing import judge

torch = pytest.importorskip("torch")


def advantages(b, lam):
    """The trajectories one after the other, in one environment, as the buffer sees them.

    A cut step is given its continuation as a reward, as `collect_rollouts` does."""
    steps = int(b.mask.sum())
    buffer = RolloutBuffer(steps, spaces.Discrete(9), spaces.Discrete(9), gae_lambda=lam, gamma=b.gamma, n_envs=1)
    for n, t in zip(*np.nonzero(b.mask), strict=True):
        reward = b.rewards[n, t] + b.gamma * b.next_values[n, t] * bool(b.truncated[n, t])
        buffer.add(
            np.array([[b.obs[n, t]]]), np.array([[b.actions[n, t]]]), np.array([reward]), np.array([float(t == 0)]),
            torch.tensor([b.values[n, t]]), torch.tensor([b.logp[n, t]]),
        )  # fmt: skip
    buffer.compute_returns_and_advantage(torch.zeros(1), np.array([1.0]))
    out = np.zeros_like(b.rewards, dtype=np.float32)
    out[b.mask] = buffer.advantages[:, 0]
    return out


@pytest.mark.parametrize("lam", [0.7, 1.0])
@pytest.mark.parametrize("batch", [1, 2])
def test_advantages_are_right_to_float32(lam, batch):
    found = judge(
        lambda b: advantages(b, lam), kind="value_target", objective="A", batch=batch, max_examples=10, timeout=120
    )
    assert found.verdict == "NUMERIC"
    assert 1e-12 < found.max_abs_bias < 5e-6
