"""What every seed of a run shares, by name: small on its way to another process, and checked before anything starts."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numeric.arms import BANDITS, UCB, Bandit, EpsilonGreedy, Softmax, Strategy, bandit, positive_integer
from numeric.control import value_iteration
from numeric.environments import make_environment, table_mdp
from numeric.errors import TrainError, WorldError
from numeric.mdp import FiniteMDP
from numeric.q_learning import QSettings
from numeric.train import ALGORITHMS, default_settings
from numeric.training.records import Task
from numeric.worlds import WORLDS, world

__all__ = [
    "CONTROL",
    "DETERMINISTIC",
    "NAMES",
    "BanditSettings",
    "Plan",
    "PolicyIterationSettings",
    "ValueIterationSettings",
    "nearest",
    "plan",
]

DETERMINISTIC = ("value-iteration", "policy-iteration")
CONTROL = ("q-learning", *DETERMINISTIC)
NAMES = (*ALGORITHMS, *CONTROL, "bandit")
TABLE_DISCOUNT = 0.99  # of a Gymnasium table on an infinite horizon: its author names none


@dataclass(frozen=True)
class ValueIterationSettings:
    """Sweeps until ‖V - V*‖∞ <= `tolerance` is certain."""

    tolerance: float = 1e-6


@dataclass(frozen=True)
class PolicyIterationSettings:
    """Nothing to choose."""


@dataclass(frozen=True)
class BanditSettings:
    """ε, τ and the scale of UCB of the three ways to choose; the regret of a seed is a mean over `runs` runs."""

    runs: int = 200
    epsilon: float = EpsilonGreedy().epsilon
    temperature: float = Softmax().temperature
    scale: float = UCB().scale

    def __post_init__(self) -> None:
        positive_integer(self.runs, "runs")
        _ = self.strategies

    @property
    def strategies(self) -> dict[str, Strategy]:
        """The three, by the names of their columns."""
        return {
            "epsilon_greedy": EpsilonGreedy(self.epsilon),
            "softmax": Softmax(self.temperature),
            "ucb": UCB(self.scale),
        }


_OWN: dict[str, type[Any]] = {
    "q-learning": QSettings,
    "value-iteration": ValueIterationSettings,
    "policy-iteration": PolicyIterationSettings,
    "bandit": BanditSettings,
}


@dataclass(frozen=True)
class Plan:
    """An algorithm, a world by its name, the settings, and γ where it is not the world's own. Made by `plan`."""

    algorithm: str
    world: str
    settings: Any
    discount: float | None = None

    @property
    def task(self) -> Task:
        """The finite MDP, on an infinite horizon for the algorithms of control, or the environment's name."""
        return _task(self.algorithm in CONTROL, self.world, self.discount)

    @property
    def mdp(self) -> FiniteMDP:
        """The task, where it is a finite MDP. Raises TrainError where there is no model."""
        if isinstance(task := self.task, FiniteMDP):
            return task
        raise TrainError(f"{self.world} has no transition table, which {self.algorithm} needs; train ppo there")

    @property
    def bandit(self) -> Bandit:
        """The arms."""
        return bandit(self.world)

    @property
    def updates(self) -> int:
        """How many updates to make where nobody says."""
        if self.algorithm in DETERMINISTIC:
            return 100_000  # they end by themselves
        return {"q-learning": 1000, "bandit": 1000}.get(self.algorithm, 200)


def plan(
    algorithm: str, world: str, changes: Mapping[str, Any] | Sequence[str] = (), discount: float | None = None
) -> Plan:
    """The plan with the default settings but for `changes`, a mapping or texts NAME=VALUE.

    Hyphens and underscores in a world's name are alike.
    Raises TrainError for an unknown algorithm or setting, WorldError or BanditError for an unknown world, each with
    the nearest names, and what the settings and the world raise.
    """
    if algorithm not in NAMES:
        raise TrainError(
            f"no algorithm is named {algorithm!r}; {nearest(algorithm, NAMES)}the algorithms are {', '.join(NAMES)}"
        )
    name = _canonical(world, BANDITS if algorithm == "bandit" else WORLDS)
    changed: dict[str, Any] = dict(changes if isinstance(changes, Mapping) else map(_assignment, changes))
    if "discount" in changed:
        raise TrainError("the discount is no setting here; give it by itself (--discount)")
    bare = Plan(algorithm, name, None, discount)
    if algorithm == "bandit":
        _ = bare.bandit
        if discount is not None:
            raise TrainError(f"discount is {discount!r}; a bandit has no later reward to discount")
    else:
        _ = bare.task if algorithm in ALGORITHMS else bare.mdp
    settings = _OWN[algorithm]() if algorithm in _OWN else default_settings(algorithm, bare.task)
    if algorithm in ALGORITHMS and isinstance(bare.task, str) and discount is not None:
        changed["discount"] = discount
    made = dataclasses.replace(bare, settings=_changed(algorithm, settings, changed))
    if algorithm == "value-iteration":
        value_iteration(made.mdp, made.settings.tolerance)  # says at once what it cannot solve
    return made


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise TrainError(f"the setting {text!r} has no value; write NAME=VALUE, as learning_rate=0.1")
    return name.strip().replace("-", "_"), value.strip()


def nearest(name: str, names: Iterable[str]) -> str:
    """`did you mean …? `, or nothing where no name is near."""
    near = difflib.get_close_matches(str(name), list(names), cutoff=0.5)
    return f"did you mean {' or '.join(near)}? " if near else ""


def _canonical(name: str, known: Iterable[str]) -> str:
    """The registered name that differs in hyphens, underscores and case alone, else `name` as it is."""
    plain = name.strip().lower().replace("-", "_")
    return next((k for k in known if k == plain), name)


def _changed(algorithm: str, settings: Any, changes: Mapping[str, Any]) -> Any:
    fields = {f.name: type(getattr(settings, f.name)) for f in dataclasses.fields(settings)}
    for name in changes:
        if name not in fields:
            raise TrainError(
                f"{algorithm} has no setting {name!r}; {nearest(name, fields)}"
                f"its settings are {', '.join(f for f in fields if f != 'discount') or 'none'}"
            )
    try:
        typed = {name: _typed(fields[name], value) for name, value in changes.items()}
    except ValueError as cause:
        raise TrainError(f"settings {dict(changes)!r}: {cause}; give numbers where the defaults are numbers") from cause
    return dataclasses.replace(settings, **typed)


def _typed(kind: type[Any], value: Any) -> Any:
    return kind(value) if isinstance(value, str) else value


@functools.lru_cache(maxsize=8)
def _task(endless: bool, name: str, discount: float | None) -> Task:
    task = world(name) if name in WORLDS else _environment(name, endless)
    if not isinstance(task, FiniteMDP):
        return task
    gamma = task.discount if discount is None else discount
    return dataclasses.replace(task, discount=gamma, horizon=None if endless else task.horizon)


def _environment(name: str, endless: bool) -> Task:
    """The table of a Gymnasium environment that has one, with the limit on its steps as T, else its name."""
    if not re.search(r"-v\d+$", name):
        raise WorldError(
            f"no world is named {name!r}; {nearest(name.replace('-', '_'), WORLDS)}the worlds are "
            f"{', '.join(WORLDS)}, and Gymnasium's environments with discrete actions, as CartPole-v1"
        )
    environment = make_environment(name)
    try:
        if not hasattr(environment.unwrapped, "P"):
            return name
        limit = None if endless else environment.spec.max_episode_steps
        return table_mdp(environment, discount=TABLE_DISCOUNT if endless else 1.0, horizon=limit)
    finally:
        environment.close()
