"""rlax 0.1.9, its functions as they are."""

import pytest

jax = pytest.importorskip("jax")
rlax = pytest.importorskip("rlax")
jnp = jax.numpy

from numeric.testing import judge, known_bias, unbiased  # noqa: E402


def powers(b):
    return b.gamma ** jnp.arange(b.rewards.shape[1])


def to_go(b):
    out, following = [], jnp.zeros(b.rewards.shape[0])
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        following = b.rewards[:, t] + b.gamma * following
        out.insert(0, following)
    return jnp.stack(out, 1)


def continues(b):
    """Discount 0 only where the episode truly ends."""
    return b.gamma * (1.0 - b.terminated)


def mean_of(loss, *arguments):
    return jax.vmap(loss)(*arguments).mean()


@unbiased("jax", up_to_scale=True)
def test_policy_gradient_loss_with_the_discount_power(b):
    return mean_of(rlax.policy_gradient_loss, b.logits, b.actions, to_go(b), powers(b) * b.mask)


@unbiased("jax", batch=2, up_to_scale=True)
def test_policy_gradient_loss_of_two(b):
    return mean_of(rlax.policy_gradient_loss, b.logits, b.actions, to_go(b), powers(b) * b.mask)


@known_bias("called with w_t = 1, as people do: γ^t is missing")
@unbiased("jax")
def test_policy_gradient_loss_as_people_call_it(b):
    return mean_of(rlax.policy_gradient_loss, b.logits, b.actions, to_go(b), 1.0 * b.mask)


def test_the_factor_is_one_over_the_columns():
    def loss(b):
        return mean_of(rlax.policy_gradient_loss, b.logits, b.actions, to_go(b), powers(b) * b.mask)

    verdict = judge(loss, kind="jax")
    assert (verdict.verdict, verdict.scale) == ("SCALED", "1/T")


def clipped(b, old):
    ratio = jnp.exp(b.logp - old)
    return mean_of(lambda r, a: rlax.clipped_surrogate_pg_loss(r, a, 0.2), ratio, powers(b) * to_go(b) * b.mask)


@unbiased("jax", up_to_scale=True)
def test_clipped_surrogate_at_ratio_one(b):
    return clipped(b, jax.lax.stop_gradient(b.logp))


@known_bias("the gradient is right at ratio 1 only")
@unbiased("jax", up_to_scale=True)
def test_clipped_surrogate_off_policy(b):
    return clipped(b, b.behaviour_logp)


def entropy(b):
    return mean_of(rlax.entropy_loss, b.logits, 1.0 * b.mask)


@unbiased("jax", objective="entropy per token", up_to_scale=True)
def test_entropy_loss_with_the_visitation_frozen(b):
    return entropy(b)


@known_bias("the law of the states is held fixed")
@unbiased("jax", objective="entropy", up_to_scale=True)
def test_entropy_loss_is_not_the_gradient_of_the_expected_entropy(b):
    return entropy(b)


def of_rows(function, b):
    """On the steps of each trajectory, a cut one ending in its own bootstrap."""
    import numpy as np

    out = np.zeros(b.rewards.shape)
    for n, steps in enumerate(b.mask.sum(1)):
        row = slice(0, int(steps))
        out[n, row] = np.asarray(function(n, row))
    return out


def gae(b, lam):
    import numpy as np

    def one(n, row):
        values = np.append(b.values[n, row], b.next_values[n, row][-1])
        return rlax.truncated_generalized_advantage_estimation(b.rewards[n, row], continues(b)[n, row], lam, values)

    with jax.enable_x64(True):
        return of_rows(one, b)


@pytest.mark.parametrize("lam", [0.6, 1.0])
@unbiased("value_target", objective="A", mdps=12)
def test_generalized_advantage_estimation(b, lam):
    return gae(b, lam)


@unbiased("value_target", objective="A", critic="arbitrary", known_bias="λ < 1 trusts the critic", mdps=12)
def test_generalized_advantage_estimation_below_one_trusts_the_critic(b):
    return gae(b, 0.6)


@pytest.mark.parametrize("lam", [0.6, 1.0])
@unbiased("value_target", objective="V", mdps=12)
def test_lambda_returns(b, lam):
    def one(n, row):
        return rlax.lambda_returns(b.rewards[n, row], continues(b)[n, row], b.next_values[n, row], lam)

    with jax.enable_x64(True):
        return of_rows(one, b)
