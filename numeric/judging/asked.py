"""How a function is to be judged, checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numeric.errors import EstimatorError
from numeric.judging.arrays_kind import advantage, gradient_array, value_target
from numeric.judging.case import Case
from numeric.judging.jax_kind import JaxLoss
from numeric.judging.objectives import named
from numeric.judging.targets import target_named
from numeric.judging.torch_kind import TorchLoss
from numeric.judging.trial import Question

__all__ = ["KINDS", "Announce", "Asked"]

Announce = Callable[[Case], None]

KINDS = ("advantage", "numpy", "torch", "jax", "value_target")
MODULES = {"torch": "torch", "jax": "jax"}


@dataclass(frozen=True)
class Asked:
    """What a function is judged by. `off_policy` and `truncation`: None follows what the function reads.

    A function that reads `behaviour_logp` gets batches drawn by the behaviour policy; one that reads `next_values`, or
    both `values` and `truncated`, gets batches some of which are truncated. `critic` is "exact" or "arbitrary".
    """

    kind: str
    objective: str | Callable[..., Any] | None = None
    batch: int = 1
    shared_start: bool = False
    mdps: int = 50
    seed: int = 0
    timeout: float = 60.0
    off_policy: bool | None = None
    truncation: bool | None = None
    critic: str = "exact"
    compare: bool = False  # with the variances of the library's own estimators

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise EstimatorError(f"kind is {self.kind!r}; the known kinds are {', '.join(KINDS)}")
        for name in ("batch", "mdps"):
            number = getattr(self, name)
            if not isinstance(number, int) or number < 1:
                raise EstimatorError(f"{name} is {number!r}; give an integer >= 1")
        if self.critic not in ("exact", "arbitrary"):
            raise EstimatorError(f"critic is {self.critic!r}; it is 'exact' or 'arbitrary'")
        if self.kind in MODULES:
            _needed(self.kind)

    def question(self) -> Question:
        """The kind as a function, and what its answers are compared with."""
        if self.kind == "value_target":
            return Question(
                value_target,
                target_named(self.objective if self.objective is None else str(self.objective)),
                self.batch,
                self.shared_start,
            )
        objective = named(self.objective, self.batch, self.shared_start)
        kinds = {"advantage": advantage, "numpy": gradient_array}
        kind = kinds.get(self.kind) or (TorchLoss if self.kind == "torch" else JaxLoss)(objective.minimised)
        return Question(kind, objective, self.batch, self.shared_start)


def _needed(kind: str) -> None:
    from importlib.util import find_spec

    if find_spec(MODULES[kind]) is None:
        raise EstimatorError(f"kind is {kind!r}, and {MODULES[kind]} is not installed; pip install 'derive[{kind}]'")
