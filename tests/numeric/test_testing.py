"""`judge` gives each estimator the verdict that it deserves, and a small MDP to those that are biased."""

import json
from dataclasses import asdict, fields

import numpy as np
import pytest

from numeric.estimators import reward_to_go, total_return, weighted_scores
from numeric.exact import moments, objective_gradient
from numeric.mdp import FiniteMDP
from numeric.returns import discounts, rewards_to_go
from numeric.testing import Verdict, judge

from .known_estimators import (
    group_mean,
    group_standardised,
    in_single_precision,
    leave_one_out,
    mean_over_horizon,
    mean_over_steps_taken,
    nothing,
    through_single_precision,
    undiscounted,
    without_discount_power,
)


@pytest.mark.parametrize("estimator", [total_return, reward_to_go])
def test_unbiased(estimator):
    verdict = judge(estimator)
    assert (verdict.verdict, verdict.objective, verdict.unbiased_for) == (
        "UNBIASED",
        "discounted J",
        "discounted J",
    )
    assert (verdict.scale, verdict.counterexample, verdict.mdps) == (None, None, 50)
    assert verdict.max_abs_bias < 1e-6
    assert verdict.cosine == pytest.approx(1)
    assert verdict.variance > 0


@pytest.mark.parametrize("batch", [2, 3])
def test_a_leave_one_out_baseline_is_unbiased(batch):
    assert judge(leave_one_out, batch=batch, max_examples=20).verdict == "UNBIASED"


@pytest.mark.parametrize(("batch", "scale"), [(2, 1 / 2), (3, 2 / 3), (4, 3 / 4)])
def test_the_group_mean_scales_by_one_less_than_the_group_over_the_group(batch, scale):
    verdict = judge(group_mean, batch=batch, max_examples=20)
    assert (verdict.verdict, verdict.scale, verdict.unbiased_for) == ("SCALED", scale, None)


def test_a_scale_that_follows_the_shape_is_a_formula():
    verdict = judge(mean_over_horizon)
    assert (verdict.verdict, verdict.scale) == ("SCALED", "1/T")


def test_a_wrong_sign_is_a_scale():
    assert judge(lambda b, theta: -reward_to_go(b, theta), max_examples=20).scale == -1


@pytest.mark.parametrize("estimator", [in_single_precision, through_single_precision])
def test_numeric_is_equal_to_single_precision_only(estimator):
    verdict = judge(estimator)
    assert (verdict.verdict, verdict.unbiased_for) == ("NUMERIC", "discounted J")
    assert 1e-9 < verdict.max_abs_bias < 1e-5


def test_an_estimator_of_another_objective_is_told_which():
    verdict = judge(undiscounted)
    assert (verdict.verdict, verdict.unbiased_for) == ("BIASED", "undiscounted J")


def test_without_a_gradient_anywhere_the_verdict_is_vacuous():
    """An objective that does not depend on θ, and an estimator of zero."""
    verdict = judge(nothing, objective=lambda b: np.ones(len(b)))
    assert (verdict.verdict, verdict.cosine, verdict.unbiased_for) == ("VACUOUS", None, None)


BIASED = [
    (without_discount_power, 1),
    (mean_over_steps_taken, 1),
    (nothing, 1),
    (group_standardised, 2),
]


@pytest.mark.parametrize(("estimator", "batch"), BIASED)
def test_biased_comes_with_a_small_mdp_that_shows_it(estimator, batch):
    verdict = judge(estimator, batch=batch)
    found = verdict.counterexample
    assert verdict.verdict == "BIASED"
    assert verdict.max_abs_bias > 0.1
    assert found["states"] <= 2
    assert (found["actions"], np.count_nonzero(found["reward"])) == (2, 1)
    assert found["horizon"] <= 2
    mdp = FiniteMDP(
        found["initial"],
        found["transition"],
        found["reward"],
        found["gamma"],
        found["horizon"],
        found["terminal"],
    )
    theta = np.array(found["theta"])
    assert np.array_equal(objective_gradient(mdp, theta), found["gradient"])
    assert np.array_equal(moments(estimator, mdp, theta, batch=batch).mean, found["expected"])
    assert np.abs(np.subtract(found["expected"], found["gradient"])).max() > 1e-3


def test_the_missing_discount_power_is_shown_on_one_state_with_fractions():
    found = judge(without_discount_power).counterexample
    assert (found["states"], found["actions"], found["horizon"], found["gamma"]) == (1, 2, 2, 0.5)
    assert found["text"].splitlines() == [
        "s0 a0 → s0 r=1; s0 a1 → s0",
        "start s0, π uniform, γ = 1/2, T = 2",
        "first disagrees on s0 a0 r=1, s0 a0 r=1: weights (3/2, 1), right (3/2, 1/2)",
        "θ[s0, a0]: E[estimator] = 1/2, exact 3/8",
        "θ[s0, a1]: E[estimator] = -1/2, exact -3/8",
        "the nearest correct estimator equals γ^t times yours",
        "equal if γ = 1",
    ]


def test_the_same_seed_gives_the_same_verdict_and_another_seed_other_mdps():
    first, second = judge(without_discount_power, seed=3), judge(without_discount_power, seed=3)
    assert first == second
    assert judge(without_discount_power, seed=4).variance != first.variance


def test_the_verdict_is_the_json_of_the_command_line():
    names = "verdict objective unbiased_for scale max_abs_bias variance cosine mdps counterexample"
    assert [field.name for field in fields(Verdict)][: len(names.split())] == names.split()
    assert json.loads(json.dumps(asdict(judge(without_discount_power))))["verdict"] == "BIASED"


def wrong_without_discount(b):
    return b.gamma == 1


def wrong_without_future(b):
    return b.gamma == 0


def wrong_at_the_fourth_step(b):
    return b.mask.shape[1] == 4


def wrong_for_the_third_action(b):
    return b.actions == 2


def wrong_in_the_third_state(b):
    return b.obs == 2


def wrong_after_a_loss(b):
    return b.rewards < 0


RARE = [
    wrong_without_discount,
    wrong_without_future,
    wrong_at_the_fourth_step,
    wrong_for_the_third_action,
    wrong_in_the_third_state,
    wrong_after_a_loss,
]


@pytest.mark.parametrize("where", RARE)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_is_wrong_in_a_corner_alone_is_found(where, seed):
    """One per cent too much, on the steps of one kind."""

    def estimator(b, theta):
        weights = discounts(b.gamma, b.rewards.shape[1]) * rewards_to_go(b.rewards, b.gamma)
        return weighted_scores(b, theta, weights * np.where(where(b), 1.01, 1))

    assert judge(estimator, seed=seed).verdict == "BIASED"
