"""What is wrong is found, on a small MDP; what is wrong by a factor alone is told the factor."""

import pytest

from numeric.testing import judge

from .right_estimators import reward_to_go, to_go
from .wrong_estimators import (
    SCALED,
    WRONG,
    discount_power_off_by_one,
    mean_over_steps,
    mean_per_sequence,
    ratio_swapped,
    runs_on_past_a_cut,
    truncation_as_termination,
    without_discount_power,
)


@pytest.mark.parametrize(("kind", "options", "estimator"), WRONG, ids=[f"{f.__name__}-{k}-{o}" for k, o, f in WRONG])
def test_wrong(kind, options, estimator):
    verdict = judge(estimator, kind=kind, **options)
    found = verdict.counterexample
    assert verdict.verdict == "BIASED"
    assert found["states"] <= 3
    assert found["horizon"] <= 5
    assert len(found["text"].splitlines()) <= 8


@pytest.mark.parametrize(("options", "estimator", "scale"), SCALED)
def test_a_group_mean_that_counts_the_sample_is_right_up_to_one_less_than_the_group_over_the_group(
    options, estimator, scale
):
    verdict = judge(estimator, kind="advantage", **options)
    assert (verdict.verdict, verdict.scale) == ("SCALED", scale)


@pytest.mark.parametrize(
    ("estimator", "options", "repair"),
    [
        (without_discount_power, {}, "γ^t times yours"),
        (discount_power_off_by_one, {}, "yours divided by γ"),
        (mean_per_sequence, {}, "T_n times yours (T_n the steps of the trajectory)"),
        (mean_over_steps, {"batch": 2}, "yours times the steps in the batch, over N"),
        (ratio_swapped, {}, "the square of the product of all π/μ times yours"),
    ],
)
def test_the_nearest_correct_estimator_is_named(estimator, options, repair):
    verdict = judge(estimator, kind="advantage", **options)
    assert verdict.repair == repair
    assert f"the nearest correct estimator equals {repair}" in verdict.counterexample["text"]


@pytest.mark.parametrize("estimator", [truncation_as_termination, runs_on_past_a_cut])
def test_a_fault_at_a_truncation_is_said_to_be_one(estimator):
    verdict = judge(estimator, kind="advantage")
    assert "right where no episode is truncated" in verdict.notes
    assert "cut after" in verdict.counterexample["text"]


def test_a_swapped_ratio_is_right_on_policy():
    assert "right on policy, where π = μ" in judge(ratio_swapped, kind="advantage").notes


def test_the_picture_is_two_lines_then_the_trajectory_then_both_values():
    text = judge(without_discount_power, kind="advantage").counterexample["text"]
    assert text.splitlines() == [
        "s0 a0 → s0 r=1; s0 a1 → s0",
        "start s0, π uniform, γ = 1/2, T = 2",
        "first disagrees on s0 a0 r=1, s0 a0 r=1: weights (3/2, 1), right (3/2, 1/2)",
        "θ[s0, a0]: E[estimator] = 1/2, exact 3/8",
        "θ[s0, a1]: E[estimator] = -1/2, exact -3/8",
        "the nearest correct estimator equals γ^t times yours",
        "equal if γ = 1",
    ]


def test_a_small_true_bias_is_no_rounding_in_float64_and_unseen_in_float32():
    import numpy as np

    def slightly(b):
        return reward_to_go(b) * (1 + 1e-7 * b.rewards[:, :1])

    def in_float32(b):
        return reward_to_go(b).astype(np.float32)

    assert judge(slightly, kind="advantage").verdict == "BIASED"
    assert judge(in_float32, kind="advantage").verdict == "NUMERIC"


def test_an_undiscounted_estimator_is_named_as_one():
    verdict = judge(lambda b: to_go(b, 1.0), kind="advantage")
    assert (verdict.verdict, verdict.objective, verdict.unbiased_for) == (
        "BIASED",
        "discounted J",
        "undiscounted J",
    )


def test_a_float32_that_is_hidden_in_the_middle_is_seen_by_its_name():
    import numpy as np

    def hidden(b):
        third = to_go(b).astype(np.float32) * np.float32(0.3) / np.float32(0.3)
        return reward_to_go(b) - to_go(b) * b.gamma + third * b.gamma

    assert judge(hidden, kind="advantage").verdict == "NUMERIC"
