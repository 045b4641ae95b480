"""Training without a model: copies of Gymnasium environments, networks, resuming in the middle of episodes."""

import itertools

import numpy as np
import pytest

from numeric.environments import make_environment
from numeric.errors import TrainError, WorldError
from numeric.train import (
    ALGORITHMS,
    ActorCriticSettings,
    GRPOSettings,
    PPOSettings,
    ReinforceSettings,
    RLOOSettings,
    State,
    default_settings,
    ppo,
)
from numeric.training.simulators import simulator

pytest.importorskip("gymnasium")


def take(records, count):
    return list(itertools.islice(records, count))


def bits(state):
    """Everything of a state, arrays as bytes."""
    return [
        {k: (v.dtype.str, v.shape, v.tobytes()) for k, v in getattr(state, name).items()}
        for name in ("parameters", "optimiser", "environment")
    ] + [state.rng, state.update, state.episodes, state.steps]


SMALL = {
    "reinforce": ReinforceSettings(estimator="state-baseline", episodes=4, hidden=8),
    "actor-critic": ActorCriticSettings(episodes=4, hidden=8),
    "ppo": PPOSettings(environments=4, steps=24, minibatches=2, hidden=8, epochs=2),
    "grpo": GRPOSettings(groups=2, size=3, hidden=8, kl=0.1, entropy=0.01),
    "rloo": RLOOSettings(groups=2, size=3, hidden=8, epochs=2),
}


@pytest.mark.parametrize(
    ("algorithm", "name"), [*((algorithm, "CartPole-v1") for algorithm in SMALL), ("ppo", "Acrobot-v1")]
)
def test_resuming_in_the_middle_of_episodes_gives_the_same_bits(algorithm, name, tmp_path):
    settings = SMALL[algorithm]
    whole = take(ALGORITHMS[algorithm](name, settings, 7), 6)
    whole[2].state.save(tmp_path / "half.npz")
    rest = take(ALGORITHMS[algorithm](name, settings, 7, State.load(tmp_path / "half.npz")), 3)
    for straight, resumed in zip(whole[3:], rest, strict=True):
        assert bits(straight.state) == bits(resumed.state)
        assert straight.objective is None


@pytest.fixture
def short_pole():
    """A cart and pole of its own name, and so in single copies, with episodes of at most 12 steps."""
    import gymnasium

    name, place = "ShortPole-v1", "gymnasium.envs.classic_control.cartpole:CartPoleEnv"
    gymnasium.register(name, entry_point=place, max_episode_steps=12)
    yield name
    del gymnasium.registry[name]


def test_training_goes_on_between_two_short_episodes(short_pole, tmp_path):
    """A checkpoint after every update, many of them where a copy has just ended."""
    settings = PPOSettings(environments=3, steps=12, minibatches=1, hidden=4, epochs=1)
    whole = take(ppo(short_pole, settings, 0), 8)
    assert any(record.state.environment["over"].any() for record in whole)
    for before, after in itertools.pairwise(whole):
        before.state.save(tmp_path / "state.npz")
        (resumed,) = take(ppo(short_pole, settings, 0, State.load(tmp_path / "state.npz")), 1)
        assert bits(resumed.state) == bits(after.state)


@pytest.mark.parametrize("name", ["CartPole-v1", "Acrobot-v1"])
def test_copies_go_on_where_their_snapshot_was_taken(name):
    """Also where an episode has just ended, and the copy is begun anew by the next step."""
    copies, other, rng = simulator(name, 3), simulator(name, 3), np.random.default_rng(0)
    copies.reset(rng)
    for _ in range(60):
        actions = rng.integers(copies.actions, size=3)
        observed = copies.step(actions, rng)[0]
        saved = copies.snapshot()
    assert other.restore(saved).tobytes() == observed.tobytes()
    twin = np.random.default_rng(1)
    again = np.random.default_rng(1)
    for _ in range(60):
        actions = twin.integers(copies.actions, size=3)
        again.integers(copies.actions, size=3)
        ours, theirs = copies.step(actions, twin), other.step(actions, again)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(ours, theirs, strict=True))


def test_the_vectorised_cart_and_pole_moves_like_the_single_one():
    copies, rng = simulator("CartPole-v1", 2), np.random.default_rng(3)
    start = copies.reset(rng, alike=2)
    assert start[0].tolist() == start[1].tolist()
    single = make_environment("CartPole-v1")
    single.reset(seed=0)
    single.unwrapped.state = copies.snapshot()["state"][:, 0].copy()
    for step in range(8):
        ours = copies.step(np.array([step % 2, 0]), rng)
        observed, paid, terminated, _, _ = single.step(step % 2)
        assert np.abs(ours[0][0] - observed).max() <= 1e-6
        assert (ours[1][0], ours[2][0]) == (paid, terminated)


def test_ppo_balances_the_pole():
    for record in ppo("CartPole-v1", default_settings("ppo", "CartPole-v1"), 0):
        if record.episodes >= 100 and record.mean_return >= 475:
            break
        assert record.steps < 250_000, f"mean return {record.mean_return}"


def test_environments_that_do_not_fit_are_refused():
    with pytest.raises(WorldError, match=r"the actions are Box.*; only discrete actions"):
        ppo("Pendulum-v1", PPOSettings(), 0)
    with pytest.raises(WorldError, match=r"Gymnasium makes no environment 'CartPool-v1'"):
        ppo("CartPool-v1", PPOSettings(), 0)
    with pytest.raises(TrainError, match=r"FrozenLake-v1 is observed as Discrete\(16\); give .* its finite MDP"):
        ppo("FrozenLake-v1", PPOSettings(), 0)
