"""The figures of this project by name: each is drawn from exact values, and says in words what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from numeric.figures.clip import clip_objective
from numeric.figures.estimates import bandit_estimators, estimators_compared
from numeric.figures.field import gradient_field
from numeric.figures.learning import learning_curves, regret
from numeric.figures.monte_carlo import monte_carlo
from numeric.plots import Drawing

__all__ = [
    "FIGURES",
    "bandit_estimators",
    "clip_objective",
    "estimators_compared",
    "gradient_field",
    "learning_curves",
    "monte_carlo",
    "regret",
]

FIGURES: Mapping[str, Callable[[], Drawing]] = {
    "bandit_estimators": bandit_estimators,
    "estimators_compared": estimators_compared,
    "clip_objective": clip_objective,
    "gradient_field": gradient_field,
    "regret": regret,
    "learning_curves": learning_curves,
}
"""What `derive figure` draws; `monte_carlo` needs samples, and is drawn where there are some."""
