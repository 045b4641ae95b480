"""Finite MDPs and batches of their trajectories: frozen, read-only, validated in the constructor."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import MDPError, TrajectoriesError
from numeric.validation import check_finite, check_law, frozen_array, unit_number

__all__ = ["FiniteMDP", "Trajectories", "check_absorption", "unchecked_batch"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FiniteMDP:
    """(ρ_0, P, r, γ, T): s_0 ~ ρ_0, s_{t+1} ~ P(· | s_t, a_t), r_t = r(s_t, a_t, s_{t+1}), 0 <= t < T <= ∞.

    `initial` [S], `transition` [S, A, S] and `reward` [S, A, S] are ρ_0(s), P(s' | s, a) and r(s, a, s');
    `discount` is γ in [0, 1], `horizon` the integer T >= 1 or None for T = ∞, `terminal` [S] the states that end
    an episode on entry and have value 0 (default: none). Arrays are copied and read-only.

    Raises MDPError for a wrong shape, a value that is not finite, a negative probability, a row that
    does not sum to one, γ or T out of range, an episode that would start in a terminal state, or γ = 1 and T = ∞
    without absorption: a state from which no terminal state can be reached.

    Source: Sutton & Barto 2018, §3.1 and §3.4 (finite MDPs, episodes), with rewards on arrival.
    """

    initial: Floats
    transition: Floats
    reward: Floats
    discount: float = 1.0
    horizon: int | None = 1
    terminal: Booleans = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def __post_init__(self) -> None:
        initial = frozen_array(self.initial, np.float64, "initial", MDPError)
        transition = frozen_array(self.transition, np.float64, "transition", MDPError)
        reward = frozen_array(self.reward, np.float64, "reward", MDPError)
        terminal = frozen_array(self.terminal, np.bool_, "terminal", MDPError)
        _check_mdp_shapes(initial, transition, reward, terminal)
        if terminal.size == 0:
            terminal = frozen_array(np.zeros(len(initial)), np.bool_, "terminal", MDPError)
        check_finite(reward, "reward", "s a s'", MDPError)
        check_law(initial, "initial", "s", MDPError)
        check_law(transition, "transition", "s a s'", MDPError)
        _check_start(initial, terminal)
        set_field = object.__setattr__
        set_field(self, "initial", initial)
        set_field(self, "transition", transition)
        set_field(self, "reward", reward)
        set_field(self, "terminal", terminal)
        set_field(self, "discount", unit_number(self.discount, "discount", MDPError))
        set_field(self, "horizon", None if self.horizon is None else _horizon(self.horizon))
        if self.horizon is None and self.discount == 1:
            check_absorption(np.asarray((transition > 0).any(axis=1)), terminal, "no action")

    @property
    def n_states(self) -> int:
        """S, terminal states included."""
        return len(self.initial)

    @property
    def n_actions(self) -> int:
        """A."""
        return int(self.transition.shape[1])

    @property
    def steps(self) -> int:
        """T, where it is finite. Raises MDPError on an infinite horizon."""
        if self.horizon is None:
            raise MDPError("the horizon is infinite; for T steps take dataclasses.replace(mdp, horizon=T)")
        return self.horizon


@dataclass(frozen=True, eq=False)
class Trajectories:
    """The batch `b`: N trajectories (s_t, a_t, r_t, s_{t+1}), t = 0 … T-1, padded to arrays [N, T].

    `obs`, `actions`, `next_obs` are int64 indices s_t, a_t, s_{t+1}; `rewards` float64 r_t; `mask` is True
    where a step was taken; `terminated` is True on the step that enters a terminal state; `truncated` is True
    on a step that was cut off from outside (never by the horizon T, where the objective itself ends);
    `gamma` is γ. Padding follows the steps: rewards 0, the rest valid but arbitrary. Arrays are read-only.

    Raises TrajectoriesError for a wrong shape or type, a negative index, a reward that is not finite, a step
    after padding, a reward on padding, or γ out of range.
    """

    obs: Integers
    actions: Integers
    rewards: Floats
    next_obs: Integers
    terminated: Booleans
    truncated: Booleans
    mask: Booleans
    gamma: float

    def __post_init__(self) -> None:
        shape = np.shape(self.rewards)
        if len(shape) != 2 or 0 in shape:
            raise TrajectoriesError(f"rewards has shape {shape}; give a padded array [N, T] with N, T >= 1")
        for name, dtype in _FIELDS.items():
            array = frozen_array(getattr(self, name), dtype, name, TrajectoriesError)
            if array.shape != shape:
                raise TrajectoriesError(f"{name} has shape {array.shape}, rewards {shape}; pad both to [N, T]")
            object.__setattr__(self, name, array)
        object.__setattr__(self, "gamma", unit_number(self.gamma, "gamma", TrajectoriesError))
        for name in ("obs", "actions", "next_obs"):
            _check_indices(getattr(self, name), name)
        check_finite(self.rewards, "rewards", "n t", TrajectoriesError)
        _check_padding(self.mask, self.rewards)

    def __len__(self) -> int:
        """N."""
        return len(self.mask)

    def select(self, rows: slice | Integers) -> Trajectories:
        """The batch of these rows, in this order; an integer array may repeat a row."""
        return unchecked_batch(*(getattr(self, name)[rows] for name in _FIELDS), gamma=self.gamma)


def unchecked_batch(*arrays: NDArray[Any], gamma: float) -> Trajectories:
    """Trajectories of arrays, in the order of the fields, that are valid by construction; takes them over."""
    batch = object.__new__(Trajectories)  # checking and copying would cost more than drawing them did
    for name, array in zip(_FIELDS, arrays, strict=True):
        array.flags.writeable = False
        object.__setattr__(batch, name, array)
    object.__setattr__(batch, "gamma", gamma)
    return batch


_FIELDS: dict[str, type[np.generic]] = {
    "obs": np.int64,
    "actions": np.int64,
    "rewards": np.float64,
    "next_obs": np.int64,
    "terminated": np.bool_,
    "truncated": np.bool_,
    "mask": np.bool_,
}


def _check_mdp_shapes(initial: Floats, transition: Floats, reward: Floats, terminal: Booleans) -> None:
    if initial.ndim != 1 or initial.size == 0:
        raise MDPError(f"initial has shape {initial.shape}; give one probability per state, [S] with S >= 1")
    states = len(initial)
    if transition.ndim != 3 or transition.shape[::2] != (states, states) or transition.size == 0:
        raise MDPError(
            f"transition has shape {transition.shape}; with S = {states} states give [{states}, A, {states}]"
        )
    if reward.shape != transition.shape:
        raise MDPError(f"reward has shape {reward.shape}, transition {transition.shape}; give r(s, a, s') as [S, A, S]")
    if terminal.shape not in ((0,), (states,)):
        raise MDPError(f"terminal has shape {terminal.shape}; give one boolean per state, [{states}]")


def _check_start(initial: Floats, terminal: Booleans) -> None:
    if (initial[terminal] > 0).any():
        state = int(np.flatnonzero(terminal & (initial > 0))[0])
        raise MDPError(
            f"initial[s={state}] is {initial[state]} and s={state} is terminal: that episode would be over "
            "before it begins; start in a state that is not terminal"
        )


def _horizon(value: int) -> int:
    try:
        horizon = operator.index(value)
    except TypeError as cause:
        raise MDPError(f"horizon is {value!r}; give the number of steps, an integer T >= 1") from cause
    if horizon < 1:
        raise MDPError(f"horizon is {value!r}; give the number of steps, an integer T >= 1")
    return horizon


def check_absorption(moves: Booleans, terminal: Booleans, whose: str) -> None:
    """From every state some terminal state can be reached by `moves` [S, S], as γ = 1 on an infinite horizon needs.

    Raises MDPError, naming the first state from which `whose` leads to an end.
    """
    ends = terminal
    while not np.array_equal(grown := ends | (moves & ends).any(axis=1), ends):
        ends = grown
    if not ends.all():
        raise MDPError(
            f"discount is 1, the horizon infinite, and from s={int(np.flatnonzero(~ends)[0])} {whose} ever leads to a "
            "terminal state: the return need not exist; take γ < 1 or a finite horizon, or mark the states that end"
        )


def _check_indices(array: Integers, name: str) -> None:
    if array.min() < 0:
        n, t = np.argwhere(array < 0)[0]
        raise TrajectoriesError(f"{name}[n={n}, t={t}] is {array[n, t]}; an index is never negative, even on padding")


def _check_padding(mask: Booleans, rewards: Floats) -> None:
    late = mask[:, 1:] & ~mask[:, :-1]
    if late.any():
        n, t = np.argwhere(late)[0]
        raise TrajectoriesError(f"mask[n={n}, t={t + 1}] is True after padding; the steps come first, then padding")
    paid = (rewards != 0) & ~mask
    if paid.any():
        n, t = np.argwhere(paid)[0]
        raise TrajectoriesError(f"rewards[n={n}, t={t}] is {rewards[n, t]} on padding; give 0 where mask is False")
