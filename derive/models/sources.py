"""Where the numbers of a random model come from: residues, or small fractions of several characters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from flint import fmpq, nmod

from derive.models.numbers import PRIME


@dataclass(frozen=True)
class Source:
    """Where numbers come from: any number, k weights that sum to one, k tangents that sum to zero."""

    number: Callable[[Random], Any]
    weights: Callable[[Random, int], list[Any]]
    slopes: Callable[[Random, int], list[Any]]
    fraction: Callable[[Random], Any]  # a number such as a discount
    change: Callable[[Random], Any] | None = None  # a derivative of a number, where that is not any number

    def within(self, lower: fmpq | None, upper: fmpq | None) -> Source:
        """The same, but numbers between two (None: no end), which are drawn too."""

        def squeezed(draw: Callable[[Random], Any]) -> Callable[[Random], Any]:
            return lambda rng: _squeezed(rng, draw(rng), lower, upper)

        change = self.change or self.number
        return replace(self, number=squeezed(self.number), fraction=squeezed(self.fraction), change=change)


def _squeezed(rng: Random, number: fmpq, lower: fmpq | None, upper: fmpq | None) -> fmpq:
    if lower is not None and number < lower:
        return 2 * lower - number if upper is None else lower + (upper - lower) * fmpq(rng.randint(0, 6), 6)
    if upper is not None and number > upper:
        return 2 * upper - number if lower is None else lower + (upper - lower) * fmpq(rng.randint(0, 6), 6)
    return number


SAMPLES = 2**60  # how many residues are drawn from


def _residue(rng: Random) -> nmod:
    return nmod(rng.getrandbits(60) + 1, PRIME)


def _residue_weights(rng: Random, k: int) -> list[nmod]:
    found = [_residue(rng) for _ in range(k - 1)]
    return [*found, nmod(1, PRIME) - sum(found, nmod(0, PRIME))]


def _residue_slopes(rng: Random, k: int) -> list[nmod]:
    found = [_residue(rng) for _ in range(k - 1)]
    return [*found, -sum(found, nmod(0, PRIME))]


def _rational_weights(rng: Random, k: int) -> list[fmpq]:
    found = [rng.randint(1, 9) for _ in range(k)]
    return [fmpq(n, sum(found)) for n in found]


def _rational_slopes(rng: Random, k: int) -> list[fmpq]:
    found = [fmpq(rng.randint(-6, 6), 6) for _ in range(k - 1)]
    return [*found, -sum(found, fmpq(0))]


def _signed(rng: Random) -> fmpq:
    return fmpq(rng.choice([-1, 1]) * rng.randint(1, 9), rng.randint(1, 4))


def _positive(rng: Random) -> fmpq:
    return fmpq(rng.randint(1, 9), rng.randint(1, 4))


def _discount(rng: Random) -> fmpq:
    q = rng.randint(2, 7)
    return fmpq(rng.randint(1, q - 1), q)


def _sparse_number(rng: Random) -> fmpq:
    return rng.choice([fmpq(0), fmpq(0), fmpq(1), fmpq(1), fmpq(-1), fmpq(1, 2), fmpq(2)])


def _sparse_weights(rng: Random, k: int) -> list[fmpq]:
    chosen = rng.sample(range(k), rng.randint(1, k))
    return [fmpq(1, len(chosen)) if i in chosen else fmpq(0) for i in range(k)]


def _vanishing_weights(rng: Random, k: int) -> list[fmpq]:
    """Uniform on a part of the row that is not all of it, where the row has two entries or more."""
    chosen = rng.sample(range(k), rng.randint(1, max(1, k - 1)))
    return [fmpq(int(i in chosen), len(chosen)) for i in range(k)]


RESIDUE = Source(_residue, _residue_weights, _residue_slopes, _residue)
SIGNED = Source(_signed, _rational_weights, _rational_slopes, _discount)
POSITIVE = Source(_positive, _rational_weights, _rational_slopes, _discount)
SPARSE = Source(_sparse_number, _sparse_weights, _rational_slopes, lambda rng: rng.choice([fmpq(1), fmpq(1, 2)]))


def _near_one(rng: Random, k: int) -> list[fmpq]:
    """Almost certain: one entry has nearly all."""
    chosen = rng.randrange(k)
    return [fmpq(100 - (k - 1) if i == chosen else 1, 100) for i in range(k)]


EXTREME = Source(
    lambda rng: rng.choice([fmpq(-10), fmpq(-1), fmpq(0), fmpq(1, 10), fmpq(1), fmpq(10)]),
    _near_one,
    lambda rng, k: [10 * x for x in _rational_slopes(rng, k)],
    lambda rng: rng.choice([fmpq(1, 10), fmpq(9, 10), fmpq(99, 100)]),
)
VANISHING = replace(SPARSE, weights=_vanishing_weights)

# What the field means by these names: no identity is refuted by a negative temperature.
BELOW_ONE = frozenset({"gamma", "lambda", "epsilon", "p"})
ABOVE_ZERO = frozenset({"alpha", "beta", "eta", "kappa", "sigma", "tau"})
