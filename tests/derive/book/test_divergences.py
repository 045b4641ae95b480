"""Divergences, entropies, rewards of responses, partition functions."""
# ruff: noqa: E501 (formulas in one piece)

import pytest


@pytest.mark.parametrize(
    ("latex", "verdict"),
    [
        (
            r"D_{\mathrm{KL}}(\pi_\theta(\cdot|s) \| \pi_{\text{ref}}(\cdot|s)) = \mathbb{E}_{a \sim \pi_\theta(\cdot|s)}\left[ \log \frac{\pi_\theta(a|s)}{\pi_{\text{ref}}(a|s)} \right]",
            "good",
        ),
        (
            r"D_{\mathrm{KL}}(\pi_\theta(\cdot|s) \| \pi_{\text{ref}}(\cdot|s)) = \mathbb{E}_{a \sim \pi_\theta(\cdot|s)}\left[ \log \frac{\pi_{\text{ref}}(a|s)}{\pi_\theta(a|s)} \right]",
            "refuted",
        ),
        (r"H(\pi_\theta(\cdot|s)) = -\sum_a \pi_\theta(a|s) \log \pi_\theta(a|s)", "good"),
        (r"H(\pi_\theta(\cdot|s)) = \sum_a \pi_\theta(a|s) \log \pi_\theta(a|s)", "refuted"),
        (
            r"-\log \left( \sigma(r_\theta(x,y_c) - r_\theta(x,y_r)) \right) = \log \left( 1 + e^{r_\theta(x,y_r) - r_\theta(x,y_c)} \right)",
            "good",
        ),
        (
            r"-\log \left( \sigma(r_\theta(y_c|x) - r_\theta(y_r|x)) \right) = \log \left( 1 + e^{r_\theta(y_c|x) - r_\theta(y_r|x)} \right)",
            "unknown",
        ),
        (
            r"\log \frac{\pi(y|x)}{\pi_{\text{ref}}(y|x)} + \log Z(x) - \log Z(x) = \log \frac{\pi(y|x)}{\pi_{\text{ref}}(y|x)}",
            "good",
        ),
        (r"\log Z(x) = 0", "unknown"),
        (r"\nabla_\theta \log Z(x) = 0", "unknown"),
        (r"H(\pi_\theta) + 1 = r_0", "unknown"),
        (r"D_{\mathrm{KL}}(\theta \| \phi) + 1 = r_0", "unknown"),
    ],
)
def test_verdict(check, latex, verdict):
    (step,) = check(f"Let $\\pi_\\theta(a|s)$ be the policy.\n\n$$ {latex} $$").steps
    assert step.verdict in (("proved", "holds") if verdict == "good" else (verdict,))
