"""The named worlds have the closed forms that they are known for."""

import numpy as np
import pytest

from numeric.errors import WorldError
from numeric.estimators import reward_to_go, total_return
from numeric.exact import moments, objective, objective_gradient
from numeric.policies import sigmoid_probabilities, softmax_probabilities
from numeric.worlds import WORLDS, number_line, quiz_bandit, world

EPS = float(np.finfo(np.float64).eps)


def sigmoid_estimate(b, theta):
    """r z of the sigmoid policy, from one episode of the bandit: z = a - σ(θ), θ = the second logit."""
    right = softmax_probabilities(theta)[0, 1]
    return np.array(b.rewards[0, 0] * (b.actions[0, 0] - right))


@pytest.mark.parametrize("theta", [-3.0, -0.5, 0.0, 1.0, 4.0])
def test_the_quiz_bandit_has_mean_and_variance_in_closed_form(theta):
    right = sigmoid_probabilities(theta)[0, 1]
    exact = moments(sigmoid_estimate, quiz_bandit(), [[0.0, theta]])
    assert abs(exact.mean - right * (1 - right)) <= 8 * EPS
    assert abs(exact.variance - right * (1 - right) ** 3) <= 8 * EPS
    assert abs(objective(quiz_bandit(), sigmoid_probabilities(theta)) - right) <= 4 * EPS


def test_at_indifference_the_variance_is_a_sixteenth():
    exact = moments(sigmoid_estimate, quiz_bandit(), [[0.0, 0.0]])
    assert (float(exact.mean), float(exact.variance)) == (1 / 4, 1 / 16)


@pytest.mark.parametrize(("right", "value"), [(0.0, 0.0), (0.5, 0.25), (0.8, 0.64), (1.0, 1.0)])
def test_on_the_number_line_two_steps_right_are_worth_p_squared(right, value):
    policy = np.tile([1 - right, right], (5, 1))
    assert abs(objective(number_line(), policy) - value) <= 4 * EPS


def test_on_the_number_line_only_the_way_to_two_has_a_gradient():
    gradient = objective_gradient(number_line(), np.zeros((5, 2)))
    expected = np.zeros((5, 2))
    expected[2] = expected[3] = [-1 / 8, 1 / 8]
    assert np.abs(gradient - expected).max() <= 8 * EPS
    for estimator in (total_return, reward_to_go):
        assert np.abs(moments(estimator, number_line(), np.zeros((5, 2))).mean - expected).max() <= 8 * EPS


def test_every_world_is_found_by_its_name():
    for name, build in WORLDS.items():
        assert world(name).n_states == build().n_states


def test_an_unknown_world_is_told_the_nearest_names():
    with pytest.raises(WorldError, match="no world is named 'quiz_bandits'; did you mean quiz_bandit"):
        world("quiz_bandits")
    with pytest.raises(WorldError, match="did you mean number_line or quiz_bandit"):
        world("xyzzy")
