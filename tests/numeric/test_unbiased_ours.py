"""The library's own estimators under its own judge, and those that are written out in texts."""

import numpy as np
import pytest

from numeric import estimators, surrogates
from numeric.exact import advantages
from numeric.policies import softmax_probabilities
from numeric.testing import judge

from .right_estimators import powers, reward_to_go, to_go, total

STATES = 6
TABLE = np.cos(np.arange(STATES))


def constant_baseline(b, theta):
    return estimators.constant_baseline(b, theta, 0.7)


def scaled_reward_to_go(b, theta):
    return estimators.scaled_reward_to_go(b, theta, 0.7, 2.0)


def state_baseline(b, theta):
    return estimators.state_baseline(b, theta, TABLE[: len(theta)])


def critic_advantage(b, theta):
    return estimators.critic_advantage(b, theta, TABLE[: len(theta)], 1.0)


def critic_advantage_short(b, theta):
    return estimators.critic_advantage(b, theta, TABLE[: len(theta)], 0.5)


def importance_weighted(b):
    """At ratio one: the slope of the surrogate is the weight."""
    return surrogates.importance_weighted(b.logp, b.logp, reward_to_go(b)).slope


def importance_weighted_off_policy(b):
    return surrogates.importance_weighted(b.logp, b.behaviour_logp, reward_to_go(b)).slope


def ppo_clip(b):
    return surrogates.ppo_clip(b.logp, b.logp, reward_to_go(b), 0.2).slope


def ppo_clip_off_policy(b):
    return surrogates.ppo_clip(b.logp, b.behaviour_logp, reward_to_go(b), 0.2).slope


def grpo(b):
    return surrogates.grpo(b.logp, b.logp, total(b), b.mask.sum(1), 0.2).slope


def normalised_returns(b):
    """One episode's returns, whitened by their own mean and standard deviation."""
    out = np.zeros_like(b.rewards)
    for n, taken in enumerate(b.mask):
        g = to_go(b)[n][taken]
        out[n][taken] = (g - g.mean()) / (g.std() + 1e-8)
    return out


GROUP = {"batch": 2, "shared_start": True}
VERDICTS = [
    (estimators.total_return, {}, "UNBIASED", None),
    (estimators.reward_to_go, {}, "UNBIASED", None),
    (estimators.reward_to_go, {"batch": 2}, "UNBIASED", None),
    (constant_baseline, {}, "UNBIASED", None),
    (scaled_reward_to_go, {}, "SCALED", None),
    (state_baseline, {}, "UNBIASED", None),
    (critic_advantage, {}, "UNBIASED", None),
    (critic_advantage_short, {}, "BIASED", None),
    (estimators.leave_one_out, GROUP, "UNBIASED", None),
    (estimators.leave_one_out, {"batch": 4}, "UNBIASED", None),
    (estimators.group_mean, GROUP, "SCALED", 1 / 2),
    (estimators.group_mean, {"batch": 4}, "SCALED", 3 / 4),
    (estimators.group_standardised, {"batch": 3, "shared_start": True}, "BIASED", None),
    (importance_weighted, {}, "UNBIASED", None),
    (importance_weighted_off_policy, {}, "BIASED", None),
    (ppo_clip, {}, "UNBIASED", None),
    (ppo_clip_off_policy, {}, "BIASED", None),
    (grpo, {"batch": 3, "shared_start": True}, "BIASED", None),
    (normalised_returns, {}, "BIASED", None),
]


@pytest.mark.parametrize(
    ("estimator", "options", "word", "scale"), VERDICTS, ids=[f"{v[0].__name__}-{v[1]}" for v in VERDICTS]
)
def test_verdict(estimator, options, word, scale):
    kind = "numpy" if "theta" in estimator.__code__.co_varnames[:2] else "advantage"
    found = judge(estimator, kind=kind, **options)
    assert found.verdict == word
    assert scale is None or found.scale == scale


def test_the_exact_advantage_as_weights_is_judged_on_an_mdp_of_its_own():
    """`numeric.estimators.advantage` takes a table of one MDP: here it is made for each, as the judge draws it."""
    from numeric.judging.asked import Asked
    from numeric.judging.drawing import cases
    from numeric.judging.trial import tried
    from numeric.judging.watch import Watch

    for drawn in cases(10, 60, 0):
        case = drawn.on_policy().uncut()
        table = advantages(case.mdp, softmax_probabilities(case.theta))

        def estimate(b, theta, table=table):
            return estimators.advantage(b, theta, table)

        trial = tried(estimate, case, Asked("numpy").question(), Watch(estimate))
        assert trial.agrees(1.0)


def test_weights_of_a_text_without_the_discount_power():
    assert judge(lambda b: powers(b) ** 0 * to_go(b), kind="advantage").repair == "γ^t times yours"
