"""The worked example of a statement: a named world at a few parameters, exact values, and an estimate from samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.completing import completed, elements_of, key_of
from numeric.errors import WorldError
from numeric.evaluate import holds, value, values
from numeric.evaluation.models import as_model
from numeric.mdp import FiniteMDP
from numeric.sampling import sample_trajectories
from numeric.worlds import world

__all__ = [
    "Estimate",
    "Setting",
    "agree",
    "completed",
    "describe",
    "drawn",
    "estimate",
    "evaluated",
    "exact",
    "settings",
]

Floats = NDArray[np.float64]
Wire = Any


@dataclass(frozen=True, eq=False)
class Setting:
    """A world at one parameter: π(1) = p = σ(θ) in every state; `model` is what statements are evaluated on."""

    label: str
    mdp: FiniteMDP
    chance: Fraction
    model: Mapping[str, Any]

    @property
    def positive(self) -> bool:
        """Whether every action has a chance."""
        return 0 < self.chance < 1


@dataclass(frozen=True)
class Estimate:
    """The mean of N samples with its standard error, and the seed that gives it again."""

    mean: float
    standard_error: float
    samples: int
    seed: int


_PARAMETERS = {
    "quiz_bandit": {"θ = 0": Fraction(1, 2), "θ = log 2": Fraction(2, 3)},
    "number_line": {"p = 1/2": Fraction(1, 2), "p = 4/5": Fraction(4, 5), "p = 1": Fraction(1)},
    "two_rooms": {"p = 1/2": Fraction(1, 2), "p = 2/3": Fraction(2, 3)},
}
_WORDS = {
    "quiz_bandit": "One state and two actions: r(1) = 1, r(0) = 0, and π_θ(1) = σ(θ). "
    "A statement about one action takes a = 1.",
    "number_line": "Two steps of ±1 from 0, a reward of 1 on arrival at 2, γ = 1; "
    "a step goes right with probability p = σ(θ). A statement about one trajectory takes right, right.",
    "two_rooms": "Two rooms, a reward of 1 in room 1, γ = 1/2, no end; action a leads to room a with probability 3/4, "
    "action 1 is taken with probability p = σ(θ), and it starts in room 0.",
}
_SHOWN = {
    "quiz_bandit": ([0, 0], [1]),
    "number_line": ([2, 3, 4], [1, 1]),
    "two_rooms": ([0, 1, 1], [1, 1]),
}  # the trajectory of a pointwise statement


def settings(name: str) -> tuple[Setting, ...]:
    """The world of this name at the parameters of its worked examples. Raises WorldError for one without any."""
    mdp = world(name)
    if name not in _PARAMETERS:
        raise WorldError(f"the world {name!r} has no worked example; those that do: {', '.join(_PARAMETERS)}")
    if mdp.horizon is None:
        mdp = replace(mdp, horizon=2)  # for what is said of one step
    return tuple(_setting(name, label, mdp, p) for label, p in _PARAMETERS[name].items())


def describe(name: str) -> str:
    """What the worked example is, in one sentence."""
    return _WORDS[name]


def _setting(name: str, label: str, mdp: FiniteMDP, p: Fraction) -> Setting:
    row, slope = [1 - p, p], [-p * (1 - p), p * (1 - p)]
    bend = slope[1] * (1 - 2 * p)  # σ'' = σ(1-σ)(1-2σ)
    states = mdp.initial.shape[0]
    laws = [np.array([r] * states, dtype=object) for r in (row, slope)]
    model = as_model(mdp.initial, mdp.transition, mdp.reward, mdp.discount, mdp.steps, *laws)
    curved = [[[a, s], str(bend if a else -bend)] for a in (0, 1) for s in range(states)]
    model["letters"]["pi/2"]["second"] = curved
    arms = {
        "table": [[[a], str(row[a])] for a in (0, 1)],
        "tangent": [[[a], str(slope[a])] for a in (0, 1)],
        "second": [[[a], str(bend if a else -bend)] for a in (0, 1)],
    }
    model["letters"] |= {"pi/1": arms, "r/1": {"table": [[[0], "0"], [[1], "1"]]}, "f/2": _corner()}
    model["letters"]["r/2"] = _mean_reward(model["letters"]["P/3"]["table"], model["letters"]["r/3"]["table"])
    model["reals"] |= {"p": str(p)} | ({"theta": ["log", str(p / (1 - p))]} if p < 1 else {})
    model["indices"] |= {"t": mdp.steps - 1, "k": 0}
    model["trajectory"] = [list(part) for part in _SHOWN[name]]
    return Setting(label, mdp, p, model)


def _mean_reward(moves: Sequence[Wire], pays: Sequence[Wire]) -> dict[str, Any]:
    """r(s,a) = Σ_s' P(s'|s,a) r(s,a,s')."""
    paid = {tuple(key): Fraction(r) for key, r in pays}
    total: dict[tuple[int, int], Fraction] = {}
    for (after, state, action), chance in moves:
        here = total.get((state, action), Fraction(0))
        total[state, action] = here + Fraction(chance) * paid[state, action, after]
    return {"table": [[list(key), str(r)] for key, r in total.items()]}


def _corner() -> dict[str, Any]:
    """f(a_0, a_1) = 1 for two moves to the right, 0 otherwise."""
    return {"table": [[[i, j], "1" if i == j == 1 else "0"] for i in (-1, 1) for j in (-1, 1)]}


def exact(wire: Wire, setting: Setting, *given: Wire) -> Fraction | float:
    """The value of a term in the setting, completed so that the hypotheses hold."""
    return value(wire, completed(setting.model, wire, *given))


def agree(statement: Wire, setting: Setting, *given: Wire) -> bool:
    """Whether an equation or inequality is true in the setting, completed so that the hypotheses hold."""
    return holds(statement, completed(setting.model, statement, *given))


def estimate(wire: Wire, setting: Setting, samples: int, seed: int, *given: Wire) -> Estimate | None:
    """An expectation or variance estimated from samples; None for a term that is neither.

    Raises UnevaluableError where the term has no value in the world.
    """
    wire = evaluated(wire, setting)
    found = drawn(wire, setting, samples, seed, *given)
    if found is None:
        return None
    mean, spread = float(found.mean()), float(found.var())
    if wire[0] != "Variance":
        return Estimate(mean, sqrt(spread / samples), samples, seed)
    fourth = float(((found - mean) ** 4).mean())
    return Estimate(spread, sqrt(max(fourth - spread**2, 0.0) / samples), samples, seed)


def evaluated(wire: Wire, setting: Setting) -> Wire:
    """What is evaluated at θ = 0, where the setting is there."""
    if wire[0] == "At" and setting.chance == Fraction(1, 2) and wire[3] == ("num", 0, 1):
        return evaluated(wire[1], setting)
    return wire


def drawn(wire: Wire, setting: Setting, samples: int, seed: int, *given: Wire) -> Floats | None:
    """Independent samples of what an expectation or variance is of: [N]; None for a term that is neither."""
    rng = np.random.default_rng(seed)
    if wire[0] == "Expectation":
        return _along_trajectories(wire[1], wire[2], given, setting, samples, rng)
    if wire[0] in ("Mean", "Variance"):
        return _over_a_variable(wire[1:4], given, setting, samples, rng)
    return None


def _along_trajectories(
    body: Wire, process: Wire, given: Sequence[Wire], setting: Setting, samples: int, rng: np.random.Generator
) -> Floats:
    full = completed(setting.model, body, process, *given)
    batch = sample_trajectories(setting.mdp, _policy(process[2], setting, full), samples, rng)
    states = np.concatenate([batch.obs, batch.next_obs[:, -1:]], axis=1)
    return values(body, full, _named(states, process[5]), _named(batch.actions, process[6]))


def _policy(policy: Wire, setting: Setting, model: Mapping[str, Any]) -> Floats:
    """The policy that a process draws from, [S, A]: a letter's table, or the world's own where it is written out."""
    p = float(setting.chance)
    table = np.tile([1 - p, p], (setting.mdp.initial.shape[0], 1))
    if policy[0] == "letter":
        for (action, state), chance in model["letters"][key_of(policy)]["table"]:
            table[state, action] = float(Fraction(chance))
    return table


def _named(indices: NDArray[np.int64], domain: Wire) -> NDArray[np.int64]:
    """Positions in a listed domain as its elements."""
    return indices if domain[2] is None else np.asarray(domain[2])[indices]


def _over_a_variable(
    parts: Wire, given: Sequence[Wire], setting: Setting, samples: int, rng: np.random.Generator
) -> Floats:
    body, var, weight = parts
    full = completed(setting.model, var, body, weight, *given)
    elements = elements_of(full, var[2])
    models = [{**full, "elements": full["elements"] | {var[1]: e}} for e in elements]
    chances = np.array([float(value(weight, m)) for m in models])
    outcomes = np.array([float(value(body, m)) for m in models])
    return outcomes[rng.choice(len(elements), size=samples, p=chances / chances.sum())]
