"""The figures of the project: the numbers in them against closed forms, and their words; no pixels."""

from xml.etree import ElementTree

import numpy as np
import pytest

from numeric.errors import EstimatorError
from numeric.figures import monte_carlo

SVG = "{http://www.w3.org/2000/svg}"


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
