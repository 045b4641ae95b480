"""Updates of networks: gradients by the complex step, advantages episode by episode, returns of whole episodes."""

import numpy as np
import pytest

from numeric.networks import Network, forward, initial_weights
from numeric.surrogates import importance_weighted, ppo_clip
from numeric.training import neural
from numeric.training.rollouts import Agent, Copies, Rollout, initial_networks, log_softmax, roll, shapes
from numeric.training.settings import GRPOSettings, PPOSettings, ReinforceSettings, RLOOSettings
from numeric.training.simulators import simulator

EPS = float(np.finfo(np.float64).eps)


def agent_of(inputs=3, actions=3, hidden=6, seed=0):
    rng = np.random.default_rng(seed)
    actor, critic = Network(inputs, hidden, actions), Network(inputs, hidden, 1)
    theta = initial_weights(actor, rng)
    tables = {"actor": theta, "reference": theta / 2, "critic": initial_weights(critic, rng)}
    return Agent(actor, critic, {**tables, "returns": np.zeros(3)}, {})


def rollout_of(agent, ends, seed=0):
    """Random steps [L, N] with these ends ('.', 't' for terminated, 'c' for cut off), begun anew after each."""
    rng, kinds = np.random.default_rng(seed), np.array([list(row) for row in ends])
    length, copies = kinds.shape
    observed = rng.normal(size=(length + 1, copies, agent.actor.inputs))
    over = (kinds == "t") | (kinds == "c")
    taken = np.vstack([np.ones((1, copies), bool), ~over[:-1]])
    logits = forward(agent.actor, agent.parameters["actor"], observed[:-1].reshape(-1, agent.actor.inputs))[0]
    actions = rng.integers(agent.actor.outputs, size=(length, copies))
    chosen = log_softmax(logits)[np.arange(actions.size), actions.ravel()].reshape(actions.shape)
    rewards = np.where(taken, rng.normal(size=actions.shape), 0.0)
    return Rollout(observed, actions, rewards, kinds == "t", kinds == "c", taken, chosen)


SURROGATES = {"ratio": importance_weighted, "clip": lambda new, old, gain: ppo_clip(new, old, gain, 0.2)}


@pytest.mark.parametrize("surrogate", SURROGATES.values(), ids=SURROGATES)
def test_the_policy_gradient_is_the_derivative_of_the_surrogate(surrogate):
    agent, rng = agent_of(), np.random.default_rng(1)
    x, actions = rng.normal(size=(20, 3)), rng.integers(3, size=20)
    old, gain = np.log(rng.dirichlet(np.ones(3), 20)[np.arange(20), actions]), rng.normal(size=20)
    gradient, values = neural.policy_gradient(agent, x, actions, surrogate, old, gain)
    theta = agent.parameters["actor"]
    for i in range(len(theta)):
        moved = theta.astype(complex)
        moved[i] += 1e-100j
        logits = forward(agent.actor, moved, x.astype(complex))[0]
        new = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))[np.arange(20), actions]
        flat = surrogate(new.real, old, gain).slope == 0
        exact = (np.exp(new - old) * gain)[~flat].sum().imag / 1e-100
        assert abs(gradient[i] - exact) <= 1e4 * EPS
    assert values["surrogate"] == pytest.approx(surrogate(new.real, old, gain).value.sum(), abs=1e-12)


def test_the_critic_goes_down_its_error():
    agent, rng = agent_of(), np.random.default_rng(1)
    x, target = rng.normal(size=(50, 3)), rng.normal(size=50)

    def error(agent):
        return ((target - forward(agent.critic, agent.parameters["critic"], x)[0][:, 0]) ** 2).mean()

    before = error(agent)
    for _ in range(50):
        agent = neural.critic_step(agent, x, target, 0.01)
    assert error(agent) < before / 2


def test_advantages_are_those_of_each_episode_alone():
    """Cut off: V of the last observation; terminated: 0; nothing comes over from the next episode."""
    agent = agent_of()
    rollout = rollout_of(agent, ["..", "t.", "..", ".c", ".."])
    estimate, targets = neural.advantages_and_targets(agent, rollout, 0.0, 0.9, 0.5)
    value = neural.state_values(agent, rollout.observed)
    for n, first, last, ends in [(0, 0, 1, "t"), (0, 3, 4, "."), (1, 0, 3, "c")]:
        total = 0.0
        for t in range(last, first - 1, -1):
            following = 0.0 if ends == "t" and t == last else value[t + 1, n]
            total = rollout.rewards[t, n] + 0.9 * following - value[t, n] + 0.45 * total
            assert estimate[t, n] == pytest.approx(total, abs=1e-13)
            assert targets[t, n] == pytest.approx(total + value[t, n], abs=1e-13)


def test_penalties_are_part_of_the_reward_where_a_step_was_taken():
    """r - β log(π/ρ)(a|s) - η log π(a|s), π from θ and ρ from the reference."""
    agent = agent_of()
    rollout = rollout_of(agent, ["..", "tc", "..", ".."])
    ours = neural.regularised(agent, rollout, 0.25, 0.5)
    for t, n in np.ndindex(ours.shape):
        x, a = rollout.observed[t, n][None], rollout.actions[t, n]
        log, other = (
            log_softmax(forward(agent.actor, agent.parameters[name], x)[0])[0, a] for name in ("actor", "reference")
        )
        expected = rollout.rewards[t, n] - 0.5 * (log - other) - 0.25 * log
        assert ours[t, n] == pytest.approx(expected if rollout.taken[t, n] else 0.0, abs=1e-13)


def test_a_step_that_was_none_does_not_count():
    """Whatever stands where a copy was begun anew, the update is the same."""
    agent = agent_of()
    rollout = rollout_of(agent, ["..", "tc", "..", "..", ".t"])
    spoilt = Rollout(
        rollout.observed,
        np.where(rollout.taken, rollout.actions, 2),
        np.where(rollout.taken, rollout.rewards, 1e6),
        *(rollout.terminated, rollout.truncated, rollout.taken),
        np.where(rollout.taken, rollout.log_probabilities, -5.0),
    )
    for learn, settings in [
        (neural.reinforce, ReinforceSettings(estimator="state-baseline", episodes=2, entropy=0.1)),
        (neural.ppo, PPOSettings(environments=2, steps=5, minibatches=2, entropy=0.1)),
        (neural.grpo, GRPOSettings(groups=1, size=2, kl=0.1)),
    ]:
        ours, theirs = (learn(settings, agent, r, np.random.default_rng(0))[0] for r in (rollout, spoilt))
        assert all(np.array_equal(ours.parameters[name], theirs.parameters[name]) for name in ours.parameters)
        assert not np.array_equal(ours.parameters["actor"], agent.parameters["actor"])


def gradient_of(agent, rollout, weights):
    """Σ w z over the steps that were taken."""
    taken = rollout.taken
    x, old, actions = rollout.observed[:-1][taken], rollout.log_probabilities[taken], rollout.actions[taken]
    return neural.policy_gradient(agent, x, actions, importance_weighted, old, weights[taken])[0]


def test_the_weights_of_reinforce_are_its_estimators():
    """One step of size 1 upwards is (1/N) Σ w z, recomputed from the definition."""
    agent, settings = (
        agent_of(),
        {"optimiser": "ascent", "learning_rate": 1.0, "episodes": 2, "discount": 0.5},
    )
    rollout = rollout_of(agent, ["..", ".t", "t."])  # column 1 ends at t = 1, its next row was begun anew
    r = rollout.rewards
    last = np.array([r[2, 0], 0.0])
    middle = r[1] + 0.5 * last
    to_go = np.array([r[0] + 0.5 * middle, middle, last])
    expected = {
        "total-return": np.broadcast_to(to_go[0], (3, 2)),
        "reward-to-go": to_go,
        "constant-baseline": to_go - to_go[0, ::-1],
        "state-baseline": to_go - neural.state_values(agent, rollout.observed[:-1]),
        "normalised-returns": to_go,  # before there are earlier returns
    }
    for name, weights in expected.items():
        chosen, rng = ReinforceSettings(estimator=name, **settings), np.random.default_rng(0)
        moved, _ = neural.reinforce(chosen, agent, rollout, rng)
        gradient = gradient_of(agent, rollout, weights / 2)
        assert np.abs(moved.parameters["actor"] - agent.parameters["actor"] - gradient).max() <= 1e-13


def test_one_pass_of_ppo_at_ratio_one_is_the_mean_over_all_places_of_the_batch():
    """Divided by L N, which is fixed, not by the number of steps taken, which is random."""
    agent, settings = agent_of(), PPOSettings(epochs=1, minibatches=1, optimiser="ascent", learning_rate=1.0)
    rollout = rollout_of(agent, ["..", "tc", "..", ".."])
    estimate, _ = neural.advantages_and_targets(agent, rollout, 0.0, settings.discount, settings.trace)
    moved, _ = neural.ppo(settings, agent, rollout, np.random.default_rng(0))
    step = moved.parameters["actor"] - agent.parameters["actor"]
    assert np.abs(step - gradient_of(agent, rollout, estimate / 8)).max() <= 1e-13


def test_one_pass_of_a_group_at_ratio_one_is_the_mean_over_its_episodes():
    agent = agent_of()
    rollout = rollout_of(agent, ["...t", "..t.", ".t..", "tttt"])
    rollout.taken[2:, 1] = rollout.taken[3:, 2] = rollout.taken[1:, 3] = False  # one episode each
    total = np.where(rollout.taken, rollout.rewards, 0.0).sum(axis=0)
    others = total - (total.sum() - total) / 3
    for learn, kind, gain in [
        (neural.rloo, RLOOSettings, others),
        (neural.grpo, GRPOSettings, (total - total.mean()) / total.std()),
    ]:
        settings = kind(groups=1, size=4, optimiser="ascent", learning_rate=1.0)
        moved, _ = learn(settings, agent, rollout, np.random.default_rng(0))
        step = moved.parameters["actor"] - agent.parameters["actor"]
        assert np.abs(step - gradient_of(agent, rollout, np.tile(gain / 4, (4, 1)))).max() <= 1e-13


@pytest.mark.parametrize("name", ["CartPole-v1", "Acrobot-v1"])
def test_returns_are_those_of_whole_episodes(name):
    """CartPole pays 1 a step and Acrobot -1, so an episode's return is its length up to the sign."""
    pytest.importorskip("gymnasium")
    settings = PPOSettings(environments=3, steps=200)
    copies, rng = Copies(name, settings, {}), np.random.default_rng(0)
    agent = Agent(*shapes(copies.simulator, 8), initial_networks(copies.simulator, 8, rng), {})
    lengths, running = [], np.zeros(3)
    for _ in range(4):
        rollout = copies.roll(agent, rng)
        for t in range(200):
            running += rollout.taken[t]
            for n in np.flatnonzero(rollout.ended[t] & rollout.taken[t]):
                lengths.append(running[n])
                running[n] = 0
    assert lengths
    assert abs(copies.mean_return) == pytest.approx(np.mean(lengths[-100:]), abs=1.0 if name == "Acrobot-v1" else 0)


def test_an_episode_each_is_rolled_out_once():
    pytest.importorskip("gymnasium")
    copies, rng = simulator("CartPole-v1", 5), np.random.default_rng(0)
    agent = Agent(*shapes(copies, 8), initial_networks(copies, 8, rng), {})
    rollout = roll(copies, agent, copies.reset(rng), np.zeros(5, bool), copies.longest, rng, once=True)
    assert (rollout.ended & rollout.taken).sum(axis=0).tolist() == [1] * 5
    assert (rollout.taken.sum(axis=0) == 1 + (rollout.ended & rollout.taken).argmax(axis=0)).all()
    assert rollout.taken[-1].any()


@pytest.mark.parametrize("name", ["CartPole-v1", "Acrobot-v1"])
def test_the_copies_of_a_group_begin_alike_and_groups_differ(name):
    pytest.importorskip("gymnasium")
    copies, rng = Copies(name, GRPOSettings(groups=2, size=3), {}), np.random.default_rng(0)
    agent = Agent(*shapes(copies.simulator, 4), initial_networks(copies.simulator, 4, rng), {})
    starts = copies.roll(agent, rng).observed[0].reshape(2, 3, -1)
    assert (starts == starts[:, :1]).all()
    assert (starts[0, 0] != starts[1, 0]).any()
