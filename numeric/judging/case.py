"""What an estimator is judged on: an MDP, the policies, the critic it is shown, where episodes are cut."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from numeric.exact import action_values, state_values
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_log_probabilities, softmax_probabilities

__all__ = ["Case"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Case:
    """(M, θ, μ, π_ref, v, c, T): trajectories of M under μ, or under π_θ where μ is None, in arrays of T steps.

    `theta`, `behaviour` and `reference` are softmax logits [S, A]. `noise` [H+1, S] is added to the exact V in what
    the batch calls `values` (None: the critic is exact). `cut` [H, S] is the chance that a step t into s' is
    truncated there; where T = `steps` is less than the horizon H of M, every step T-1 that does not end is.
    """

    mdp: FiniteMDP
    theta: Floats
    behaviour: Floats | None
    reference: Floats
    noise: Floats | None
    cut: Floats
    steps: int

    @property
    def horizon(self) -> int:
        """H, which is finite here."""
        assert self.mdp.horizon is not None
        return int(self.mdp.horizon)

    @functools.cached_property
    def policy(self) -> Floats:
        """π_θ(a|s): [S, A]."""
        return softmax_probabilities(self.theta)

    @functools.cached_property
    def sampling(self) -> Floats:
        """The law that actions are drawn from, μ or π_θ: [S, A]."""
        return self.policy if self.behaviour is None else softmax_probabilities(self.behaviour)

    @functools.cached_property
    def log_ratio(self) -> Floats:
        """log π_θ(a|s) - log π_ref(a|s): [S, A]."""
        return softmax_log_probabilities(self.theta) - softmax_log_probabilities(self.reference)

    @functools.cached_property
    def values(self) -> Floats:
        """V_t(s) of π_θ: [H+1, S]."""
        return state_values(self.mdp, self.policy)

    @functools.cached_property
    def critic(self) -> Floats:
        """What the batch shows as V: exact, or off by `noise` where the episode goes on: [H+1, S]."""
        if self.noise is None:
            return self.values
        return (
            self.values
            + np.where(self.mdp.terminal, 0.0, self.noise) * (np.arange(len(self.values)) < self.horizon)[:, None]
        )

    @functools.cached_property
    def advantages(self) -> Floats:
        """A_t(s, a) of π_θ: [H, S, A]."""
        return action_values(self.mdp, self.policy) - self.values[:-1, :, None]

    @functools.cached_property
    def ends_early(self) -> Floats:
        """The chance that step t < T into s' is truncated: `cut`, and 1 in the last column if M goes on: [T, S]."""
        chance = self.cut[: self.steps].copy()
        if self.steps < self.horizon:
            chance[-1] = 1.0
        return chance

    @functools.cached_property
    def visits(self) -> Floats:
        """P(s_t = s, the episode neither over nor cut) under π_θ: [T, S]."""
        chain = (self.policy[:, :, None] * self.mdp.transition).sum(axis=1)
        chain[:, self.mdp.terminal] = 0
        laws = np.zeros((self.steps, self.mdp.n_states))
        laws[0] = self.mdp.initial
        for t in range(1, self.steps):
            laws[t] = (laws[t - 1] @ chain) * (1 - self.ends_early[t - 1])
        return laws

    @property
    def is_cut(self) -> bool:
        """Whether any step may be truncated."""
        return self.steps < self.horizon or bool(self.cut.any())

    def on_policy(self) -> Case:
        """The same case, its actions drawn from π_θ."""
        return replace(self, behaviour=None)

    def uncut(self) -> Case:
        """The same case without truncation; the horizon is the number of columns."""
        mdp = replace(self.mdp, horizon=self.steps)
        noise = None if self.noise is None else self.noise[: self.steps + 1]
        return replace(self, mdp=mdp, cut=np.zeros((self.steps, mdp.n_states)), noise=noise)

    def undiscounted(self) -> Case:
        """The same case with γ = 1."""
        return replace(self, mdp=replace(self.mdp, discount=1.0))

    def exact_critic(self) -> Case:
        """The same case, `values` being V itself."""
        return replace(self, noise=None)
