"""`@unbiased` as pytest runs it: what passes, what fails and with which words, fixtures, mirrors, companions."""

import sys

import numpy as np
import pytest

from numeric.errors import EstimatorError
from numeric.testing import (
    EstimatorFailure,
    known_bias,
    per_trajectory,
    same_expectation,
    unbiased,
    value_target,
    variance_le,
)

from .known_estimators import mean_over_horizon
from .right_estimators import (
    gae,
    lambda_returns,
    leave_one_out,
    numpy_gradient,
    reward_to_go,
    to_go,
    total_return,
    value_baseline,
)

pytest_plugins = ["pytester"]


@unbiased("advantage", batch=2, shared_start=True)
def test_leave_one_out(b):
    return leave_one_out(b)


@unbiased("numpy")
def test_my_gradient(b, theta):
    return numpy_gradient(b, theta)


@unbiased("numpy", up_to_scale=True)
def test_a_scale_may_pass(b, theta):
    return mean_over_horizon(b, theta)


@unbiased("advantage", known_bias="γ^t is left out on purpose")
def test_a_mirror_passes_when_the_bias_is_found(b):
    return to_go(b)


@known_bias("γ^t is left out on purpose")
@unbiased("advantage")
def test_a_mirror_above(b):
    return to_go(b)


@unbiased("advantage")
@known_bias("γ^t is left out on purpose")
def test_a_mirror_below(b):
    return to_go(b)


@value_target("A")
def test_a_value_target(b):
    return gae(b)


@pytest.mark.parametrize("lam", [0.0, 0.5, 1.0])
@unbiased("value_target", objective="V")
def test_parameters_of_the_test_are_fixtures(b, lam):
    return lambda_returns(b, lam)


class TestMethods:
    @unbiased("advantage")
    def test_in_a_class(self, b):
        return reward_to_go(b)


@unbiased("advantage", batch=2)
def test_choose_as_a_parameter(b, choose):
    weights = reward_to_go(b)
    return weights * 2 * np.eye(2)[choose([0.5, 0.5])][:, None]


@unbiased("advantage")
@per_trajectory
def test_one_trajectory_at_a_time(b):
    return (
        b.gamma ** np.arange(len(b))
        * np.cumsum((b.rewards * b.gamma ** np.arange(len(b)))[::-1])[::-1]
        / b.gamma ** np.arange(len(b))
        if b.gamma
        else np.where(np.arange(len(b)) == 0, b.rewards, 0)
    )


def failure(test):
    with pytest.raises(EstimatorFailure) as caught:
        test()
    return str(caught.value)


def test_a_biased_test_fails_in_a_few_lines():
    @unbiased("advantage")
    def test_mine(b):
        return to_go(b)

    lines = failure(test_mine).splitlines()
    assert lines[0] == "test_mine is BIASED for discounted J (advantage, one trajectory, 50 MDPs)"
    assert len(lines) <= 9


def test_a_scaled_test_fails_and_says_the_scale():
    @unbiased("numpy")
    def test_mine(b, theta):
        return mean_over_horizon(b, theta)

    assert failure(test_mine).startswith("test_mine is SCALED by 1/T for discounted J")


def test_a_mirror_fails_when_no_bias_is_found():
    @unbiased("advantage", known_bias="I thought so")
    def test_mine(b):
        return reward_to_go(b)

    assert failure(test_mine) == "test_mine is UNBIASED for discounted J, on 50 MDPs; known_bias said: I thought so"


def test_a_function_without_a_batch_is_refused_at_once():
    with pytest.raises(EstimatorError, match=r"test_mine takes no batch; write `def test_mine\(b\): ...`"):

        @unbiased("advantage")
        def test_mine():
            return None


def test_same_expectation():
    same_expectation(reward_to_go, total_return)
    with pytest.raises(EstimatorFailure, match=r"to_go and reward_to_go differ in expectation\n  s0 a0 → "):
        same_expectation(to_go, reward_to_go)


def test_same_expectation_of_targets_with_any_critic_tells_lambdas_apart():
    def other(b):
        return lambda_returns(b, 0.5)

    same_expectation(lambda_returns, lambda_returns, kind="value_target")
    with pytest.raises(EstimatorFailure, match="differ in expectation"):
        same_expectation(lambda_returns, other, kind="value_target")


def test_variance_le():
    variance_le(value_baseline, value_baseline)
    with pytest.raises(
        EstimatorFailure, match=r"total_return has a larger variance than reward_to_go\n.*\n.*\n  Var\["
    ):
        variance_le(total_return, reward_to_go)


FILE = """
from numeric.testing import unbiased

def to_go(b):
    out = b.rewards.copy()
    for t in range(out.shape[1] - 2, -1, -1):
        out[:, t] += b.gamma * out[:, t + 1]
    return out

@unbiased("advantage")
def test_wrong(b):
    return to_go(b)

@unbiased("advantage")
def test_faulty(b):
    return b.reward

@unbiased("advantage", objective="undiscounted J")
def test_right(b):
    return b.rewards.sum(1)[:, None]
"""


@pytest.fixture
def run(pytester):
    pytester.makepyfile(test_mine=FILE)

    def runs(*arguments):
        return pytester.runpytest_subprocess("-p", "numeric.plugin", "-p", "no:cacheprovider", *arguments)

    if any(name == "numeric.plugin" for name in _entry_points()):
        return lambda *arguments: pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    return runs


def _entry_points():
    from importlib.metadata import entry_points

    return [point.value for point in entry_points(group="pytest11")]


def test_a_failure_is_short_and_readable(run):
    result = run()
    result.assert_outcomes(passed=1, failed=2)
    text = result.stdout.str()
    assert "first disagrees on s0 a0 r=1, s0 a0 r=1: weights (3/2, 1), right (3/2, 1/2)" in text
    assert "the nearest correct estimator equals γ^t times yours" in text
    assert "the batch has no 'reward'; it has obs, actions, rewards" in text
    assert "Traceback" not in text
    assert "judged(" not in text


def test_the_report_holds_the_verdict_for_junit(run, pytester):
    run("--junitxml=out.xml", "--derive-profile", "quick")
    text = (pytester.path / "out.xml").read_text(encoding="utf-8")
    assert '<property name="derive_verdict" value="BIASED"' in text
    assert '<property name="derive_objective" value="undiscounted J"' in text
    assert "15 MDPs" in text


def test_the_plugin_imports_nothing_until_it_is_used(pytester):
    result = pytester.run(
        sys.executable,
        "-c",
        "import numeric.plugin, sys; print(sorted({'numpy', 'numeric.testing', 'torch'} & set(sys.modules)))",
    )
    assert result.stdout.str().strip() == "[]"
