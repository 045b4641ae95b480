"""Training: every algorithm climbs the exact J, resumes to the bit, and refuses what it cannot go on from."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from numeric.enumeration import enumerate_trajectories
from numeric.errors import MDPError, TrainError
from numeric.estimators import (
    reward_to_go,
)
from numeric.exact import moments, objective, objective_gradient
from numeric.mdp import FiniteMDP
from numeric.policies import gibbs_logits, kl_divergence, softmax_probabilities, softmax_score
from numeric.returns import returns, rewards_to_go
from numeric.train import (
    ALGORITHMS,
    ActorCriticSettings,
    GRPOSettings,
    PPOSettings,
    ReinforceSettings,
    RLOOSettings,
    default_settings,
    ppo,
    reinforce,
    rloo,
    train,
)
from numeric.training.episodes import sample_episodes, sampler
from numeric.training.settings import ESTIMATORS
from numeric.worlds import number_line, quiz_bandit, random_mdp, walled_grid


def take(records, count):
    return list(itertools.islice(records, count))


def bits(state):
    """Everything of a state, arrays as bytes."""
    return [
        {k: (v.dtype.str, v.shape, v.tobytes()) for k, v in getattr(state, name).items()}
        for name in ("parameters", "optimiser", "environment")
    ] + [state.rng, state.update, state.episodes, state.steps]


# --- on finite MDPs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_learns_the_number_line(algorithm):
    result = train(algorithm, number_line(), seed=3, updates=30, world="number_line")
    assert result.curve["objective"][0] == pytest.approx(0.25)
    assert result.curve["objective"][-1] > 0.99
    assert result.curve["update"].tolist() == list(range(1, 31))
    assert (result.algorithm, result.world, result.seed) == (algorithm, "number_line", 3)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_estimator_learns_the_walled_grid(estimator):
    settings = ReinforceSettings(estimator=estimator)
    curve = train("reinforce", walled_grid(), settings, seed=0, updates=80).curve
    assert curve["objective"][-1] > 0.8  # the best is 0.864


def best_walled_grid():
    """Eight steps: seven of -1/100 and then 1, at γ = 99/100."""
    return sum(-0.01 * 0.99**t for t in range(7)) + 0.99**7


def greedy(theta):
    return np.eye(theta.shape[1])[theta.argmax(axis=1)]


@pytest.mark.parametrize("seed", range(5))
def test_ppo_finds_the_best_way_through_the_walled_grid(seed):
    records = take(ppo(walled_grid(), PPOSettings(), seed), 40)
    best = objective(walled_grid(), greedy(records[-1].state.parameters["actor"]))
    assert best == pytest.approx(best_walled_grid(), abs=1e-12)
    assert records[-1].objective > 0.98 * best


@pytest.mark.parametrize("algorithm", ["reinforce", "ppo"])
def test_an_infinite_horizon_is_cut_off_and_its_exact_objective_reported(algorithm):
    curve = train(algorithm, walled_grid(horizon=None), seed=0, updates=60).curve
    assert curve["objective"][-1] > 0.8


def test_the_objective_is_that_of_the_parameters_that_sampled():
    records = take(ppo(number_line(), PPOSettings(), 1), 5)
    for before, after in itertools.pairwise(records):
        policy = softmax_probabilities(before.state.parameters["actor"])
        assert after.objective == objective(number_line(), policy)


def test_the_mean_return_is_near_the_objective_in_the_units_of_its_error():
    """64 returns of the random MDP at each of 20 updates: the sum of the squared errors is near 20."""
    mdp, squares = random_mdp(1), []
    for record in take(reinforce(mdp, ReinforceSettings(), 4), 20):
        squares.append((record.mean_return - record.objective) ** 2)
    batch, weights = enumerate_trajectories(mdp, np.full((mdp.n_states, mdp.n_actions), 0.5))
    variance = weights @ (returns(batch.rewards, batch.gamma) - weights @ returns(batch.rewards, batch.gamma)) ** 2
    assert np.mean(squares) < 3 * variance / 64


def test_the_sampler_draws_the_exact_law():
    """χ² of 200,000 episodes over all trajectories of a random MDP, against its 99.9 % point by Wilson and Hilferty."""
    mdp = random_mdp(2, states=3, actions=2, ends=1, horizon=2)
    policy = softmax_probabilities(np.arange(6.0).reshape(3, 2) / 3)
    expected, weights = enumerate_trajectories(mdp, policy)
    drawn = sample_episodes(sampler(mdp, 9), policy, 200_000, np.random.default_rng(0))
    counts = np.bincount(keys(mdp, drawn), minlength=10**5)[keys(mdp, expected)]
    assert counts.sum() == 200_000
    chi2, freedom = ((counts - 200_000 * weights) ** 2 / (200_000 * weights)).sum(), len(weights) - 1
    quantile = freedom * (1 - 2 / (9 * freedom) + 3.09 * math.sqrt(2 / (9 * freedom))) ** 3
    assert chi2 < quantile


def keys(mdp, b):
    """One number per trajectory: its starts, actions, ends, padding as a digit of its own."""
    digits = np.stack([b.obs, b.actions, b.next_obs], axis=2) + 1
    digits = np.where(b.mask[:, :, None], digits, 0).reshape(len(b), -1)
    return digits @ (5 ** np.arange(digits.shape[1]))


def test_groups_share_their_start():
    mdp = random_mdp(0, states=6)
    b = sample_episodes(sampler(mdp, 9), np.full((6, 2), 0.5), 24, np.random.default_rng(0), alike=4)
    starts = b.obs[:, 0].reshape(6, 4)
    assert (starts == starts[:, :1]).all()
    assert len(np.unique(starts)) > 1


@pytest.mark.parametrize(
    ("algorithm", "settings"),
    [
        ("reinforce", ReinforceSettings(optimiser="ascent", learning_rate=0.25, episodes=50_000)),
        (
            "actor-critic",
            ActorCriticSettings(optimiser="ascent", learning_rate=0.25, episodes=50_000, trace=1.0),
        ),
        ("ppo", PPOSettings(optimiser="ascent", learning_rate=0.25, episodes=50_000, trace=1.0, epochs=1)),
        ("rloo", RLOOSettings(optimiser="ascent", learning_rate=0.25, groups=1, size=50_000)),
    ],
)
def test_one_step_is_along_the_exact_gradient(algorithm, settings):
    """(θ_1 - θ_0)/α, averaged over 50,000 episodes, is ∇J(θ_0) within five standard errors of the plain estimate."""
    mdp = random_mdp(5, states=3, ends=1, horizon=3)
    mdp = dataclasses.replace(mdp, initial=np.array([1.0, 0, 0]))
    record = take(ALGORITHMS[algorithm](mdp, settings, 0), 1)[0]
    step = record.state.parameters["actor"] / 0.25
    spread = moments(reward_to_go, mdp, np.zeros((3, 2))).variance
    assert (np.abs(step - objective_gradient(mdp, np.zeros((3, 2)))) <= 5 * np.sqrt(2 * spread / 50_000) + 1e-12).all()


@pytest.mark.parametrize("kind", [RLOOSettings, GRPOSettings])
def test_the_kl_penalty_holds_the_policy_near_its_closed_optimum(kind):
    """On the quiz bandit max E r - β KL(π‖uniform), β = 1/2, is at π(1) = e²/(1 + e²) = 0.881."""
    settings = kind(kl=0.5, groups=64, size=16, learning_rate=0.2, optimiser="ascent")
    algorithm = "rloo" if kind is RLOOSettings else "grpo"
    theta = train(algorithm, quiz_bandit(), settings, seed=0, updates=200).state.parameters["actor"]
    best = gibbs_logits(np.zeros((1, 2)), [[0.0, 1.0]], 0.5)
    if kind is RLOOSettings:
        assert kl_divergence(theta, best)[0] < 1e-4
    assert softmax_probabilities(theta)[0, 1] == pytest.approx(softmax_probabilities(best)[0, 1], abs=0.02)


def test_the_entropy_bonus_is_a_divergence_from_the_uniform_policy():
    settings = RLOOSettings(entropy=0.5, groups=64, size=16, learning_rate=0.2, optimiser="ascent")
    theta = train("rloo", quiz_bandit(), settings, seed=1, updates=200).state.parameters["actor"]
    assert kl_divergence(theta, gibbs_logits(np.zeros((1, 2)), [[0.0, 1.0]], 0.5))[0] < 1e-4


def test_the_same_seed_gives_the_same_bits_and_another_other_ones():
    first, again, other = (train("ppo", walled_grid(), seed=s, updates=4).state for s in (5, 5, 6))
    assert bits(first) == bits(again)
    assert bits(first)[0] != bits(other)[0]


@pytest.mark.parametrize("algorithm", ["ppo", "grpo", "rloo"])
def test_a_policy_without_any_chance_left_is_no_division_by_zero(algorithm):
    """Steps so long that probabilities underflow to 0: nothing that was not sampled is divided by its chance."""
    settings = default_settings(algorithm, walled_grid())
    settings = dataclasses.replace(settings, learning_rate=1e4, optimiser="ascent")
    theta = train(algorithm, walled_grid(), settings, seed=0, updates=30).state.parameters["actor"]
    assert softmax_probabilities(theta).min() == 0
    assert np.isfinite(theta).all()


# --- falsehoods, shown to be false ------------------------------------------------------------------------


def test_falsehood_theta_may_move_inside_the_episode():
    """The texts' update loops move θ after every step of the episode: the mean of that is not α ∇J.

    On the number line with α = 1, exactly: the later scores are taken at a θ that the earlier ones have moved.
    """
    mdp, theta = number_line(), np.zeros((5, 2))
    shared = FiniteMDP([1.0], np.ones((1, 2, 1)), [[[0.0], [1.0]]], 1.0, 2)
    for task, start in ((mdp, theta), (shared, np.zeros((1, 2)))):
        batch, weights = enumerate_trajectories(task, softmax_probabilities(start))
        to_go, total = rewards_to_go(batch.rewards, 1.0), np.zeros_like(start)
        for n, weight in enumerate(weights):
            moved = start.copy()
            for t in np.flatnonzero(batch.mask[n]):
                s, a = batch.obs[n, t], batch.actions[n, t]
                moved[s] += to_go[n, t] * softmax_score(moved)[s, a]
            total += weight * (moved - start)
        off = np.abs(total - objective_gradient(task, start)).max()
        assert (off > 0.01) == (task is shared)  # where no state comes back, it does not matter


def test_falsehood_the_printed_sampler_of_ppo_needs_no_old_policy():
    """Past the first epoch the ratio is not one: two epochs are not two steps of the gradient at ratio one."""
    once = train("ppo", quiz_bandit(), PPOSettings(epochs=1, optimiser="ascent", learning_rate=4.0), seed=0, updates=1)
    twice = train("ppo", quiz_bandit(), PPOSettings(epochs=2, optimiser="ascent", learning_rate=4.0), seed=0, updates=1)
    first, second = once.state.parameters["actor"], twice.state.parameters["actor"]
    assert np.abs(second - 2 * first).max() > 0.01


# --- what is refused ----------------------------------------------------------------------------------------

BAD_SETTINGS = {
    "episodes": (lambda: ReinforceSettings(episodes=0), r"episodes is 0; give an integer >= 1"),
    "half": (lambda: ReinforceSettings(episodes=2.5), r"episodes is 2.5; give an integer >= 1"),
    "estimator": (
        lambda: ReinforceSettings(estimator="magic"),
        r"estimator is 'magic'; choose one of total-return",
    ),
    "rate": (lambda: PPOSettings(learning_rate=0.0), r"learning_rate is 0.0; give a positive number"),
    "nan": (lambda: PPOSettings(learning_rate=float("nan")), r"learning_rate is nan; give a positive number"),
    "clip": (lambda: PPOSettings(clip=-0.1), r"clip is -0.1; give a positive number"),
    "trace": (lambda: ActorCriticSettings(trace=1.5), r"trace is 1.5; give a number in \[0, 1\]"),
    "word": (lambda: ActorCriticSettings(trace="much"), r"trace is 'much'; give a number in \[0, 1\]"),
    "size": (lambda: GRPOSettings(size=1), r"size is 1; a group needs at least 2 episodes"),
    "kl": (lambda: RLOOSettings(kl=-1), r"kl is -1; give a number >= 0"),
    "optimiser": (lambda: RLOOSettings(optimiser="sgd"), r"optimiser is 'sgd'; choose one of ascent, adam"),
}


@pytest.mark.parametrize(("call", "message"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_settings_out_of_range_are_refused(call, message):
    with pytest.raises(TrainError, match=message):
        call()


def test_what_cannot_be_trained_is_refused_before_the_first_update():
    with pytest.raises(TrainError, match=r"no algorithm is named 'ppoo'; choose one of reinforce, "):
        train("ppoo", number_line(), seed=0, updates=1)
    with pytest.raises(TrainError, match=r"the settings are .*; ppo takes PPOSettings"):
        ppo(number_line(), ReinforceSettings(), 0)
    with pytest.raises(TrainError, match=r"the seed is -1; give an integer >= 0"):
        rloo(number_line(), RLOOSettings(), -1)
    with pytest.raises(TrainError, match=r"the task is 3; give a FiniteMDP or the name"):
        ppo(3, PPOSettings(), 0)
    with pytest.raises(TrainError, match=r"updates is 0; give the number of updates"):
        train("ppo", number_line(), seed=0, updates=0)
    with pytest.raises(MDPError, match=r"horizon is -1; give the number of steps"):
        dataclasses.replace(number_line(), horizon=-1)
