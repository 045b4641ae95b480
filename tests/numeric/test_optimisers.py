"""One step of each optimiser against its formula, and without side effects."""

import numpy as np
import pytest

from numeric.optimisers import adam, ascent

EPS = float(np.finfo(np.float64).eps)
START = {"actor": np.array([1.0, -2.0]), "critic": np.array([3.0])}


def test_ascent_moves_what_has_a_gradient():
    moved, memory = ascent(START, {"actor": np.array([2.0, 4.0])}, {}, 0.5)
    assert moved["actor"].tolist() == [2, 0]
    assert moved["critic"] is START["critic"]
    assert memory == {}
    assert START["actor"].tolist() == [1, -2]


def test_the_first_step_of_adam_is_the_rate_in_the_direction_of_the_sign():
    moved, memory = adam(START, {"actor": np.array([1e3, -1e-3])}, {}, 0.1)
    assert moved["actor"] == pytest.approx([1.1, -2.1], abs=1e-5)
    assert memory["count/actor"] == 1
    assert "count/critic" not in memory


def test_adam_is_its_formula_over_several_steps():
    """m̂ / (√v̂ + ε), written out with the two corrections apart."""
    theta, memory = {"x": np.array([0.3, 0.7])}, {}
    first, second, expected = np.zeros(2), np.zeros(2), theta["x"].copy()
    for k in range(1, 6):
        gradient = np.array([np.sin(k), k - 3.0])
        theta, memory = adam(theta, {"x": gradient}, memory, 0.01)
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        expected += 0.01 * (first / (1 - 0.9**k)) / (np.sqrt(second / (1 - 0.999**k)) + 1e-8)
        assert np.abs(theta["x"] - expected).max() <= 20 * EPS


def test_falsehood_adam_without_the_corrections_takes_the_same_first_step():
    """Without them it is (1-β1) / √(1-β2) = 3.16 times as long."""
    moved, _ = adam({"x": np.zeros(1)}, {"x": np.ones(1)}, {}, 0.1)
    uncorrected = 0.1 * 0.1 / np.sqrt(0.001)
    assert moved["x"][0] == pytest.approx(0.1, abs=1e-8)
    assert uncorrected / moved["x"][0] == pytest.approx(3.16, abs=0.01)


def test_what_is_remembered_is_left_as_it_was():
    _, memory = adam({"x": np.zeros(1)}, {"x": np.ones(1)}, {}, 0.1)
    before = {name: array.copy() for name, array in memory.items()}
    adam({"x": np.zeros(1)}, {"x": np.ones(1)}, memory, 0.1)
    assert all(memory[name].tolist() == before[name].tolist() for name in before)
