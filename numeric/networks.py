"""Networks of two layers, f(x) = W2 max(0, W1 x + b1) + b2, with backpropagation written by hand.

The parameters are one vector θ, so that a gradient is a vector too and an optimiser needs no structure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.errors import PolicyError

__all__ = ["Network", "backward", "forward", "initial_weights", "unpack"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """The shape of f: `inputs` D, `hidden` H and `outputs` K, each at least 1."""

    inputs: int
    hidden: int
    outputs: int

    def __post_init__(self) -> None:
        for name in ("inputs", "hidden", "outputs"):
            if getattr(self, name) < 1:
                raise PolicyError(f"{name} is {getattr(self, name)!r}; a layer has at least one unit")

    @property
    def size(self) -> int:
        """The number of parameters, H(D + 1) + K(H + 1)."""
        return self.hidden * (self.inputs + 1) + self.outputs * (self.hidden + 1)


def unpack(network: Network, theta: Array) -> tuple[Array, Array, Array, Array]:
    """θ [P] as W1 [D, H], b1 [H], W2 [H, K], b2 [K]: views, so that writing to one writes to θ."""
    if theta.shape != (network.size,):
        raise PolicyError(f"θ has shape {theta.shape}; {network} takes {network.size} parameters")
    d, h, k = network.inputs, network.hidden, network.outputs
    i, j, m = d * h, (d + 1) * h, (d + 1 + k) * h
    return theta[:i].reshape(d, h), theta[i:j], theta[j:m].reshape(h, k), theta[m:]


def initial_weights(network: Network, rng: np.random.Generator, *, scale: float = 1.0) -> Array:
    """W1 with variance 2/D, W2 with variance `scale`² / H, the biases 0: θ [P].

    A small `scale` begins near f = 0, which for logits is the uniform policy.
    Source: He et al. 2015, equation (10), for the layer before a max(0, ·).
    """
    theta = np.zeros(network.size)
    first, _, second, _ = unpack(network, theta)
    first[:] = rng.normal(size=first.shape) * np.sqrt(2 / network.inputs)
    second[:] = rng.normal(size=second.shape) * (scale / np.sqrt(network.hidden))
    return theta


def forward(network: Network, theta: Array, x: Array) -> tuple[Array, Array]:
    """f(x) and the hidden layer max(0, x W1 + b1), which `backward` needs: [M, D] to [M, K] and [M, H]."""
    first, shift, second, offset = unpack(network, theta)
    hidden = x @ first
    hidden += shift
    np.maximum(hidden, 0, out=hidden)
    return hidden @ second + offset, hidden


def backward(network: Network, theta: Array, x: Array, hidden: Array, slope: Array) -> Array:
    """∇_θ Σ_m L(f(x_m)) [P] from `slope` [M, K], the derivatives ∂L/∂f(x_m); `hidden` as from `forward`.

    ∂b2 = Σ slope, ∂W2 = hiddenᵀ slope; below, δ = (slope W2ᵀ) 1{hidden > 0}, ∂b1 = Σ δ, ∂W1 = xᵀ δ.
    Source: Rumelhart, Hinton & Williams 1986, Nature 323.
    """
    gradient = np.empty(network.size)
    first, shift, second, offset = unpack(network, gradient)
    np.matmul(hidden.T, slope, out=second)
    slope.sum(axis=0, out=offset)
    below = slope @ unpack(network, theta)[2].T
    below *= hidden > 0
    np.matmul(x.T, below, out=first)
    below.sum(axis=0, out=shift)
    return gradient
