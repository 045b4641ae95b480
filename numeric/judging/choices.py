"""E over an estimator's own randomness: `choose` replays every sequence of choices once, with its chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numeric.errors import EstimatorError

__all__ = ["Chooser"]

MOST_SEQUENCES = 4096


class Chooser:
    """The handle `choose`. After each run `next_sequence` moves on, until every sequence has been run."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """The first sequence of a new batch."""
        self._script: list[int] = []
        self._laws: list[list[float]] = []
        self._depth, self._runs = 0, 0

    @property
    def chance(self) -> float:
        """The probability of the sequence just run."""
        return float(np.prod([law[i] for law, i in zip(self._laws, self._script, strict=True)]))

    @property
    def used(self) -> bool:
        """Whether the last run drew at all."""
        return bool(self._script)

    def __call__(self, options: int | Sequence[float]) -> int:
        """An index: of `options` equally likely ones, or with the chances `options`."""
        law = [1 / options] * options if isinstance(options, int) else [float(p) for p in options]
        if not law or min(law) < 0 or abs(sum(law) - 1) > 1e-9:
            raise EstimatorError(f"chooses from {options!r}; give a number of options, or chances that sum to 1")
        if self._depth == len(self._script):
            self._script.append(_following(law, -1))
            self._laws.append(law)
        self._depth += 1
        return self._script[self._depth - 1]

    def next_sequence(self) -> bool:
        """Prepares the next sequence of choices; False when all have been run."""
        self._runs += 1
        if self._runs > MOST_SEQUENCES:
            raise EstimatorError(
                f"makes more than {MOST_SEQUENCES:,} sequences of choices on one batch; choose less often"
            )
        self._script, self._laws = self._script[: self._depth], self._laws[: self._depth]
        self._depth = 0
        while self._script:
            following = _following(self._laws[-1], self._script[-1])
            if following < len(self._laws[-1]):
                self._script[-1] = following
                return True
            self._script.pop()
            self._laws.pop()
        return False


def _following(law: list[float], index: int) -> int:
    """The next index with a chance."""
    index += 1
    while index < len(law) and law[index] == 0:
        index += 1
    return index
