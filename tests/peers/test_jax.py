"""Losses in JAX: compiled once a shape, in float64, whatever the caller's configuration."""

import pytest

jax = pytest.importorskip("jax")
jnp = jax.numpy

from numeric.errors import EstimatorError  # noqa: E402
from numeric.testing import judge, unbiased  # noqa: E402


def powers(b):
    return b.gamma ** jnp.arange(b.rewards.shape[1])


def to_go(b):
    out, following = [], jnp.zeros(b.rewards.shape[0])
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        following = b.rewards[:, t] + b.gamma * following
        out.insert(0, following)
    return jnp.stack(out, 1)


def reinforce(b):
    return -(b.logp * powers(b) * to_go(b) * b.mask).sum(1).mean()


def without_discount_power(b):
    return -(b.logp * to_go(b) * b.mask).sum(1).mean()


def with_a_branch_on_gamma(b):
    return reinforce(b) if b.gamma < 2 else b.logp.sum()


def importance(b):
    ratio = jnp.where(b.mask, b.logp - b.behaviour_logp, 0.0).sum(1)
    return -(jnp.exp(ratio) * to_go(b)[:, 0]).mean()


def undetached(b):
    ratio = jnp.exp(jnp.where(b.mask, b.logp - b.behaviour_logp, 0.0).sum(1, keepdims=True))
    return -(ratio * b.logp * powers(b) * to_go(b) * b.mask).sum(1).mean()


def in_float32(b):
    return -(b.logp.astype(jnp.float32) * (powers(b) * to_go(b)).astype(jnp.float32) * b.mask).sum(1).mean()


def doubles_or_nothing(b):
    return reinforce(b) * (2.0 if b.choose(2) else 0.0)


VERDICTS = [
    (reinforce, {}, "UNBIASED"),
    (reinforce, {"batch": 2, "shared_start": True}, "UNBIASED"),
    (without_discount_power, {}, "BIASED"),
    (with_a_branch_on_gamma, {"max_examples": 6}, "UNBIASED"),
    (importance, {}, "UNBIASED"),
    (undetached, {}, "BIASED"),
    (in_float32, {}, "NUMERIC"),
    (doubles_or_nothing, {}, "UNBIASED"),
]


@pytest.mark.parametrize(("loss", "options", "word"), VERDICTS)
def test_verdict(loss, options, word):
    assert judge(loss, kind="jax", **({"max_examples": 15} | options)).verdict == word


def test_the_counterexample_keeps_the_shape_that_was_compiled():
    found = judge(without_discount_power, kind="jax", max_examples=15)
    assert found.repair == "γ^t times yours"
    assert (found.counterexample["horizon"], found.counterexample["actions"]) == (2, 2)


def test_the_configuration_of_the_caller_stays_as_it_was():
    judge(reinforce, kind="jax", max_examples=2)
    assert jnp.zeros(1).dtype == jnp.float32


@unbiased("jax")
def test_the_decorator(b):
    return reinforce(b)


def assigns(b):
    b.rewards[0] = 1.0
    return reinforce(b)


def one_nan(b):
    return jnp.where(b.rewards[:, 0] > 0, jnp.nan, b.logp.sum(1)).mean()


FAULTS = {
    "vector": (
        lambda b: (b.logp * b.mask).sum(1)[:, None] * jnp.ones(2),
        r"returns a loss of shape \(1, 2\); return a scalar",
    ),
    "no gradient": (lambda b: b.rewards.sum(), "returns a loss without a gradient"),
    "half": (lambda b: b.logp.astype(jnp.float16).sum(), "computes in float16"),
    "nan": (one_nan, r"returns the loss nan; return finite numbers \[batch: "),
    "assigns": (assigns, "JAX arrays are immutable"),
    "nothing": (lambda b: None, "return one number|returns a loss of shape"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_line(name):
    loss, message = FAULTS[name]
    with pytest.raises(EstimatorError, match=message) as caught:
        judge(loss, kind="jax")
    assert "\n" not in str(caught.value)
