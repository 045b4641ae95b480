"""Which figure shows a run: what is drawn beside what, and the words that say it to those who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numeric import animation, plots
from numeric.arms import BANDITS, BernoulliBandit
from numeric.bandits import exact_regret, ucb1_bound
from numeric.mdp import FiniteMDP
from numeric.running.archive import replaced
from numeric.running.boards import board
from numeric.running.learners import policy
from numeric.running.plan import Plan
from numeric.training.records import State
from numeric.worlds import WORLDS

__all__ = ["draw"]

Floats = NDArray[np.float64]
Curve = dict[str, Floats]
Panels = list[tuple[plots.Panel, float]]

EXACT_PULLS = 40  # of every way to choose, by dynamic programming
FEW_STATES = 8
WORDS = {"epsilon_greedy": "ε-greedy", "softmax": "softmax", "ucb": "UCB"}


def draw(
    plan: Plan, curves: Sequence[Curve], states: Sequence[State], best: float | None, folder: Path, *, film: bool
) -> dict[Path, str]:
    """Writes learning.svg, learning.pdf and, with `film`, policy.gif where there is one: each with its text."""
    shown = min(len(curve["update"]) for curve in curves)
    rows = {name: np.array([curve[name][:shown] for curve in curves if name in curve]) for name in curves[0]}
    title = f"{_spoken(plan.algorithm)} on {_spoken_world(plan.world)}"
    panels, words = _regret(plan, rows) if plan.algorithm == "bandit" else _learning(plan, rows, best)
    mean = _mean_policy(plan, states)
    if mean is not None:
        panels, words = _with_policy(plan, mean, len(states), panels, words)
    alt = f"{title}, {len(curves)} seed{'s' * (len(curves) > 1)}, {shown} updates. " + " ".join(words)
    with plots.styled():
        made = plots.figure(title, panels)
        written = plots.files(made, title, alt)
    pictures = {}
    for suffix, data in written.items():
        replaced(folder / f"learning{suffix}", data)
        pictures[folder / f"learning{suffix}"] = alt
    return pictures | (_moving(plan, states, folder) if film else {})


def _moving(plan: Plan, states: Sequence[State], folder: Path) -> dict[Path, str]:
    if plan.algorithm == "bandit":
        return {}
    film = animation.film(plan, states[0])
    if film is None:
        return {}
    data, alt = film
    replaced(folder / "policy.gif", data)
    return {folder / "policy.gif": alt}


def _learning(plan: Plan, rows: Curve, best: float | None) -> tuple[Panels, list[str]]:
    lines, words, panels = [], [], Panels()
    modelled = np.isfinite(rows["objective"]).any()
    of = {"q-learning": "greedy policy", "value-iteration": "greedy policy", "policy-iteration": "policy k"}
    if np.isfinite(rows["mean_return"]).any():
        window = max(1, rows["mean_return"].shape[1] // 50) if plan.algorithm == "q-learning" else 1
        what = f"return, mean of {window} episodes" if window > 1 else "return of the batch"
        what = what if modelled else "return, mean of the last 100 episodes"
        shown = _smoothed(rows["mean_return"], window) if window > 1 else rows["mean_return"]
        lines.append(plots.Line(what, shown))
        words.append(_moved(what, rows["mean_return"]))
    if modelled:
        what = f"exact J of the {of[plan.algorithm]}" if plan.algorithm in of else "exact J(θ) of the same θ"
        lines.append(plots.Line(what, rows["objective"], 1, band=not lines))
        words.append(_moved(what, rows["objective"]))
    level = None if best is None else (f"best possible, {best:.4g}", best)
    if level:
        words.append(f"The best possible J is {best:.4g}.")
    if not lines:
        lines.append(plots.Line("no episode has ended yet", rows["mean_return"]))
        words.append("No episode has ended yet.")
    xlabel = {"q-learning": "episode", "value-iteration": "sweep"}.get(plan.algorithm, "update")
    seeds = len(rows["update"])
    over = f"Return, mean and deviation of {seeds} seeds" if seeds > 1 else "Return"
    panels.append((plots.curves(over, "return", lines, xlabel=xlabel, level=level), 4.4))
    if "distance" in rows and plan.algorithm != "policy-iteration":
        panels.append((_distances(plan, rows), 3.6))
        words.append(_moved("the distance to the optimal values", rows["distance"]))
    return panels, words


def _distances(plan: Plan, rows: Curve) -> plots.Panel:
    letter, k = ("V", "sweep") if plan.algorithm == "value-iteration" else ("Q", "episode")
    lines = [plots.Line(rf"$\|{letter} - {letter}^*\|_\infty$", rows["distance"], 1)]
    if "bound" in rows:
        lines.append(plots.Line(r"bound $\frac{\gamma}{1-\gamma}\|V_k - V_{k-1}\|_\infty$", rows["bound"], 2))
    least, most = np.nanmin(rows["distance"]), np.nanmax(rows["distance"])
    draw_as = plots.curves if least > most / 10 else plots.log_curves
    return draw_as("Distance to the optimum", "largest error", lines, xlabel=k)


def _regret(plan: Plan, rows: Curve) -> tuple[Panels, list[str]]:
    ways = plan.settings.strategies
    lines = [plots.Line(WORDS[n], rows[f"regret_{n}"], look) for n, look in zip(ways, (0, 2, 1), strict=True)]
    words = [_moved(f"regret of {WORDS[n]}", rows[f"regret_{n}"]) for n in ways]
    count, arms = rows["update"].shape[1], plan.bandit
    exact, bound = [], None
    if isinstance(arms, BernoulliBandit):
        pulls = min(count, EXACT_PULLS)
        exact = [("exact, by dynamic programming", exact_regret(arms, way, pulls).mean[1:]) for way in ways.values()]
        bound = ("bound of UCB1", np.array([ucb1_bound(arms, n) for n in range(1, count + 1)]))
        words.append(f"Circles show the exact regret of the first {pulls} pulls.")
    over = f"mean of {plan.settings.runs} runs × {len(rows['update'])} seeds"
    logs = plots.log_curves(
        "The same on logarithmic axes", "regret", lines, xlabel="pull", dots=exact, bound=bound, both=True, named=False
    )
    return [(plots.curves(f"Regret: {over}", "regret", lines, xlabel="pull"), 4.2), (logs, 4.2)], words


def _mean_policy(plan: Plan, states: Sequence[State]) -> Floats | None:
    """The mean over the seeds of π, where a policy is a table."""
    if plan.algorithm == "bandit" or not isinstance(plan.task, FiniteMDP):
        return None
    mean: Floats = np.mean([policy(plan, state) for state in states], axis=0)
    return mean


def _with_policy(plan: Plan, mean: Floats, seeds: int, panels: Panels, words: list[str]) -> tuple[Panels, list[str]]:
    ends, plane = plan.mdp.terminal, board(plan.world)
    title = f"Policy learnt{f', mean of {seeds} seeds' if seeds > 1 else ''}"
    if plane is not None:
        wide = float(np.clip(2.5 * len(plane.picture[0]) / len(plane.picture), 2.9, 5))
        return [*panels, (plots.arrows(title, plane, mean, ends), wide)], [
            *words,
            "Arrows show the policy on the grid.",
        ]
    if (~ends).sum() <= FEW_STATES:
        shown = mean[~ends]
        told = "; ".join(f"state {s}: {', '.join(f'{p:.2f}' for p in mean[s])}" for s in np.flatnonzero(~ends))
        return [*panels, (plots.table(title, shown), 2.6)], [*words, f"A table shows the policy: {told}."]
    return panels, words


def _smoothed(rows: Floats, window: int) -> Floats:
    """The mean of the last `window` numbers, of fewer at the beginning."""
    total = np.cumsum(np.pad(rows, ((0, 0), (1, 0))), axis=1)
    end = np.arange(1, rows.shape[1] + 1)
    start = np.maximum(end - window, 0)
    smooth: Floats = (total[:, end] - total[:, start]) / (end - start)
    return smooth


def _moved(what: str, rows: Floats) -> str:
    known = rows[:, np.isfinite(rows).any(axis=0)]
    with np.errstate(invalid="ignore"):
        first, last = np.nanmean(known[:, 0]), np.nanmean(known[:, -1])
    return f"{what[0].upper()}{what[1:]}: from {first:.4g} to {last:.4g}."


def _spoken_world(world: str) -> str:
    """`the walled grid`; an environment keeps its name."""
    names = {"bernoulli_bandit": "Bernoulli bandit", "gaussian_bandit": "Gaussian bandit", "random_mdp": "random MDP"}
    names["walled_grid_7"] = "7 × 7 walled grid"
    return f"the {names.get(world, world.replace('_', ' '))}" if world in {*WORLDS, *BANDITS} else world


def _spoken(algorithm: str) -> str:
    known = {
        "reinforce": "REINFORCE",
        "ppo": "PPO",
        "grpo": "GRPO",
        "rloo": "RLOO",
        "q-learning": "Q-learning",
        "bandit": "Regret",
    }
    return known.get(algorithm, algorithm.replace("-", " ").capitalize())
