"""Bandits, one state and K arms, and ways to choose among the arms: the laws, without any drawing."""

from __future__ import annotations

import difflib
import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.errors import BanditError
from numeric.worlds import BERNOULLI_MEANS, GAUSSIAN_DEVIATION, GAUSSIAN_MEANS

__all__ = [
    "BANDITS",
    "UCB",
    "Bandit",
    "BernoulliBandit",
    "EpsilonGreedy",
    "GaussianBandit",
    "Softmax",
    "Strategy",
    "bandit",
    "choice_law",
    "gaps",
    "gaussian_testbed",
    "positive_integer",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BernoulliBandit:
    """P(r = 1 | a) = means[a], r = 0 otherwise. Raises BanditError for no arm, or a mean outside [0, 1]."""

    means: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "means", _means(self.means))
        if not all(0 <= mean <= 1 for mean in self.means):
            raise BanditError(f"means is {self.means}; the mean of a Bernoulli arm is in [0, 1]")


@dataclass(frozen=True)
class GaussianBandit:
    """r ~ N(means[a], deviation²). Raises BanditError for no arm, a mean that is not finite, a deviation below 0."""

    means: tuple[float, ...]
    deviation: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "means", _means(self.means))
        if not 0 <= self.deviation < np.inf:
            raise BanditError(f"deviation is {self.deviation!r}; give a number >= 0")


@dataclass(frozen=True)
class EpsilonGreedy:
    """π(a) = ε/K + (1-ε) 1{a = argmax μ̂}: the first of equals; an arm never pulled has μ̂ = 0.

    Source: Sutton & Barto 2018, §2.2 and §2.4.
    """

    epsilon: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.epsilon <= 1:
            raise BanditError(f"epsilon is {self.epsilon!r}; give a probability")


@dataclass(frozen=True)
class Softmax:
    """π(a) = exp(μ̂_a / τ) / Σ_b exp(μ̂_b / τ): an arm never pulled has μ̂ = 0. Source: Sutton & Barto 1998, §2.3."""

    temperature: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.temperature < np.inf:
            raise BanditError(f"temperature is {self.temperature!r}; give a number above 0")


@dataclass(frozen=True)
class UCB:
    """argmax_a μ̂_a + scale √(log t / n_a), t the pulls so far, after each arm once in order; the first of equals.

    The default scale √2 is UCB1. Source: Auer, Cesa-Bianchi & Fischer 2002, Machine Learning 47, figure 1.
    """

    scale: float = float(np.sqrt(2))

    def __post_init__(self) -> None:
        if not 0 <= self.scale < np.inf:
            raise BanditError(f"scale is {self.scale!r}; give a number >= 0")


Bandit = BernoulliBandit | GaussianBandit
Strategy = EpsilonGreedy | Softmax | UCB


def choice_law(strategy: Strategy, counts: NDArray[np.number], totals: NDArray[np.number]) -> Floats:
    """π(a | n, Σ r): the law of the next arm, given pulls n and summed rewards of each arm, [..., K] to [..., K]."""
    n = np.asarray(counts, dtype=np.float64)
    means = np.divide(totals, n, out=np.zeros(n.shape), where=n > 0)
    arms = n.shape[-1]
    if isinstance(strategy, Softmax):
        weights = np.exp((means - means.max(axis=-1, keepdims=True)) / strategy.temperature)
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True), dtype=np.float64)
    if isinstance(strategy, EpsilonGreedy):
        greedy = np.eye(arms)[means.argmax(axis=-1)]
        return strategy.epsilon / arms + (1 - strategy.epsilon) * greedy
    pulled, once = np.maximum(n.sum(axis=-1, keepdims=True), 1), np.maximum(n, 1)
    index = np.where(n > 0, means + strategy.scale * np.sqrt(np.log(pulled) / once), np.inf)
    return np.eye(arms)[index.argmax(axis=-1)]


def gaps(bandit: Bandit) -> Floats:
    """Δ_a = max_b μ_b - μ_a: [K]."""
    means = np.array(bandit.means)
    lost: Floats = means.max() - means
    return lost


def gaussian_testbed(rng: np.random.Generator, arms: int = 5) -> GaussianBandit:
    """μ_a ~ N(1, 1/4), r ~ N(μ_a, 0.09): a bandit drawn as the source text draws its own.

    Source: "Reinforcement Learning from Scratch: Teaching Machines to Learn from Consequences", section The
    Exploration-Exploitation Dilemma.
    """
    return GaussianBandit(tuple(1 + rng.normal(size=positive_integer(arms, "arms")) / 2), GAUSSIAN_DEVIATION)


def _means(means: object) -> tuple[float, ...]:
    array = np.asarray(means, dtype=np.float64)
    if array.ndim != 1 or array.size == 0 or not np.isfinite(array).all():
        raise BanditError(f"means is {means!r}; give one finite mean per arm")
    return tuple(array.tolist())


def positive_integer(value: int, what: str) -> int:
    """`value` as an integer >= 1. Raises BanditError, naming it."""
    try:
        count = operator.index(value)
    except TypeError as cause:
        raise BanditError(f"{what} is {value!r}; give an integer >= 1") from cause
    if count < 1:
        raise BanditError(f"{what} is {value!r}; give an integer >= 1")
    return count


BANDITS: dict[str, Bandit] = {
    "quiz_bandit": BernoulliBandit((0.0, 1.0)),
    "bernoulli_bandit": BernoulliBandit(BERNOULLI_MEANS),
    "gaussian_bandit": GaussianBandit(GAUSSIAN_MEANS, GAUSSIAN_DEVIATION),
}


def bandit(name: str) -> Bandit:
    """The bandit of this name in BANDITS. Raises BanditError, with the names, when there is none."""
    if name not in BANDITS:
        near = difflib.get_close_matches(name, BANDITS, cutoff=0.5) or list(BANDITS)
        raise BanditError(f"no bandit is named {name!r}; did you mean {' or '.join(near)}?")
    return BANDITS[name]
