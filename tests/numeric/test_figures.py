"""The figures of the project: the numbers in them against closed forms, and their words; no pixels."""

from math import comb, log
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from numeric.errors import EstimatorError
from numeric.exact import advantages, objective_gradient, state_distribution
from numeric.figures import (
    FIGURES,
    bandit_estimators,
    clip_objective,
    estimators_compared,
    gradient_field,
    learning_curves,
    monte_carlo,
    regret,
)
from numeric.judging.figure import draw_verdict, verdict_drawing
from numeric.policies import softmax_probabilities
from numeric.testing import judge_file
from numeric.worlds import random_walk

EXAMPLE = Path(__file__).parents[2] / "examples" / "estimator.py"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def on_the_walk():
    return estimators_compared()


def test_on_the_bandit_the_curves_are_the_closed_forms():
    values = bandit_estimators(points=9).values
    p = values["p"]
    for name in ("exact", "mean, none", "mean, baseline"):
        np.testing.assert_allclose(values[name], p * (1 - p), rtol=1e-12)
    np.testing.assert_allclose(values["mean, group mean"], 3 / 4 * p * (1 - p), rtol=1e-12)
    np.testing.assert_allclose(values["variance, none"], p * (1 - p) ** 3, rtol=1e-9)
    np.testing.assert_allclose(values["variance, baseline"], p * (1 - p) * (1 - 2 * p) ** 2, rtol=1e-9, atol=1e-15)
    law = np.array([comb(4, k) * p**k * (1 - p) ** (4 - k) for k in range(5)])
    m = np.arange(5) / 4
    deviation = np.sqrt(m * (1 - m)) @ law
    np.testing.assert_allclose(values["mean, standardised"], deviation, rtol=1e-12)
    np.testing.assert_allclose(values["variance, standardised"], 4 * ((m * (1 - m)) @ law - deviation**2), rtol=1e-9)


def test_estimators_are_as_biased_as_theory_says(on_the_walk):
    """Seven are unbiased, the mean of four in its own baseline costs 1/4, and the others are off by more than 1/5."""
    bias = on_the_walk.values["bias"]
    assert bias[:7].max() < 1e-12
    assert bias[7] == pytest.approx(1 / 4, rel=1e-12)
    assert bias[8:].min() > 0.2
    assert "γᵗ left out: bias 0.329" in on_the_walk.alt


def test_without_the_powers_of_the_discount_the_gradient_is_the_sum_of_advantages_unweighted(on_the_walk):
    mdp = random_walk()
    theta = np.outer(np.arange(-3, 4), [0, 0.8])
    policy = softmax_probabilities(theta)
    without = policy * np.einsum("ts,tsa->sa", state_distribution(mdp, policy), advantages(mdp, policy))
    exact = objective_gradient(mdp, theta)
    off = np.linalg.norm(without - exact) / np.linalg.norm(exact)
    assert on_the_walk.values["bias"][9] == pytest.approx(off, rel=1e-12)


def test_the_best_state_baseline_has_the_least_variance_of_the_baselines(on_the_walk):
    total, to_go, constant, value, best = on_the_walk.values["variance"][:5]
    assert best < min(total, to_go, constant, value)


def test_the_clip_objective_is_the_minimum_and_its_gradient_stops_where_the_clip_is_smaller():
    values = clip_objective(0.2).values
    ratio = values["ratio"]
    for gain in (1, -1):
        value, slope = values[f"value {gain:+d}"], values[f"slope {gain:+d}"]
        np.testing.assert_allclose(value, np.minimum(ratio * gain, np.clip(ratio, 0.8, 1.2) * gain), rtol=1e-12)
        expected = np.where(ratio > 1.2 if gain > 0 else ratio < 0.8, 0, ratio * gain)
        known = np.isfinite(slope)
        np.testing.assert_allclose(slope[known], expected[known], rtol=1e-12)
        assert (~known).sum() == 1  # the jump is a gap, not a line
        middle = (slope[1:] + slope[:-1]) / 2
        risen = np.diff(value) / np.diff(np.log(ratio))
        smooth = np.isfinite(middle) & (ratio[:-1] > 0.5)
        np.testing.assert_allclose(risen[smooth], middle[smooth], atol=1e-4)


def test_the_field_on_the_number_line_is_the_gradient_in_closed_form():
    values = gradient_field(points=5, fine=5).values
    right = 1 / (1 + np.exp(-values["axis"]))
    x, y = np.meshgrid(right, right)  # p_0 across, p_1 up
    np.testing.assert_allclose(values["objective"], x * y, rtol=1e-12)
    np.testing.assert_allclose(values["gradient"], np.stack([x * (1 - x) * y, x * y * (1 - y)], 2), rtol=1e-10)
    np.testing.assert_allclose(values["natural"], np.stack([y, np.ones_like(y)], 2), rtol=1e-9)
    along = np.diagonal(values["gradient"]).sum(axis=0)  # θ_0 = θ_1: J = σ², J' = 2σ²(1-σ)
    np.testing.assert_allclose(along, 2 * right**2 * (1 - right), rtol=1e-10)
    assert len(values["path, natural"]) < len(values["path, plain"]) / 10
    plain = values["path, plain"]
    np.testing.assert_allclose(plain[:, 0], plain[:, 1], atol=1e-9)  # on the diagonal both derivatives are equal


def test_the_regret_drawn_is_exact_and_below_the_bound():
    values = regret(pulls=8).values
    assert values["mean, ε-greedy, ε = 1/10"][0] == pytest.approx(0.95 * 0.6, rel=1e-12)  # the first arm, the worse
    assert values["mean, softmax, τ = 1/2"][0] == pytest.approx(0.5 * 0.6, rel=1e-12)
    np.testing.assert_allclose(values["mean, UCB1"][:2], [0.6, 0.6], rtol=1e-12)  # each arm once
    np.testing.assert_allclose(values["deviation, UCB1"][:2], 0, atol=1e-9)
    assert values["bound"][-1] == pytest.approx(8 * log(8) / 0.6 + (1 + np.pi**2 / 3) * 0.6, rel=1e-12)
    assert all((values[name] <= values["bound"]).all() for name in values if name.startswith("mean"))


def test_learning_curves_are_exact_objectives_below_the_best():
    drawing = learning_curves(updates=6, seeds=2)
    best = float(drawing.values["best"])
    assert best == pytest.approx(0.99**7 - 0.01 * sum(0.99**t for t in range(7)), rel=1e-12)  # eight steps
    for name in ("reinforce", "ppo", "grpo"):
        rows = drawing.values[name]
        assert rows.shape == (2, 6)
        assert rows.max() <= best + 1e-12
        assert rows[:, -1].min() > rows[:, 0].max()


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_a_figure_says_in_words_what_it_shows_and_names_its_axes(name):
    drawing = FIGURES[name]()
    assert len(drawing.alt) > 120
    assert any(digit in drawing.alt for digit in "123456789")
    assert all(axes.get_xlabel() or axes.get_title(loc="left") for axes in drawing.draw().axes)


def test_a_monte_carlo_figure_shows_running_means_in_the_band_of_the_exact_variance():
    rng = np.random.default_rng(3)
    samples = 0.5 * (rng.random((2, 4000)) < 0.5)
    drawing = monte_carlo(samples, 0.25, 1 / 16, quantity="E[r z]")
    at = drawing.values["n"].astype(int)
    assert (at[0], at[-1]) == (10, 4000)
    for run, mean in zip(samples, drawing.values["mean"], strict=True):
        np.testing.assert_allclose(mean, [run[:n].mean() for n in at], rtol=1e-12)
    np.testing.assert_allclose(drawing.values["high"] - 0.25, 2 * 0.25 / np.sqrt(at), rtol=1e-12)
    np.testing.assert_allclose(drawing.values["low"] + drawing.values["high"], 0.5, rtol=1e-12)
    assert "exact value 0.25" in drawing.alt
    assert "2 of 2 end inside the band" in drawing.alt


def test_the_band_of_a_monte_carlo_figure_holds_as_often_as_chebyshev_says():
    """At one n, over 2,000 runs: 3/4 at least, 95.4 % in the limit; six deviations of a share of 0.954 are 0.028."""
    samples = np.random.default_rng(5).exponential(size=(2000, 400))
    drawing = monte_carlo(samples, 1.0, 1.0, quantity="E[x]")
    inside = (drawing.values["mean"][:, -1] >= drawing.values["low"][-1]) & (
        drawing.values["mean"][:, -1] <= drawing.values["high"][-1]
    )
    assert inside.mean() == pytest.approx(0.954, abs=0.028)


def test_a_biased_sample_leaves_the_band_and_the_words_say_so():
    samples = np.random.default_rng(0).normal(0.3, 1.0, 10_000)
    assert "it does not end inside the band" in monte_carlo(samples, 0.0, 1.0, quantity="E[x]").alt


@pytest.mark.parametrize(
    ("samples", "variance", "complaint"),
    [(np.zeros(9), 1.0, "10 finite numbers"), (np.full(20, np.nan), 1.0, "finite"), (np.zeros(20), -1.0, "σ² >= 0")],
)
def test_what_is_no_sample_is_refused(samples, variance, complaint):
    with pytest.raises(EstimatorError, match=complaint):
        monte_carlo(samples, 0.0, variance, quantity="x")


def test_a_drawing_is_vectors_with_words():
    written = monte_carlo(np.ones(50), 1.0, 0.0, quantity="J", title="Nothing varies").files()
    root = ElementTree.fromstring(written[".svg"].decode())
    assert root.get("aria-label") == root.find(f"{SVG}desc").text
    assert root.find(f"{SVG}title").text == "Nothing varies"
    assert not root.findall(f".//{SVG}image")
    assert written[".pdf"].startswith(b"%PDF")


def test_the_figure_of_a_verdict_shows_every_entry_against_its_exact_value(tmp_path):
    right, wrong = (judge_file(str(EXAMPLE), f"reward_to_go{end}") for end in ("", "_without_discount"))
    shown = verdict_drawing(right, "reward_to_go").values
    np.testing.assert_allclose(shown["expectation"], shown["exact"], rtol=1e-9, atol=1e-9)
    assert shown["variance"][0] == right.variance
    biased = verdict_drawing(wrong, "mine")
    off = np.abs(biased.values["expectation"] - biased.values["exact"]).max()
    assert off == pytest.approx(wrong.max_abs_bias, rel=1e-9)
    assert "mine: BIASED for discounted J" in biased.alt
    for suffix in ("svg", "pdf", "png"):
        draw_verdict(wrong, "mine", str(tmp_path / f"figure.{suffix}"))
        assert (tmp_path / f"figure.{suffix}").stat().st_size > 2_000
    with pytest.raises(EstimatorError, match="no known format"):
        draw_verdict(wrong, "mine", str(tmp_path / "figure.doc"))
