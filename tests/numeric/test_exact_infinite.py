"""On an infinite horizon: linear solves equal exact rational ones, and long sums within their exact tail."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from numeric.enumeration import enumerate_trajectories
from numeric.errors import MDPError
from numeric.estimators import weighted_scores
from numeric.exact import (
    action_values,
    advantages,
    discounted_occupancy,
    fisher_matrix,
    moments,
    objective,
    objective_gradient,
    occupancy,
    state_distribution,
    state_values,
    visits,
)
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities, softmax_score
from numeric.returns import discounts
from numeric.sampling import sample_trajectories
from numeric.strategies import logits, mdps

from .cases import any_case
from .rounding import EPS, rounding


@st.composite
def endless_case(draw):
    """(mdp, θ) with T = ∞ and γ < 1."""
    mdp = draw(mdps())
    assume(mdp.discount < 1)
    return replace(mdp, horizon=None), draw(logits(mdp.n_states, mdp.n_actions))


def reaches_an_end(mdp):
    try:
        replace(mdp, horizon=None, discount=1.0)
    except MDPError:
        return False
    return True


@st.composite
def absorbing_case(draw):
    """(mdp, θ) with T = ∞ and γ = 1: from every state an episode can end, and so it does."""
    mdp = draw(mdps().filter(reaches_an_end))
    return replace(mdp, horizon=None, discount=1.0), draw(logits(mdp.n_states, mdp.n_actions))


def fractions(array):
    return [Fraction(float(x)) for x in np.ravel(array)]


def solved(matrix, right):
    """The exact solution of a rational linear system, by elimination, column by column of the right side."""
    n = len(matrix)
    rows = [list(row) + list(tail) for row, tail in zip(matrix, right, strict=True)]
    for i in range(n):
        pivot = next(k for k in range(i, n) if rows[k][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for k in range(n):
            if k != i:
                rows[k] = [x - rows[k][i] * y for x, y in zip(rows[k], rows[i], strict=True)]
    return [row[n:] for row in rows]


def exact_system(mdp, policy):
    """(N, r_π) in exact fractions of the given floats: N = (I - γ P_π)^-1, from terminal states nothing."""
    states, actions = range(mdp.n_states), range(mdp.n_actions)
    gamma = Fraction(mdp.discount)
    p = [[Fraction(float(policy[s, a])) * (not mdp.terminal[s]) for a in actions] for s in states]
    law = [[fractions(mdp.transition[s, a]) for a in actions] for s in states]
    pay = [[fractions(mdp.reward[s, a]) for a in actions] for s in states]
    chain = [[sum(p[s][a] * law[s][a][z] for a in actions) for z in states] for s in states]
    reward = [sum(p[s][a] * law[s][a][z] * pay[s][a][z] for a in actions for z in states) for s in states]
    identity = [[Fraction(int(s == z)) for z in states] for s in states]
    inverse = solved([[identity[s][z] - gamma * chain[s][z] for z in states] for s in states], identity)
    return inverse, reward


def solve_error(mdp, inverse, largest):
    """A bound on the rounding of one solve and of what it is given, for |right side| <= largest.

    Elimination with pivoting solves a system with ‖ΔM‖ <= 3n eps n² 2^(n-1) ‖M‖ (Higham 2002, theorem 9.5, the
    largest growth); forming M and the right side costs 2 A S + 4 roundings, of terms at most 1 and `largest`.
    """
    n = mdp.n_states
    norm = float(max(max(sum(map(abs, row)) for row in m) for m in (inverse, list(zip(*inverse, strict=True)))))
    formed = (2 * mdp.n_actions * n + 4) * EPS
    return norm * ((6 * n**3 * 2 ** (n - 1) * n * EPS + formed) * norm + formed) * largest


@pytest.mark.parametrize("family", [endless_case(), absorbing_case()], ids=["discounted", "absorbing"])
def test_values_and_visits_are_those_of_exact_fractions(family):
    @given(family)
    def agree(case):
        mdp, policy = case[0], softmax_probabilities(case[1])
        inverse, reward = exact_system(mdp, policy)
        values = [sum(n * r for n, r in zip(row, reward, strict=True)) for row in inverse]
        start = fractions(mdp.initial)
        weights = [sum(p * row[s] for p, row in zip(start, inverse, strict=True)) for s in range(mdp.n_states)]
        weights = [0.0 if end else float(w) for w, end in zip(weights, mdp.terminal, strict=True)]
        bound = solve_error(mdp, inverse, max(1, float(np.abs(mdp.reward).max())))
        assert np.abs(state_values(mdp, policy) - np.array(values, dtype=float)).max() <= bound
        assert np.abs(visits(mdp, policy) - np.array(weights)).max() <= bound
        for value in (state_values, action_values, advantages, occupancy):
            assert not value(mdp, policy)[mdp.terminal].any()

    agree()


def truncated(mdp):
    """The same MDP for H steps, γ^H / (1-γ) max |r| <= 1e-6, and that tail."""
    steps = 1 if mdp.discount == 0 else int(np.ceil(np.log(1e-8) / np.log(mdp.discount)))
    return replace(mdp, horizon=steps), mdp.discount**steps / (1 - mdp.discount) * np.abs(mdp.reward).max()


@given(endless_case())
def test_infinite_sums_differ_from_long_ones_by_the_tail_at_most(case):
    """|V - V^H| <= γ^H / (1-γ) max |r|; the same for Q, J and, with max |r| = 1, for the visits."""
    mdp, policy = case[0], softmax_probabilities(case[1])
    cut, tail = truncated(mdp)
    bound = tail + rounding(cut, mdp.n_states * mdp.n_actions) / (1 - mdp.discount)
    assert tail <= 1e-6
    assert np.abs(state_values(mdp, policy) - state_values(cut, policy)[0]).max() <= bound
    assert np.abs(action_values(mdp, policy) - action_values(cut, policy)[0]).max() <= bound
    assert abs(objective(mdp, policy) - objective(cut, policy)) <= bound
    visited = cut.discount**cut.horizon / (1 - cut.discount) + rounding(cut, 9, magnitude=1) / (1 - cut.discount)
    assert np.abs(occupancy(mdp, policy) - occupancy(cut, policy)).max() <= visited


@given(absorbing_case())
def test_without_discount_the_sums_run_until_the_end(case):
    """|V - V^H| <= max_s P(not over after H | s) max_s E[steps | s] max |r|, from H = 60 on."""
    mdp, policy = case[0], softmax_probabilities(case[1])
    steps = state_values(replace(mdp, reward=np.ones_like(mdp.reward)), policy)
    cut = replace(mdp, horizon=60)
    going = 1 - state_values(replace(cut, reward=_arrivals(mdp)), policy)[0]
    left = float(np.where(mdp.terminal, 0, going).max())
    bound = (left + 60 * EPS * 40) * steps.max() * np.abs(mdp.reward).max() + rounding(cut, 9) * steps.max()
    assert np.abs(state_values(mdp, policy) - state_values(cut, policy)[0]).max() <= bound


def _arrivals(mdp):
    """A reward of 1 for entering a terminal state: its value is the probability of an end."""
    return np.broadcast_to(mdp.terminal.astype(float), mdp.reward.shape).copy()


@given(endless_case())
def test_the_discounted_occupancy_is_a_law_that_flows(case):
    """d = (1-γ) ρ_0 + γ P_πᵀ d, Σ d = 1, J = 1/(1-γ) Σ_s d(s) r_π(s); the sum not normalised has Σ = 1/(1-γ)."""
    mdp, policy = case[0], softmax_probabilities(case[1])
    law, gamma = discounted_occupancy(mdp, policy), mdp.discount
    step = (policy[:, :, None] * mdp.transition).sum(axis=1)
    step[mdp.terminal] = np.eye(mdp.n_states)[mdp.terminal]
    pay = (policy[:, :, None] * mdp.transition * mdp.reward).sum(axis=(1, 2)) * ~mdp.terminal
    bound = 5000 * EPS / (1 - gamma) ** 2  # the bound of `solve_error` for S = 3, where ‖N‖ = 1/(1-γ)
    assert abs(law.sum() - 1) <= bound
    assert np.abs((1 - gamma) * mdp.initial + gamma * law @ step - law).max() <= bound
    assert abs(law @ pay / (1 - gamma) - objective(mdp, policy)) <= bound * 3 / (1 - gamma)
    if gamma > 0 and not mdp.terminal.any():
        assert visits(mdp, policy).sum() > 1 + gamma / 2  # the false variant: Σ_t γ^t P(s_t = ·) is no law


def complex_objective(mdp, theta):
    """J of complex logits, from one complex solve written anew."""
    weights = np.exp(theta)
    policy = weights / weights.sum(axis=1, keepdims=True) * ~mdp.terminal[:, None]
    reward = (policy[:, :, None] * mdp.transition * mdp.reward).sum(axis=(1, 2))
    chain = (policy[:, :, None] * mdp.transition).sum(axis=1)
    return mdp.initial @ np.linalg.solve(np.eye(mdp.n_states) - mdp.discount * chain, reward)


@pytest.mark.parametrize("family", [endless_case(), absorbing_case()], ids=["discounted", "absorbing"])
def test_the_gradient_is_the_derivative_of_the_objective(family):
    """∂J/∂θ = Im J(θ + ih) / h, h = 1e-100: no truncation error, no cancellation."""

    @given(family)
    def agree(case):
        mdp, theta = case
        gradient = objective_gradient(mdp, theta)
        inverse, _ = exact_system(mdp, softmax_probabilities(theta))
        norm = float(max(sum(map(abs, row)) for row in inverse))
        bound = 8 * norm * solve_error(mdp, inverse, max(1, float(np.abs(mdp.reward).max())))
        for index in np.ndindex(theta.shape):
            moved = theta.astype(complex)
            moved[index] += 1e-100j
            assert abs(complex_objective(mdp, moved).imag / 1e-100 - gradient[index]) <= bound

    agree()


@given(endless_case())
def test_the_natural_gradient_of_a_softmax_is_the_advantage(case):
    """F A = ∇J, so that F⁺ ∇J = A up to a shift in each state (Kakade 2001, theorem 1, for compatible features)."""
    mdp, theta = case
    policy = softmax_probabilities(theta)
    climbed = np.tensordot(fisher_matrix(mdp, theta), advantages(mdp, policy), axes=2)
    bound = 16 * EPS * mdp.n_actions * np.abs(advantages(mdp, policy)).max(initial=1) / (1 - mdp.discount)
    assert np.abs(climbed - objective_gradient(mdp, theta)).max() <= bound
    law = discounted_occupancy(mdp, policy)[:, None, None]
    score = softmax_score(theta)
    kakade = (law * np.einsum("sa,sab,sac->sbc", policy, score, score))[~mdp.terminal]
    blocks = np.einsum("sbsc->sbc", (1 - mdp.discount) * fisher_matrix(mdp, theta))[~mdp.terminal]
    assert np.abs(blocks - kakade).max(initial=0) <= 16 * EPS


@given(any_case())
def test_the_fisher_matrix_is_the_mean_of_squared_scores(case):
    """F = E[Σ_t γ^t z_t z_tᵀ] over all trajectories; for γ = 1 also E[(Σ_t z_t)(Σ_t z_t)ᵀ], the Fisher information."""
    mdp, theta = case
    score = softmax_score(theta)
    batch, p = enumerate_trajectories(mdp, softmax_probabilities(theta))
    powers = discounts(mdp.discount, mdp.horizon)
    mean = np.zeros((*theta.shape, *theta.shape))
    information = np.zeros_like(mean)
    for n in range(len(p)):
        total = np.zeros(theta.shape)
        for t in np.flatnonzero(batch.mask[n]):
            s, a = batch.obs[n, t], batch.actions[n, t]
            mean[s, :, s, :] += p[n] * powers[t] * np.outer(score[s, a], score[s, a])
            total[s] += score[s, a]
        information += p[n] * np.multiply.outer(total, total)
    bound = rounding(mdp, len(p) * mdp.horizon, scores=1, magnitude=mdp.horizon)
    assert np.abs(fisher_matrix(mdp, theta) - mean).max() <= bound
    fair = replace(mdp, discount=1.0)
    assert np.abs(fisher_matrix(fair, theta) - information).max() <= bound * mdp.horizon


def test_a_trajectory_without_its_discount_is_another_fisher_matrix():
    """False variant: Σ_t without γ^t, on a line of two states with γ = 1/2: 1/4 against 1/8 in the second."""
    transition = np.zeros((3, 2, 3))
    transition[0, :, 1] = transition[1, :, 2] = transition[2, :, 2] = 1
    line = FiniteMDP(np.eye(3)[0], transition, np.zeros((3, 2, 3)), 0.5, None, np.array([False, False, True]))
    assert fisher_matrix(line, np.zeros((3, 2)))[1, 0, 1, 0] == 1 / 8
    assert fisher_matrix(replace(line, discount=1.0), np.zeros((3, 2)))[1, 0, 1, 0] == 1 / 4


def test_visits_without_the_discount_give_another_gradient():
    """False variant: the theorem with E[Σ_t A_t z_t] in place of E[Σ_t γ^t A_t z_t], on that line with r_1 = a_1."""
    transition = np.zeros((3, 2, 3))
    transition[0, :, 1] = transition[1, :, 2] = transition[2, :, 2] = 1
    reward = np.zeros((3, 2, 3))
    reward[1, 1, 2] = 1
    line = FiniteMDP(np.eye(3)[0], transition, reward, 0.5, 2, np.array([False, False, True]))
    endless, theta = replace(line, horizon=None), np.zeros((3, 2))
    advantage = advantages(endless, softmax_probabilities(theta))
    undiscounted = moments(lambda b, theta: weighted_scores(b, theta, advantage[b.obs, b.actions]), line, theta)
    assert objective_gradient(endless, theta)[1, 1] == objective_gradient(line, theta)[1, 1] == 1 / 8
    assert undiscounted.mean[1, 1] == 1 / 4


def loop(**changes):
    """One state that never ends, next to one that does."""
    transition = np.zeros((2, 2, 2))
    transition[0, 0, 0] = transition[0, 1, 1] = transition[1, :, 1] = 1
    fields = {"discount": 1.0, "horizon": None, "terminal": np.array([False, True])} | changes
    return FiniteMDP(np.array([1.0, 0.0]), transition, np.ones((2, 2, 2)), **fields)


def test_an_infinite_horizon_without_discount_needs_an_end():
    with pytest.raises(MDPError, match=r"discount is 1, the horizon infinite, and from s=0 no action ever leads"):
        loop(terminal=np.zeros(2, bool))
    assert loop(terminal=np.zeros(2, bool), discount=0.5).horizon is None


def test_a_policy_that_never_ends_has_no_value_without_discount():
    stays = np.array([[1.0, 0.0], [1.0, 0.0]])
    for value in (state_values, action_values, advantages, visits, objective):
        with pytest.raises(MDPError, match=r"from s=0 nothing that this policy does ever leads to a terminal"):
            value(loop(), stays)
    assert objective(loop(discount=0.75), stays) == 4
    assert objective(loop(), [[0.75, 0.25], [1, 0]]) == 4  # a geometric number of steps, 1 each


def test_what_needs_a_number_of_steps_says_so():
    uniform = np.full((2, 2), 0.5)
    for act in (state_distribution, enumerate_trajectories):
        with pytest.raises(MDPError, match=r"the horizon is infinite; for T steps take dataclasses.replace"):
            act(loop(), uniform)
    with pytest.raises(MDPError, match="the horizon is infinite"):
        sample_trajectories(loop(), uniform, 10, np.random.default_rng(0))


def test_the_discounted_occupancy_is_a_law_only_for_a_discounted_infinite_horizon():
    for changes in ({"discount": 1.0}, {"discount": 0.5, "horizon": 3}):
        with pytest.raises(MDPError, match="d\\^π is a law for γ < 1 and horizon=None"):
            discounted_occupancy(loop(**changes), np.full((2, 2), 0.5))
    assert discounted_occupancy(loop(discount=0.5), np.full((2, 2), 0.5)).tolist() == [2 / 3, 1 / 3]
