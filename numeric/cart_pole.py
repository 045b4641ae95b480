"""The cart and its pole, and how a small network learns to keep it up: REINFORCE, and with a critic as baseline.

The state is (x, ẋ, φ, φ̇) in metres and radians; a push is ±10 newton for 0.02 s; an episode ends when |x| > 2.4, when
|φ| > 12°, or after 200 pushes, each of which pays 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.errors import TrainError
from numeric.networks import Network, backward, forward, initial_weights
from numeric.optimisers import adam
from numeric.returns import rewards_to_go

__all__ = ["LONGEST", "METHODS", "Balance", "balance", "fallen", "push"]

Floats = NDArray[np.float64]
METHODS = ("reinforce", "actor-critic")
GRAVITY, FORCE, TICK = 9.8, 10.0, 0.02
CART, POLE, HALF = 1.0, 0.1, 0.5  # kilograms of cart and pole, and half the pole's length in metres
WIDEST, STEEPEST, LONGEST = 2.4, np.radians(12), 200
DISCOUNT, HIDDEN, RATE = 0.99, 16, 0.01


@dataclass(frozen=True, eq=False)
class Balance:
    """Episode 1, 2, …: the states [n+1, 4] that it went through, and the pushes [n], 0 to the left, 1 to the right."""

    episode: int
    states: Floats
    pushes: NDArray[np.int64]


def push(state: Floats, right: int) -> Floats:
    """The state after one push, by Euler's method.

    φ̈ = (g sin φ - c cos φ) / (l (4/3 - m cos² φ / M)), ẍ = c - m l φ̈ cos φ / M, c = (F + m l φ̇² sin φ) / M, with m the
    pole's mass, M that of both and l half the pole's length. Source: Barto, Sutton & Anderson 1983, IEEE SMC
    13:834-846, appendix, without friction.
    """
    x, speed, angle, turning = state
    whole, sine, cosine = CART + POLE, np.sin(angle), np.cos(angle)
    common = (FORCE * (2 * right - 1) + POLE * HALF * turning**2 * sine) / whole
    bent = (GRAVITY * sine - common * cosine) / (HALF * (4 / 3 - POLE * cosine**2 / whole))
    gained = common - POLE * HALF * bent * cosine / whole
    return np.array([x + TICK * speed, speed + TICK * gained, angle + TICK * turning, turning + TICK * bent])


def fallen(state: Floats) -> bool:
    """Whether the cart has left its track, or the pole is too far down."""
    return bool(abs(state[0]) > WIDEST or abs(state[2]) > STEEPEST)


def balance(method: str, rng: np.random.Generator) -> Iterator[Balance]:
    """θ ← Adam along Σ_t ∇ log π_θ(a_t|s_t) (G_t - b), one episode at a time, without end: b is 0, or a critic's V.

    π_θ and V are networks with 16 hidden units; V follows ½ ∇(G_t - V(s_t))². Raises TrainError for an unknown method.
    Source: Williams 1992, §5; Sutton & Barto 2018, §13.4.
    """
    if method not in METHODS:
        raise TrainError(f"method is {method!r}; give one of {', '.join(METHODS)}")
    return _episodes(method == "actor-critic", rng)


def _episodes(with_critic: bool, rng: np.random.Generator) -> Iterator[Balance]:
    shapes = {"actor": Network(4, HIDDEN, 2), "critic": Network(4, HIDDEN, 1)}
    weights = {name: initial_weights(shape, rng, scale=0.1) for name, shape in shapes.items()}
    memory: dict[str, Floats] = {}
    number = 0
    while True:
        seen, pushes = _episode(shapes["actor"], weights["actor"], rng)
        number += 1
        yield Balance(number, seen, pushes)
        gradient = _gradient(shapes, weights, seen[:-1], pushes, with_critic)
        weights, memory = adam(weights, gradient, memory, RATE)


def _episode(shape: Network, theta: Floats, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
    seen: list[Floats] = [rng.uniform(-0.05, 0.05, 4)]
    pushes: list[int] = []
    while len(pushes) < LONGEST and not fallen(seen[-1]):
        logits = forward(shape, theta, seen[-1][None])[0][0]
        pushes.append(int(rng.random() < 1 / (1 + np.exp(logits[0] - logits[1]))))
        seen.append(push(seen[-1], pushes[-1]))
    return np.array(seen), np.array(pushes)


def _gradient(
    shapes: dict[str, Network], weights: dict[str, Floats], seen: Floats, pushes: NDArray[np.int64], with_critic: bool
) -> dict[str, Floats]:
    """The direction of ascent of each network, divided by the number of steps."""
    n = len(pushes)
    returns = rewards_to_go(np.ones((1, n)), DISCOUNT)[0]
    logits, hidden = forward(shapes["actor"], weights["actor"], seen)
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    found = {}
    advantage = returns
    if with_critic:
        values, between = forward(shapes["critic"], weights["critic"], seen)
        advantage = returns - values[:, 0]
        found["critic"] = backward(shapes["critic"], weights["critic"], seen, between, advantage[:, None] / n)
    slope = (np.eye(2)[pushes] - chances) * advantage[:, None] / n
    return found | {"actor": backward(shapes["actor"], weights["actor"], seen, hidden, slope)}
