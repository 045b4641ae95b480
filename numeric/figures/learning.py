"""Regret of three ways to choose an arm, and learning curves, both over exact values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numeric.bandits import UCB, BernoulliBandit, EpsilonGreedy, Softmax, Strategy, exact_regret, ucb1_bound
from numeric.control import optimal_objective
from numeric.plots import Drawing, Graph, Line, curves, graphs
from numeric.train import train
from numeric.worlds import BERNOULLI_MEANS, world

__all__ = ["learning_curves", "regret"]

Floats = NDArray[np.float64]

PULLS = 40
WAYS: dict[str, Strategy] = {"ε-greedy, ε = 1/10": EpsilonGreedy(), "softmax, τ = 1/2": Softmax(), "UCB1": UCB()}
ALGORITHMS = ("reinforce", "ppo", "grpo")
NAMES = {"reinforce": "REINFORCE", "ppo": "PPO", "grpo": "GRPO"}
WORLD, SEEDS, UPDATES = "walled_grid", 5, 40


def regret(pulls: int = PULLS) -> Drawing:
    """E[regret] ± its deviation of ε-greedy, softmax and UCB1 on arms of 0.2 and 0.8, exactly: no run is drawn.

    On the right the expectation on logarithmic axes, below the bound of UCB1 of Auer, Cesa-Bianchi & Fischer 2002.
    """
    arms = BernoulliBandit(BERNOULLI_MEANS)
    at = np.arange(1.0, pulls + 1)
    found = {name: exact_regret(arms, way, pulls) for name, way in WAYS.items()}
    means = {name: law.mean[1:] for name, law in found.items()}
    deviations = {name: np.sqrt(law.variance[1:]) for name, law in found.items()}
    bound = np.array([ucb1_bound(arms, int(n)) for n in at])
    panels = [
        (
            graphs(
                "Expected regret, and one deviation",
                "pulls n",
                "regret",
                at,
                [Graph(name, means[name], look, deviations[name]) for look, name in enumerate(WAYS)],
            ),
            4.4,
        ),
        (
            graphs(
                "On logarithmic axes, below the bound of UCB1",
                "pulls n",
                "expected regret",
                at,
                [*(Graph(name, means[name], look) for look, name in enumerate(WAYS)), Graph("bound", bound, None)],
                logarithmic=True,
            ),
            4.4,
        ),
    ]
    told = "; ".join(f"{name}: {means[name][-1]:.3g}, deviation {deviations[name][-1]:.3g}" for name in WAYS)
    alt = (
        f"Two panels of the expected regret of three ways to choose between arms that pay 1 with chance 0.2 and 0.8, "
        f"computed exactly, over 1 to {pulls} pulls. After {pulls} pulls: {told}. Left with bands of one deviation; "
        f"right on logarithmic axes below the bound of UCB1, {bound[-1]:.3g} after {pulls} pulls."
    )
    values = (
        {"n": at, "bound": bound}
        | {f"mean, {n}": means[n] for n in WAYS}
        | {f"deviation, {n}": deviations[n] for n in WAYS}
    )
    return Drawing("Regret on two arms of 0.2 and 0.8, exactly", panels, alt, values, 3.7)


def learning_curves(updates: int = UPDATES, seeds: int = SEEDS) -> Drawing:
    """J(θ_k) after k updates of REINFORCE, PPO and GRPO on the walled grid: mean and deviation over seeds.

    The episodes are drawn, J(θ_k) is exact; the level is J* by value iteration.
    """
    task = world(WORLD)
    best = optimal_objective(task)
    rows = {
        name: np.array([train(name, task, seed=seed, updates=updates).curve["objective"] for seed in range(seeds)])
        for name in ALGORITHMS
    }
    level = (f"best possible, {best:.4g}", best)
    lines = [Line(NAMES[name], rows[name], look) for look, name in enumerate(ALGORITHMS)]
    panel = curves(f"Exact J(θ), mean and deviation of {seeds} seeds", "J", lines, level=level)
    told = "; ".join(f"{NAMES[n]} from {rows[n][:, 0].mean():.3g} to {rows[n][:, -1].mean():.3g}" for n in ALGORITHMS)
    alt = (
        f"Exact J of the policy over {updates} updates on the walled grid, mean and deviation of {seeds} seeds: "
        f"{told}. A dotted line shows the best possible J, {best:.4g}."
    )
    return Drawing("Learning curves on the walled grid", [(panel, 5.6)], alt, {**rows, "best": np.array(best)})
