"""prove() finds what is true and never what is false: true claims, and claims made false by one small change."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer

import proofs
from derive import kernel
from derive.binding import alike
from derive.calc import Lemma
from derive.catalogue import Derivation, load
from derive.errors import DeriveError
from derive.notation import T, a, expect, gamma, policy, reward, s, score, t
from derive.prove import prove
from derive.terms import AtMost, Equation, Positive, SumOver

from .laws.claims import changes
from .laws.terms import HYPOTHESES, Maker
from .laws.witness import judge, judge_equation

ENTRIES = sorted(load(proofs).derivations.values(), key=lambda d: d.name)
FOUND_WITHOUT_HELP = (
    "action_dependent_baseline_with_correction_unbiased", "advantage_mean_eq_zero", "advantage_policy_gradient",
    "bandit_baseline_variance_eq", "bandit_deviation_at_zero", "bandit_log_gradients", "bandit_mean",
    "bandit_objective_eq_sigmoid", "bandit_variance", "bandit_variance_at_zero", "baseline_variance",
    "bellman_action_value_finite", "bellman_expectation_finite", "centred_returns_sum_eq_zero",
    "control_variate_variance_eq", "critic_mse_grad_eq", "double_sum_split_past_future", "dpo_gradient_eq",
    "dpo_reward_eq_beta_logratio", "entropy_grad_eq", "epsilon_greedy_exploration_eq", "epsilon_greedy_prob_eq",
    "expected_return_sub_value_eq_advantage", "expected_td_error_eq_advantage", "expected_td_error_of_critic_eq",
    "fisher_eq_neg_expected_hessian", "gae_one_eq_return_sub_value", "gae_recursion", "gaussian_score_eq",
    "geometric_mean_ratio_grad_at_one", "geometric_sum", "gibbs_policy_sums_to_one", "grad_eq_mul_grad_log",
    "grad_expectation_eq_expectation_mul_score", "grad_k2_expectation_eq_reverse_kl_grad",
    "grad_k3_expectation_eq_forward_kl_grad", "grpo_group_advantage_sum_eq_zero", "hand_update_values",
    "history_function_mul_score_eq_zero", "importance_ratio_mean_one", "importance_sampling_unbiased",
    "in_sample_mean_baseline_scale", "k1_k3_unbiased_for_kl", "k3_nonneg", "kl_gradient_at_old_eq_zero",
    "kl_gradient_eq_expectation_logratio_score", "kl_regularised_gap_eq", "kl_regularised_gibbs_value_eq",
    "kl_second_order_eq_fisher", "lambda_return_eq_value_add_gae",
    "length_normalised_gradient_eq_grad_per_token_reward", "log_trick_expansion", "max_at_k_gradient_eq",
    "monte_carlo_mean_unbiased", "monte_carlo_mean_variance_eq_div", "multi_step_policy_gradient",
    "number_line_trajectories", "numberline_gradient_eq_two_sq_mul", "numberline_objective_eq_sq",
    "past_reward_cancellation", "past_reward_noise_mean_eq_zero", "potential_shaping_advantage_invariant",
    "ppo_surrogate_grad_at_one_eq_pg", "q_policy_gradient", "return_recursion", "reverse_kl_second_order_eq_fisher",
    "reward_constant_shift_gradient_invariant_fixed_horizon", "reward_to_go_policy_gradient",
    "reward_to_go_policy_gradient__signflip", "rlhf_gradient_eq_shaped_reward_score",
    "rloo_eq_scaled_in_sample_mean", "rloo_unbiased", "sample_variance_unbiased", "score_baseline_variance_eq",
    "score_function_identity", "sequence_logprob_eq_sum_token", "sigmoid_gradient", "single_step_policy_gradient",
    "soft_reward_policy_gradient", "softmax_entropy_grad_eq", "softmax_fisher_eq_variance",
    "softmax_jacobian_eq_diag_sub_outer", "softmax_natural_step_eq_reweighting", "softmax_score",
    "softmax_score_eq_onehot_sub_prob", "softmax_shift_invariant", "state_baseline_term_vanishes",
    "state_baseline_unbiased", "sum_mul_sum_eq_double_sum", "tabular_softmax_gradient_eq",
    "td_actor_critic_gradient", "td_error_telescopes", "total_return_variance_eq_rtg_add_past",
    "trajectory_gradient", "trajectory_probabilities_sum_to_one", "trajectory_probability",
    "two_action_softmax_eq_sigmoid", "value_baseline_term_vanishes", "variance_of_a_sum",
)  # fmt: skip
NAMED = {d.name: d for d in ENTRIES}


@pytest.mark.parametrize("name", FOUND_WITHOUT_HELP)
def test_these_are_found_without_help(name: str) -> None:
    entry = NAMED[name]
    theorem = prove(entry.claim, entry.assuming)
    assert theorem is not None
    again = kernel.replay(theorem)
    assert alike(again.lhs, entry.claim.lhs)
    assert alike(again.rhs, entry.claim.rhs)
    assert again.hypotheses <= set(entry.assuming)


def test_lemmas_help() -> None:
    entry, lemma = NAMED["log_trick_expansion"], NAMED["trajectory_probability"].lemma
    assert isinstance(lemma, Lemma)
    theorem = prove(entry.claim, entry.assuming, [lemma])
    assert theorem is not None
    assert theorem.hypotheses <= set(entry.assuming)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda d: d.name)
def test_no_falsehood_of_the_catalogue_is_found(entry: Derivation) -> None:
    assert prove(entry.falsehood.claim, entry.falsehood.assuming) is None


# one small change


QUICK = tuple(name for name in FOUND_WITHOUT_HELP[::3] if not name.startswith(("number_line", "bandit_variance")))


@pytest.mark.parametrize("name", QUICK)
def test_what_is_found_after_a_small_change_is_true(name: str) -> None:
    entry, rng, refuted = NAMED[name], Random(name), 0
    for changed in list(changes(entry.claim.rhs, rng))[:5] + list(changes(entry.claim.lhs, rng))[:5]:
        sides = rng.choice([(entry.claim.lhs, changed), (changed, entry.claim.rhs)])
        theorem = prove(Equation(*sides), entry.assuming)
        if theorem is not None:
            assert not judge(theorem, rng, 6).false, f"found a proof of {theorem}"
        else:
            refuted += 1
    assert refuted >= 2


def test_a_bare_contradiction_is_not_found() -> None:
    zero, one = Integer(0), Integer(1)
    assert prove(Equation(zero, one), HYPOTHESES[:6]) is None
    assert prove(Equation(expect(reward(t) * score(t)), 0), [AtMost(0, t), AtMost(t, T - 1), Positive(policy)]) is None
    assert prove(Equation(SumOver(policy(a, s), s), 1), [Positive(policy)]) is None
    assert prove(Equation(gamma, one)) is None


@given(st.integers(0, 2**32))
def test_what_is_found_for_random_claims_is_true(seed: int) -> None:
    rng = Random(seed)
    maker = Maker(rng)
    assumed = tuple(h for h in HYPOTHESES if rng.random() < 0.5)
    try:
        left = maker.term(2)
        right = rng.choice([left.expand, lambda: maker.term(2), lambda: next(changes(left, rng), left)])()
    except DeriveError:
        return
    theorem = prove(Equation(left, right), assumed)
    if theorem is None or left == right:
        return
    assert kernel.replay(theorem).rhs == theorem.rhs
    verdict = judge_equation(left, right, theorem.hypotheses, rng, 3)
    assert not verdict.false, f"{theorem}\nis false on {verdict.counterexample}"
