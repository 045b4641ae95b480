"""What the interactive pages replay is what the algorithms do; and the cart and its pole follow their equations."""

from itertools import islice

import numpy as np
import pytest

from numeric.cart_pole import LONGEST, METHODS, balance, fallen, push
from numeric.demonstrations import EPSILONS, exploration, grid, pole, q_steps
from numeric.errors import ControlError, TrainError
from numeric.q_learning import QSettings, q_learning
from numeric.worlds import bernoulli_bandit, walled_grid, walled_grid_7


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_the_single_steps_are_those_of_q_learning(epsilon: float) -> None:
    mdp, settings = walled_grid(horizon=None), QSettings(scale=0.5, exponent=0.2, epsilon=epsilon, episode_steps=200)
    q = np.zeros((mdp.n_states, mdp.n_actions))
    steps = q_steps(mdp, settings, np.random.default_rng(7))
    step = next(steps)
    for record in islice(q_learning(mdp, settings, np.random.default_rng(7)), 12):
        while step.episode == record.episode:
            q[step.state, step.action] = step.value
            step = next(steps)
        assert (q == record.action_values).all()


def test_the_single_steps_are_of_worlds_without_chance() -> None:
    with pytest.raises(ControlError, match="without chance"):
        q_steps(bernoulli_bandit(), QSettings(), np.random.default_rng(0))
    with pytest.raises(ControlError, match="without horizon"):
        q_steps(walled_grid(), QSettings(), np.random.default_rng(0))


def test_the_walks_can_be_replayed_and_end_at_the_goal() -> None:
    data, mdp = grid(), walled_grid_7(horizon=None)
    for walk in data["walks"]:
        q = np.zeros((mdp.n_states, mdp.n_actions))
        for episode in walk["episodes"]:
            state = int(mdp.initial.argmax())
            for action, value in zip(map(int, episode["actions"]), episode["values"], strict=True):
                following = data["leads"][state][action]
                target = mdp.reward[state, action, following] + data["discount"] * q[following].max()
                q[state, action] += data["step_size"] * (target - q[state, action])
                assert q[state, action] == pytest.approx(value, abs=2e-3)
                q[state, action] = value
                state = following
            assert mdp.terminal[state] or len(episode["actions"]) == data["longest"]
        assert len(walk["episodes"][-1]["actions"]) < len(walk["episodes"][0]["actions"])


def test_pulls_estimate_the_means_and_the_regret_is_that_of_the_arms() -> None:
    data = exploration()
    means = np.array(data["means"])
    for strategy in data["strategies"]:
        for run in strategy["runs"]:
            arms, rewards = np.array(list(map(int, run["arms"]))), np.array(run["rewards"])
            assert len(arms) == len(rewards) == data["pulls"]
            noise = rewards - means[arms]
            assert abs(noise.mean()) < 4 * data["deviation"] / np.sqrt(len(arms))
            regret = (means.max() - means[arms]).sum()
            assert 0 < regret < 10 * strategy["regret"]["mean"]


def test_an_upright_pole_that_is_not_pushed_off_balance_moves_as_the_equations_say() -> None:
    # At rest and upright c = F / M, so that φ̈ = -c / (l (4/3 - m / M)) and ẍ = c - m l φ̈ / M.
    after = push(np.zeros(4), 1)
    common, mass = 10 / 1.1, 0.1 / 1.1
    bent = -common / (0.5 * (4 / 3 - mass))
    assert after == pytest.approx([0, 0.02 * (common - mass * 0.5 * bent), 0, 0.02 * bent], rel=1e-12)
    assert push(np.zeros(4), 0) == pytest.approx(-after)
    assert push(np.array([0, 0, 0.1, 0]), 0)[3] > push(np.array([0, 0, 0.1, 0]), 1)[3]


def test_an_episode_ends_when_the_pole_is_down_or_the_cart_is_off() -> None:
    assert fallen(np.array([2.41, 0, 0, 0]))
    assert fallen(np.array([0, 0, -0.21, 0]))
    assert not fallen(np.array([2.39, 9, 0.2, 9]))
    for record in islice(balance("reinforce", np.random.default_rng(0)), 20):
        n = len(record.pushes)
        assert len(record.states) == n + 1
        assert not any(map(fallen, record.states[:-1]))
        assert fallen(record.states[-1]) or n == LONGEST


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(TrainError, match="sarsa"):
        balance("sarsa", np.random.default_rng(0))


def test_the_pole_stays_up_longer_as_the_policy_learns_and_sooner_with_a_critic() -> None:
    data = pole()
    mean = {m["name"]: (np.mean(m["lengths"][:30]), np.mean(m["lengths"][-30:])) for m in data["methods"]}
    assert set(mean) == set(METHODS)
    assert all(last > 3 * first for first, last in mean.values())
    halfway = {m["name"]: np.mean(m["lengths"][90:150]) for m in data["methods"]}
    assert halfway["actor-critic"] > halfway["reinforce"]
    for method in data["methods"]:
        assert [len(s["x"]) - 1 for s in method["shown"]] == [
            method["lengths"][s["episode"] - 1] for s in method["shown"]
        ]
