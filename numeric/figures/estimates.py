"""Bias and variance of estimators of ∇J, from the exact law of every batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numeric import estimators
from numeric.exact import Estimator, Moments, advantages, moments, objective, objective_gradient, state_values
from numeric.mdp import FiniteMDP, Trajectories
from numeric.plots import DARK, LIGHT, Drawing, Graph, Panel, graphs
from numeric.policies import softmax_probabilities
from numeric.returns import rewards_to_go
from numeric.worlds import quiz_bandit, random_walk

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bandit_estimators", "estimators_compared"]

Floats = NDArray[np.float64]

GROUP = 4
SLOPE = 0.8  # of the policy of the random walk: the log odds of right are this times the position
UNBIASED = 1e-9  # of the length of ∇J, above which a bias is not rounding


def bandit_estimators(points: int = 49) -> Drawing:
    """E[f] and N Var[f] of ∂J/∂θ over p = σ(θ), on the quiz bandit, where J = p and ∂J/∂θ = p(1-p).

    Without a baseline the variance is p(1-p)³, with b = J it is p(1-p)(1-2p)². With m the mean reward of a group of N,
    its mean as baseline gives m(1-m), whose mean is (1 - 1/N) p(1-p), and dividing by the deviation √(m(1-m)).
    """
    p, mdp = np.linspace(0.02, 0.98, points), quiz_bandit()
    ways: dict[str, Callable[[float], tuple[Estimator, int]]] = {
        "none": lambda _: (estimators.total_return, 1),
        "baseline": lambda q: (partial(estimators.constant_baseline, baseline=q), 1),
        "group mean": lambda _: (estimators.group_mean, GROUP),
        "standardised": lambda _: (estimators.group_standardised, GROUP),
    }
    values = {"p": p, "exact": p * (1 - p)}
    for name, way in ways.items():
        found = [_at(mdp, q, *way(q)) for q in p]
        values[f"mean, {name}"] = np.array([m for m, _ in found])
        values[f"variance, {name}"] = np.array([v for _, v in found])
    means = graphs(
        "Expectation",
        "p = σ(θ), the chance of the right answer",
        "of the estimate of ∂J/∂θ",
        p,
        [
            Graph(f"R divided by the deviation of {GROUP}", values["mean, standardised"], 2),
            Graph("R z, and (R − b) z", values["mean, none"], 0),
            Graph(f"R minus the mean of {GROUP}", values["mean, group mean"], 1),
            Graph("exact, p(1-p)", values["exact"], None),
        ],
    )
    spreads = graphs(
        "Variance, times the batch size",
        "p = σ(θ), the chance of the right answer",
        "of the estimate of ∂J/∂θ",
        p,
        [
            Graph(f"R divided by the deviation of {GROUP}", values["variance, standardised"], 2),
            Graph("R z", values["variance, none"], 0),
            Graph("(R − b) z with b = J", values["variance, baseline"], 1),
        ],
    )
    at = {name: f"{curve[len(p) // 2]:.3g}" for name, curve in values.items()}
    alt = (
        "Two panels over p, the chance of the right answer, from 0.02 to 0.98. Left, the expectation of estimates of "
        f"the derivative of J: with or without a baseline it is the exact p(1-p), {at['exact']} at p = {at['p']}; with "
        f"the mean of a group of {GROUP} subtracted it is 3/4, {at['mean, group mean']}; divided by the group's "
        f"deviation it is too large everywhere, {at['mean, standardised']}. Right, the variance times the batch size: "
        f"without a baseline p(1-p)³, {at['variance, none']} at p = {at['p']}; with the baseline b = J it is "
        f"p(1-p)(1-2p)², {at['variance, baseline']} there and above the other where p is larger than 2/3; divided by "
        f"the group's deviation it is {at['variance, standardised']}."
    )
    return Drawing(
        "Bias and variance on a bandit with one right answer", [(means, 4.4), (spreads, 4.4)], alt, values, 3.6
    )


def _at(mdp: FiniteMDP, p: float, estimator: Estimator, batch: int) -> tuple[float, float]:
    found = moments(estimator, mdp, np.log([[1 - p, p]]), batch=batch)
    return float(found.mean[0, 1]), batch * float(found.variance[0, 1])


def estimators_compared() -> Drawing:
    """‖E[f] - ∇J‖ / ‖∇J‖ and N Σ Var[f] of eleven estimators on the random walk, by enumeration of every batch."""
    mdp = random_walk()
    theta = np.outer(np.arange(mdp.n_states) - mdp.n_states // 2, [0.0, SLOPE])
    exact = objective_gradient(mdp, theta)
    found = {name: (moments(f, mdp, theta, batch=n), n) for name, (f, n) in _estimators(mdp, theta).items()}
    bias = np.array([_bias(m, exact) for m, _ in found.values()])
    spread = np.array([n * float(m.variance.sum()) for m, n in found.values()])
    panels = [
        (_bars("Bias, relative to ‖∇J‖", list(found), bias, bias, named=True), 5.4),
        (_bars("Variance, times the batch size", list(found), spread, bias, named=False), 3.4),
    ]
    told = "; ".join(
        f"{n}: bias {b:.3g}, variance {v:.3g}" for n, b, v in zip(found, np.where(bias < UNBIASED, 0, bias), spread,
                                                                  strict=True)
    )  # fmt: skip
    alt = (
        f"Bars for {len(found)} estimators of the policy gradient on a random walk of three steps, discount 1/2, from "
        f"the exact law of every batch. {told}. Bars of biased estimators are hatched."
    )
    values = {"bias": bias, "variance": spread}
    title = "Estimators of ∇J on the random walk, exactly: z = ∇ log π, return R, reward to go G"
    return Drawing(title, panels, alt, values, height=3.6)


def _estimators(mdp: FiniteMDP, theta: Floats) -> dict[str, tuple[Estimator, int]]:
    """Each with the size of its batch."""
    policy = softmax_probabilities(theta)
    values, table = state_values(mdp, policy), advantages(mdp, policy)
    best = estimators.optimal_state_baseline(mdp, theta)
    nothing = np.zeros(mdp.n_states)
    return {
        "Σ R z": (estimators.total_return, 1),
        "Σ γᵗ G z": (estimators.reward_to_go, 1),
        "Σ γᵗ (G − J) z": (partial(estimators.constant_baseline, baseline=objective(mdp, policy)), 1),
        "Σ γᵗ (G − V) z": (partial(estimators.state_baseline, values=values), 1),
        "Σ γᵗ (G − b*) z, b* the best of all b(s)": (partial(estimators.state_baseline, values=best), 1),
        "Σ γᵗ A z, A exact": (partial(estimators.advantage, advantages=table), 1),
        f"R minus the mean of the other {GROUP - 1}": (estimators.leave_one_out, GROUP),
        f"R minus the mean of all {GROUP}": (estimators.group_mean, GROUP),
        f"the same, divided by the deviation of {GROUP}": (estimators.group_standardised, GROUP),
        "Σ G z, γᵗ left out": (_without_discount, 1),
        "Σ γᵗ r z, a critic of 0 and λ = 0": (partial(estimators.critic_advantage, values=nothing, trace=0.0), 1),
    }


def _without_discount(b: Trajectories, theta: Floats) -> Floats:
    return estimators.weighted_scores(b, theta, rewards_to_go(b.rewards, b.gamma))


def _bias(found: Moments, exact: Floats) -> float:
    return float(np.linalg.norm(found.mean - exact) / np.linalg.norm(exact))


def _bars(title: str, names: list[str], lengths: Floats, bias: Floats, *, named: bool) -> Panel:
    """Bars with their numbers; those of a biased estimator are light and hatched."""

    def panel(axes: Axes) -> None:
        for i, (length, off) in enumerate(zip(lengths, bias, strict=True)):
            biased = off > UNBIASED
            shown = 0.0 if length < UNBIASED else length
            axes.barh(i, shown, height=0.62, color=LIGHT if biased else DARK, hatch="////" if biased else None,
                      edgecolor=DARK, linewidth=0.6, zorder=3)  # fmt: skip
            axes.text(shown + 0.015 * lengths.max(), i, f"{shown:.3g}", va="center", fontsize=8)
        axes.set(title=title, xlim=(0, 1.18 * lengths.max()), ylim=(len(names) - 0.5, -0.5))
        axes.set_yticks(range(len(names)), names if named else [""] * len(names))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)

    return panel
