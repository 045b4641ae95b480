"""The batch `b` that an estimator is given: read-only arrays [N, T], cut out when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.judging.rollouts import FIELDS, Rollouts

__all__ = ["Batch", "ChangedBatch", "Choose", "Pool", "no_choice"]

Integers = NDArray[np.int64]
Choose = Callable[..., int]


class ChangedBatch(EstimatorError):
    """The estimator wrote to its batch."""


class Pool:
    """Batches of one case: row i holds the trajectories `rows[i]` [B, N]. Remembers which fields were read."""

    def __init__(self, rollouts: Rollouts, rows: Integers, convert: Callable[[NDArray[Any]], Any] | None = None):
        self.rollouts = rollouts
        self.rows = rows
        self.gamma: Any = rollouts.gamma
        self.reads: set[str] = set()
        self._convert = convert
        self._fields: dict[str, Any] = {}

    def field(self, name: str) -> Any:
        """All batches' `name`: [B, N, T], converted for the kind."""
        found = self._fields.get(name)
        if found is None:
            found = self.array(name)
            if self._convert is not None:
                found = self._convert(found)
            self._fields[name] = found
        return found

    def array(self, name: str) -> NDArray[Any]:
        """All batches' `name` as a read-only NumPy array."""
        array: NDArray[Any] = self.rollouts.arrays[name][self.rows]
        array.flags.writeable = False
        return array

    def written(self) -> str | None:
        """The name of a field that no longer holds what it held, by way of memory that was shared."""
        for name, found in self._fields.items():
            if isinstance(found, np.ndarray) and not np.array_equal(found, self.rollouts.arrays[name][self.rows]):
                return name
        return None


def no_choice(options: int | Sequence[float]) -> int:
    """The handle of an estimator that was not seen to draw before."""
    raise EstimatorError("draws by `choose` here, but not at its first calls; draw on every call or on none")


class Batch:
    """N trajectories in padded arrays [N, T]: `obs, actions, rewards, next_obs, terminated, truncated, mask, logp,
    logits [N, T, A], values, next_values, behaviour_logp, ref_logp`, and `gamma`.

    In the padding, where `mask` is False, rewards are 0 and the rest is valid but arbitrary. `choose(n)` is a random
    index below n, `choose([p, q, ...])` one with these chances: the judge takes the expectation over it exactly.
    """

    def __init__(self, pool: Pool, number: int, choose: Choose = no_choice, given: dict[str, Any] | None = None):
        own = self.__dict__
        own["_pool"], own["_number"], own["choose"] = pool, number, choose
        own["gamma"] = pool.gamma
        if given is not None:
            pool_fields = dict(given)
            own["_given"] = pool_fields

    def __getattr__(self, name: str) -> Any:
        if name not in FIELDS:
            if name.startswith("_"):
                raise AttributeError(name)
            raise AttributeError(f"the batch has no {name!r}; it has {', '.join(FIELDS)}, gamma and choose")
        pool: Pool = self.__dict__["_pool"]
        pool.reads.add(name)
        given = self.__dict__.get("_given")
        if "_whole" in self.__dict__:
            whole, rows = self.__dict__["_whole"]
            value = getattr(whole, name)[rows]
        else:
            value = given[name] if given is not None else pool.field(name)[self.__dict__["_number"]]
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        raise ChangedBatch(f"assigns b.{name}")

    def __delattr__(self, name: str) -> None:
        raise ChangedBatch(f"deletes b.{name}")

    def __len__(self) -> int:
        """N."""
        number = int(self.__dict__["_pool"].rows.shape[1])
        return len(np.arange(number)[self.__dict__["_whole"][1]]) if "_whole" in self.__dict__ else number

    def select(self, rows: Any) -> Batch:
        """The batch of these trajectories, in this order: a slice, indices, or a mask [N]."""
        other = Batch(self._pool, self._number, self.choose)
        other.__dict__["_whole"] = (self, rows)
        other.__dict__["gamma"] = self.gamma
        return other

    def replace(self, **changes: Any) -> Batch:
        """The same batch with other arrays in some fields: `b.replace(rewards=...)`."""
        other = Batch(self._pool, self._number, self.choose, self.__dict__.get("_given"))
        if "_whole" in self.__dict__:
            other.__dict__["_whole"] = self.__dict__["_whole"]
        other.__dict__["gamma"] = self.gamma
        for name, value in changes.items():
            if name not in (*FIELDS, "gamma"):
                raise EstimatorError(f"replaces {name!r}, which no batch has; fields are {', '.join(FIELDS)}, gamma")
            other.__dict__[name] = value
        return other

    def __repr__(self) -> str:
        return f"Batch(N={len(self)}, T={self._pool.rollouts.arrays['mask'].shape[1]}, gamma={self.gamma:g})"
