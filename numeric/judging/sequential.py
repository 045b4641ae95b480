"""Tests of E[X] = 0 that may stop at any time, and how many samples a bias needs.

Two bounds on bounded independent samples, both valid at every sample size at once (Waudby-Smith & Ramdas 2024,
JRSS B 86(1)): the capital of a gambler who bets against mean zero, which reaches 1/α with probability at most α when
the mean is zero; and the empirical Bernstein confidence sequence, which leaves the mean with probability at most β.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["BettingTest", "samples_needed"]

Floats = NDArray[np.float64]


class BettingTest:
    """X in [-R, R]^d: `reject` once mean zero is refuted at `alpha`; `width` bounds |mean - estimate| at `beta`.

    Bets are fixed before the block of samples that they are placed on, so the capital is a martingale under mean zero.
    """

    def __init__(self, coordinates: int, bound: float, alpha: float, beta: float):
        self.bound, self.alpha, self.beta = bound, alpha, beta
        self.samples = 0
        self._log_capital = np.zeros((2, coordinates))
        self._sum, self._squares = np.zeros(coordinates), np.zeros(coordinates)
        self._weighted, self._weights = np.zeros(coordinates), np.zeros(coordinates)
        self._penalty = np.zeros(coordinates)

    def add(self, block: Floats) -> None:
        """Samples [n, d]. Raises ValueError when one lies outside the bound."""
        if np.abs(block).max() > self.bound:
            raise ValueError(f"a sample of size {np.abs(block).max()} lies outside the bound {self.bound}")
        x = block / self.bound
        mean, spread = self._sum / (self.samples + 1), (self._squares + 0.25) / (self.samples + 1)
        variance = np.maximum(spread - mean**2, 1e-4)
        bets = np.clip(mean / (variance + mean**2), -0.75, 0.75)
        for row, sign in enumerate((1, -1)):
            bet = np.maximum(sign * bets, 0.0) if self.samples else np.zeros_like(bets)
            self._log_capital[row] += np.log1p(sign * bet * x).sum(axis=0)
        self._widen(x, mean, variance)
        self._sum += x.sum(axis=0)
        self._squares += (x**2).sum(axis=0)
        self.samples += len(x)

    def _widen(self, x: Floats, mean: Floats, variance: Floats) -> None:
        """Empirical Bernstein on y = (x + 1) / 2 in [0, 1]: Σ λ y / Σ λ ± (log(2/β) + 4 Σ (y - m)² ψ(λ)) / Σ λ."""
        share = math.log(2 * len(mean) / self.beta)
        time = self.samples + np.arange(1, len(x) + 1)[:, None]
        rate = np.minimum(np.sqrt(2 * share / (variance / 4 * time * np.log1p(time))), 0.5)
        y, centre = (x + 1) / 2, (mean + 1) / 2
        self._weighted += (rate * x).sum(axis=0)
        self._weights += rate.sum(axis=0)
        self._penalty += ((y - centre) ** 2 * (-np.log1p(-rate) - rate)).sum(axis=0)

    @property
    def rejects(self) -> bool:
        """Whether mean zero is refuted: the mean capital over coordinates and signs is at least 1/α."""
        largest = self._log_capital.max()
        capital = largest + math.log(np.exp(self._log_capital - largest).mean())
        return bool(capital >= math.log(1 / self.alpha))

    @property
    def estimate(self) -> Floats:
        """The weighted mean that `width` is about: [d]."""
        return self.bound * self._weighted / np.maximum(self._weights, 1e-300)

    @property
    def width(self) -> float:
        """The half-width of the confidence sequence, the largest over coordinates."""
        share = math.log(2 * len(self._sum) / self.beta)
        widths = 2 * (share + self._penalty) / np.maximum(self._weights, 1e-300)
        return float(self.bound * widths.max())


def samples_needed(
    bias: float, spread: float, bound: float, *, alpha: float = 1e-3, beta: float = 1e-3, coordinates: int = 1
) -> int:
    """How many samples show a bias of this size, given the standard deviation and the bound of a sample.

    By Bernstein's inequality on both sides, doubled because the test may stop at any time.
    """
    if min(bias, bound) <= 0 or spread < 0:
        raise ValueError(f"bias {bias}, spread {spread}, bound {bound}: give positive numbers")
    shares = math.sqrt(math.log(2 * coordinates / alpha)) + math.sqrt(math.log(1 / beta))
    bernstein = 2 * (spread / bias) ** 2 + (4 / 3) * (bound / bias)
    return math.ceil(2 * bernstein * shares**2 / 2)
