"""What can be chosen of each algorithm: frozen, validated in the constructor, all plain numbers and names.

Common to all: `learning_rate` α of the `optimiser` "ascent" or "adam"; `entropy` the weight η of the entropy bonus;
`longest`, after which an episode is cut off on an infinite horizon (what it would still earn is worth the critic's
value, or nothing where there is no critic); and on an environment without a model `hidden`, the units of the
networks, and `discount`, the γ of the estimates (a finite MDP has its own). The defaults are for finite MDPs;
`train.default_settings` knows those for networks.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numeric.errors import TrainError

__all__ = [
    "ESTIMATORS",
    "ActorCriticSettings",
    "GRPOSettings",
    "PPOSettings",
    "RLOOSettings",
    "ReinforceSettings",
    "Settings",
]

ESTIMATORS = ("total-return", "reward-to-go", "constant-baseline", "state-baseline", "normalised-returns")


@dataclass(frozen=True)
class ReinforceSettings:
    """One ascent step a batch of `episodes`; `estimator` is one of ESTIMATORS, `critic_rate` for a state baseline."""

    estimator: str = "reward-to-go"
    episodes: int = 64
    learning_rate: float = 0.3
    optimiser: str = "adam"
    critic_rate: float = 0.5
    entropy: float = 0.0
    discount: float = 0.99
    hidden: int = 64
    longest: int = 200

    def __post_init__(self) -> None:
        _choose(self, "estimator", ESTIMATORS)
        _choose(self, "optimiser", ("ascent", "adam"))
        _check(self, whole=("episodes", "hidden", "longest"), positive=("learning_rate", "critic_rate"))
        _check(self, not_negative=("entropy",), unit=("discount",))


@dataclass(frozen=True)
class ActorCriticSettings:
    """One ascent step a batch of `episodes` on advantages estimated with parameter `trace` (λ) from the critic."""

    episodes: int = 64
    learning_rate: float = 0.3
    optimiser: str = "adam"
    critic_rate: float = 0.5
    trace: float = 0.9
    entropy: float = 0.0
    discount: float = 0.99
    hidden: int = 64
    longest: int = 200

    def __post_init__(self) -> None:
        _choose(self, "optimiser", ("ascent", "adam"))
        _check(self, whole=("episodes", "hidden", "longest"), positive=("learning_rate", "critic_rate"))
        _check(self, not_negative=("entropy",), unit=("discount", "trace"))


@dataclass(frozen=True)
class PPOSettings:
    """`epochs` passes over each batch on the clipped surrogate with `clip` ε and advantages by GAE with `trace` λ.

    On a finite MDP a batch is `episodes` episodes and a pass one full-batch step. On an environment without a
    model it is `steps` steps of `environments` environments, and a pass goes through `minibatches` of it.
    """

    episodes: int = 32
    epochs: int = 3
    clip: float = 0.2
    trace: float = 0.8
    learning_rate: float = 0.5
    optimiser: str = "adam"
    critic_rate: float = 0.5
    entropy: float = 0.0
    discount: float = 0.99
    hidden: int = 64
    longest: int = 200
    environments: int = 16
    steps: int = 64
    minibatches: int = 4

    def __post_init__(self) -> None:
        _choose(self, "optimiser", ("ascent", "adam"))
        _check(self, whole=("episodes", "epochs", "hidden", "longest", "environments", "steps", "minibatches"))
        _check(self, positive=("clip", "learning_rate", "critic_rate"))
        _check(self, not_negative=("entropy",), unit=("discount", "trace"))


@dataclass(frozen=True)
class GRPOSettings:
    """`groups` groups of `size` episodes from one start each; advantages standardised inside the group.

    `epochs` passes on the clipped surrogate with `clip` ε, minus `kl` times the divergence from the policy at
    the start of the run, plus `entropy` times the entropy.
    """

    groups: int = 8
    size: int = 8
    epochs: int = 1
    clip: float = 0.2
    learning_rate: float = 0.3
    optimiser: str = "adam"
    kl: float = 0.0
    entropy: float = 0.0
    hidden: int = 64
    longest: int = 200

    def __post_init__(self) -> None:
        _check_groups(self)


@dataclass(frozen=True)
class RLOOSettings:
    """The same as GRPOSettings, with the mean return of the others of the group as baseline, undivided."""

    groups: int = 8
    size: int = 8
    epochs: int = 1
    clip: float = 0.2
    learning_rate: float = 0.3
    optimiser: str = "adam"
    kl: float = 0.0
    entropy: float = 0.0
    hidden: int = 64
    longest: int = 200

    def __post_init__(self) -> None:
        _check_groups(self)


Settings = ReinforceSettings | ActorCriticSettings | PPOSettings | GRPOSettings | RLOOSettings


def _check_groups(settings: GRPOSettings | RLOOSettings) -> None:
    _choose(settings, "optimiser", ("ascent", "adam"))
    _check(settings, whole=("groups", "size", "epochs", "hidden", "longest"), positive=("clip", "learning_rate"))
    _check(settings, not_negative=("kl", "entropy"))
    if settings.size < 2:
        raise TrainError(f"size is {settings.size}; a group needs at least 2 episodes to be compared")


def _choose(settings: Any, name: str, choices: tuple[str, ...]) -> None:
    value = getattr(settings, name)
    if value not in choices:
        raise TrainError(f"{name} is {value!r}; choose one of {', '.join(choices)}")


def _check(
    settings: Any,
    *,
    whole: tuple[str, ...] = (),
    positive: tuple[str, ...] = (),
    not_negative: tuple[str, ...] = (),
    unit: tuple[str, ...] = (),
) -> None:
    for name in whole:
        try:
            object.__setattr__(settings, name, operator.index(getattr(settings, name)))
        except TypeError as cause:
            raise TrainError(f"{name} is {getattr(settings, name)!r}; give an integer >= 1") from cause
    _number(settings, whole, lambda x: x >= 1, "an integer >= 1", int)
    _number(settings, positive, lambda x: 0 < x < float("inf"), "a positive number", float)
    _number(settings, not_negative, lambda x: 0 <= x < float("inf"), "a number >= 0", float)
    _number(settings, unit, lambda x: 0 <= x <= 1, "a number in [0, 1]", float)


def _number(
    settings: Any,
    names: tuple[str, ...],
    holds: Callable[[float], bool],
    what: str,
    kind: type[int] | type[float],
) -> None:
    for name in names:
        value = getattr(settings, name)
        try:
            number = kind(value)
            good = holds(number)
        except (TypeError, ValueError):
            good = False
        if not good:
            raise TrainError(f"{name} is {value!r}; give {what}")
        object.__setattr__(settings, name, number)
