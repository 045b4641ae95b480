"""Each named objective against differences of its own value; the names; one's own objective."""

from dataclasses import replace

import numpy as np
import pytest

from numeric.errors import EstimatorError
from numeric.judging.custom import custom_gradient
from numeric.judging.drawing import cases
from numeric.judging.objectives import named
from numeric.judging.rollouts import count, rollouts
from numeric.returns import returns
from numeric.testing import judge

from .right_estimators import reward_to_go, to_go

CASES = [case.on_policy().uncut() for case in cases(14, 40, 5)]


def entropies(b):
    log = b.logits - np.log(np.exp(b.logits).sum(-1, keepdims=True))
    return (-(np.exp(log) * log).sum(-1) * b.mask).sum(1)


VALUES = {
    "discounted J": lambda b: returns(b.rewards, b.gamma),
    "undiscounted J": lambda b: returns(b.rewards, 1.0),
    "KL": lambda b: ((b.logp - b.ref_logp) * b.mask).sum(1),
    "entropy": entropies,
}


@pytest.mark.parametrize("name", VALUES)
def test_the_gradient_is_that_of_the_value(name):
    differences = custom_gradient(VALUES[name])
    for case in CASES:
        assert np.abs(differences(case) - named(name).gradient(case)).max() < 1e-11


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("shared", [False, True])
def test_max_at_k_is_the_gradient_of_the_largest_of_k(k, shared):
    for case in CASES[:6]:
        drawn = rollouts(case)
        total = returns(drawn.arrays["rewards"], drawn.gamma)

        def value(mdp, theta, case=case, total=total, starts=drawn.starts):
            law = rollouts(replace(case, theta=theta)).weights
            groups = [starts == s for s in set(starts)] if shared else [np.ones(len(law), bool)]
            best = 0.0
            for g in groups:
                p, top = law[g] / law[g].sum(), total[g]
                for _ in range(k - 1):
                    p, top = (
                        np.multiply.outer(p, law[g] / law[g].sum()).ravel(),
                        np.maximum.outer(top, total[g]).ravel(),
                    )
                best += law[g].sum() * float(p @ top)
            return best

        if len(total) ** k < 3000:
            assert np.abs(custom_gradient(value)(case) - named(f"max@{k}", k, shared).gradient(case)).max() < 1e-11


def test_an_objective_of_ones_own_is_a_function_of_the_trajectories_or_of_the_mdp():
    def squared(b):
        return returns(b.rewards, b.gamma) ** 2

    def estimator(b):
        return squared(b)[:, None]

    found = judge(estimator, kind="advantage", objective=squared)
    assert (found.verdict, found.objective) == ("UNBIASED", "squared")
    assert judge(reward_to_go, kind="advantage", objective=squared).verdict == "BIASED"

    def gradient(mdp, theta):
        return np.zeros_like(theta)

    assert judge(lambda b: 0 * b.rewards, kind="advantage", objective=gradient).verdict == "VACUOUS"


@pytest.mark.parametrize("name", ["undiscounted", "Undiscounted_J", "undiscounted-j", "undiscounted J"])
def test_a_name_is_read_whatever_its_case_and_hyphens(name):
    assert named(name).name == "undiscounted J"


def test_an_unknown_objective_is_told_the_named_ones():
    with pytest.raises(
        EstimatorError, match="objective is 'reward'; the named ones are discounted J, undiscounted J, KL"
    ):
        judge(to_go, kind="advantage", objective="reward")


def test_max_at_k_takes_the_batch_as_k():
    assert (named("max@k", 4).name, named("undiscounted max@2").name) == ("max@4", "undiscounted max@2")


@pytest.mark.parametrize("most", [2, 3, 5, 12, 30, 160])
def test_cases_have_as_many_trajectories_as_they_are_counted_and_allowed(most):
    for case in cases(40, most, 3):
        drawn = rollouts(case)
        assert len(drawn) == count(case) <= max(most, 3)
        assert drawn.weights.sum() == pytest.approx(1)
        assert (drawn.arrays["rewards"][~drawn.arrays["mask"]] == 0).all()


def test_cases_are_rich():
    """Every γ, unequal lengths, two starts, T from one to more than five, early cuts, groups of one."""
    drawn = [(case, rollouts(case)) for case in cases(50, 160, 0)]
    assert {case.mdp.discount for case, _ in drawn} >= {0.0, 1.0, 1 / 2, 9 / 10, 99 / 100}
    assert {case.steps for case, _ in drawn} >= {1, 2, 3, 4, 5, 6}
    assert sum(len(set(d.arrays["mask"].sum(1))) > 1 for _, d in drawn) > 25
    assert sum(len(set(d.starts)) > 1 for _, d in drawn) > 10
    assert sum(d.arrays["truncated"][:, :-1].any() for _, d in drawn) > 10
    assert all(np.abs(case.sampling - case.policy).max() > 0.01 for case, _ in drawn)
