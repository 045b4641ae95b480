"""One update of each algorithm on a finite MDP is α times the estimator of its name, on the same batch."""

import dataclasses
import itertools

import numpy as np
import pytest

from numeric.estimators import (
    constant_baseline,
    critic_advantage,
    group_standardised,
    leave_one_out,
    reward_to_go,
    scaled_reward_to_go,
    state_baseline,
    total_return,
)
from numeric.policies import softmax_probabilities
from numeric.returns import returns, rewards_to_go
from numeric.train import (
    ALGORITHMS,
    ActorCriticSettings,
    GRPOSettings,
    PPOSettings,
    ReinforceSettings,
    RLOOSettings,
    reinforce,
)
from numeric.training.episodes import sample_episodes, sampler
from numeric.worlds import random_mdp


def take(records, count):
    return list(itertools.islice(records, count))


def step_and_batch(algorithm, mdp, settings, start):
    """(θ_1 - θ_0)/α of one update from the state `start`, and the batch that it saw, drawn again."""
    rng = np.random.Generator(np.random.PCG64(0))
    rng.bit_generator.state = start.rng
    theta = start.parameters["actor"]
    episodes = settings.groups * settings.size if hasattr(settings, "groups") else settings.episodes
    alike = getattr(settings, "size", 1)
    batch = sample_episodes(sampler(mdp, 9), softmax_probabilities(theta), episodes, rng, alike=alike)
    (record,) = take(ALGORITHMS[algorithm](mdp, settings, start.seed, start), 1)
    return (record.state.parameters["actor"] - theta) / settings.learning_rate, batch, theta


def started(algorithm, mdp, settings):
    """The state after two updates, with a critic of one's own where there is one."""
    state = take(ALGORITHMS[algorithm](mdp, settings, 3), 2)[-1].state
    return dataclasses.replace(state, parameters={**state.parameters, "critic": CRITIC})


CRITIC = np.array([0.5, -1.0, 2.0])
PLAIN = {"optimiser": "ascent", "learning_rate": 0.125}
ONE_STEP = {
    "total-return": total_return,
    "reward-to-go": reward_to_go,
    "state-baseline": lambda b, theta: state_baseline(b, theta, CRITIC),
    "constant-baseline": lambda b, theta: (
        sum(
            constant_baseline(b.select(slice(n, n + 1)), theta, np.delete(returns(b.rewards, b.gamma), n).mean())
            for n in range(len(b))
        )
        / len(b)
    ),
}


@pytest.mark.parametrize(("estimator", "function"), ONE_STEP.items())
def test_a_step_of_reinforce_is_its_estimator(estimator, function):
    """To rounding: the constant baseline is the mean return of the other episodes."""
    mdp = random_mdp(5, states=3, ends=1, horizon=3)
    settings = ReinforceSettings(estimator=estimator, episodes=6, **PLAIN)
    step, batch, theta = step_and_batch("reinforce", mdp, settings, started("reinforce", mdp, settings))
    assert np.abs(step - function(batch, theta)).max() <= 1e-12


def test_normalised_returns_take_mean_and_deviation_from_earlier_batches():
    """Each batch counts half as much as the one after it; the estimate is of ∇J / c, c fixed before the batch."""
    mdp = random_mdp(5, states=3, ends=1, horizon=3)
    settings = ReinforceSettings(estimator="normalised-returns", episodes=6, **PLAIN)
    records = take(reinforce(mdp, settings, 3), 2)
    fresh = dataclasses.replace(
        records[0].state,
        update=0,
        parameters={**records[0].state.parameters, "actor": np.zeros((3, 2)), "returns": np.zeros(3)},
        rng=dict(np.random.default_rng(np.random.SeedSequence(3)).bit_generator.state),
    )
    values, weights = [], []
    for start in (fresh, records[0].state):
        _, batch, _ = step_and_batch("reinforce", mdp, settings, start)
        values.append(rewards_to_go(batch.rewards, batch.gamma)[batch.mask])
    for age, part in enumerate(reversed(values)):
        weights.append(np.full(part.size, 0.5**age))
    seen, weight = np.concatenate(values), np.concatenate(list(reversed(weights)))
    mean = np.average(seen, weights=weight)
    scale = np.sqrt(np.average((seen - mean) ** 2, weights=weight))
    step, batch, theta = step_and_batch("reinforce", mdp, settings, records[1].state)
    assert np.abs(step - scaled_reward_to_go(batch, theta, mean, scale)).max() <= 1e-10


@pytest.mark.parametrize("trace", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("algorithm", ["actor-critic", "ppo"])
def test_a_step_with_a_critic_is_its_estimator(algorithm, trace):
    """Nothing is expected after the horizon, whatever the critic says of the last state."""
    mdp = random_mdp(5, states=3, horizon=3)
    kind = {"actor-critic": ActorCriticSettings(**PLAIN), "ppo": PPOSettings(epochs=1, **PLAIN)}[algorithm]
    settings = dataclasses.replace(kind, episodes=6, trace=trace)
    step, batch, theta = step_and_batch(algorithm, mdp, settings, started(algorithm, mdp, settings))
    assert np.abs(step - critic_advantage(batch, theta, CRITIC, trace)).max() <= 1e-12


@pytest.mark.parametrize(
    ("algorithm", "kind", "function"),
    [("rloo", RLOOSettings, leave_one_out), ("grpo", GRPOSettings, group_standardised)],
)
def test_a_step_of_a_group_is_its_estimator(algorithm, kind, function):
    mdp = random_mdp(5, states=3, ends=1, horizon=3)
    settings = kind(groups=3, size=4, **PLAIN)
    step, batch, theta = step_and_batch(algorithm, mdp, settings, started(algorithm, mdp, settings))
    groups = [function(batch.select(slice(4 * g, 4 * g + 4)), theta) for g in range(3)]
    assert np.abs(step - np.mean(groups, axis=0)).max() <= 1e-12
