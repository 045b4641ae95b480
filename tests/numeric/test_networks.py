"""Backpropagation against the complex step, and against a case small enough for a hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.errors import PolicyError
from numeric.networks import Network, backward, forward, initial_weights, unpack

EPS = float(np.finfo(np.float64).eps)
shapes = st.builds(Network, st.integers(1, 3), st.integers(1, 5), st.integers(1, 3))


def case(network, seed, batch=4):
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=network.size)
    return theta, rng.normal(size=(batch, network.inputs)), rng.normal(size=(batch, network.outputs))


@given(shapes, st.integers(0, 99))
def test_backward_is_the_gradient_by_the_complex_step(network, seed):
    """∂/∂θ_i Σ_m slope_m · f(x_m) = Im (…)(θ + ih e_i) / h; max(0, ·) is that of the real part."""
    theta, x, slope = case(network, seed)
    gradient = backward(network, theta, x, forward(network, theta, x)[1], slope)
    for i in range(network.size):
        moved = theta.astype(complex)
        moved[i] += 1e-100j
        exact = (forward(network, moved, x.astype(complex))[0] * slope).sum().imag / 1e-100
        assert abs(gradient[i] - exact) <= 400 * EPS


def test_by_hand():
    """f(x) = w2 max(0, w1 x + b1) + b2 with w1 = 2, b1 = 1, w2 = 3, b2 = 5, at x = 1 and at x = -1."""
    network, theta = Network(1, 1, 1), np.array([2.0, 1.0, 3.0, 5.0])
    x = np.array([[1.0], [-1.0]])
    value, hidden = forward(network, theta, x)
    assert value.tolist() == [[14], [5]]
    assert hidden.tolist() == [[3], [0]]
    gradient = backward(network, theta, x, hidden, np.array([[1.0], [10.0]]))
    assert gradient.tolist() == [
        3,
        3,
        3,
        11,
    ]  # ∂w1 = 1·3·1, ∂b1 = 3, ∂w2 = 3, ∂b2 = 1 + 10; the second unit is shut


def test_unpacked_layers_are_views_of_theta():
    network = Network(2, 3, 1)
    theta = np.zeros(network.size)
    for layer in unpack(network, theta):
        layer += 1
    assert theta.tolist() == [1] * network.size


def test_the_first_output_is_as_small_as_its_scale():
    network, rng = Network(4, 64, 2), np.random.default_rng(0)
    value, _ = forward(network, initial_weights(network, rng, scale=0.01), rng.normal(size=(100, 4)))
    assert np.abs(value).max() < 0.1


# --- falsehoods, shown to be false ------------------------------------------------------------------------


def test_falsehood_a_closed_unit_passes_the_error_on():
    network, theta = Network(1, 1, 1), np.array([2.0, 1.0, 3.0, 5.0])
    x = np.array([[-1.0]])
    open_anyway = backward(network, theta, x, np.ones((1, 1)), np.ones((1, 1)))
    assert open_anyway[0] == -3
    assert backward(network, theta, x, forward(network, theta, x)[1], np.ones((1, 1)))[0] == 0


def shared_layer_as_printed(network, theta, x, hidden, actor_slope, error):
    """The step of the shared layer in the text's ActorCritic.update: W1 += lr (actor + ½ critic), critic = dLoss/dV."""
    critic_slope = -2.0 * error
    slope = np.column_stack([actor_slope, critic_slope * 0.5])
    return backward(network, theta, x, hidden, slope)


def test_falsehood_the_shared_layer_of_the_printed_actor_critic_descends_on_its_error():
    """Its W1 goes uphill on (G - V)²: the exact gradient of -½ (G - V)² has the opposite sign."""
    network = Network(3, 5, 3)  # two logits and a value
    theta, x, _ = case(network, seed=1, batch=6)
    value, hidden = forward(network, theta, x)
    error = np.random.default_rng(2).normal(size=6) - value[:, 2]
    printed = shared_layer_as_printed(network, theta, x, hidden, np.zeros((6, 2)), error)[: network.inputs * 5]
    right = backward(network, theta, x, hidden, np.column_stack([np.zeros((6, 2)), error]))[: network.inputs * 5]
    assert np.abs(right).max() > 0.1
    assert np.abs(printed + right).max() <= 100 * EPS

    def loss(step):
        moved = theta.copy()
        moved[: network.inputs * 5] += 1e-4 * step
        return ((value[:, 2] + error - forward(network, moved, x)[0][:, 2]) ** 2).sum()

    assert loss(right) < (error**2).sum() < loss(printed)


def test_what_is_no_network_is_refused():
    with pytest.raises(PolicyError, match=r"hidden is 0; a layer has at least one unit"):
        Network(2, 0, 1)
    with pytest.raises(PolicyError, match=r"θ has shape \(3,\); Network\(.*\) takes 4 parameters"):
        unpack(Network(1, 1, 1), np.zeros(3))
