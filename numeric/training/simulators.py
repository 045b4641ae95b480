"""Several copies of a Gymnasium environment side by side, which can be left and taken up again with the same bits.

A copy whose episode has ended is begun anew by its next step, whatever the action: that step is no step of an
episode. Gymnasium is imported when it is needed, never before.
"""

from __future__ import annotations

import importlib
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from numeric.environments import make_environment
from numeric.errors import TrainError

__all__ = ["IDLE", "Simulator", "simulator"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Arrays = dict[str, NDArray[Any]]
IDLE = -1  # the action of a copy whose next step nobody will look at

Outcome = tuple[Floats, Floats, Booleans, Booleans]


class Simulator(Protocol):
    """N copies; observations are [N, D], and the episode of each has at most `longest` steps."""

    inputs: int
    actions: int
    longest: int

    def reset(self, rng: np.random.Generator, alike: int = 1) -> Floats:
        """Begins an episode in every copy, neighbours in blocks of `alike` from one start: observations [N, D]."""

    def step(self, actions: Integers, rng: np.random.Generator) -> Outcome:
        """(observations, rewards, terminated, truncated) of one step in every copy.

        A copy that had ended begins anew instead, with reward 0; with action IDLE it need not do anything.
        """

    def snapshot(self) -> Arrays:
        """What `restore` needs to go on from here."""

    def restore(self, saved: Arrays) -> Floats:
        """Goes back to where `snapshot` was taken: the observations [N, D]."""


def simulator(name: str, copies: int) -> Simulator:
    """`copies` copies of the environment of this name. Raises WorldError as `make_environment`, and TrainError.

    TrainError for observations that are no array of numbers, or for episodes without a limit on their steps.
    """
    first = make_environment(name, disable_env_checker=True)
    space, spec = first.observation_space, first.spec
    if not hasattr(space, "low"):
        first.close()
        raise TrainError(f"{name} is observed as {space}; give an environment observed as a Box, or its finite MDP")
    if spec.max_episode_steps is None:
        first.close()
        raise TrainError(f"the episodes of {name} have no limit; register it with max_episode_steps")
    if name == "CartPole-v1":
        first.close()
        return _CartPoles(copies)
    return _Copies([first] + [make_environment(name, disable_env_checker=True) for _ in range(copies - 1)])


class _Copies:
    """Single environments in a loop. Each episode begins from a seed of its own, so that its actions replay it."""

    def __init__(self, environments: list[Any]) -> None:
        self._all = environments
        self.inputs = int(np.prod(environments[0].observation_space.shape))
        self.actions = int(environments[0].action_space.n)
        self.longest = int(environments[0].spec.max_episode_steps)
        self._seeds = np.zeros(len(environments), np.int64)
        self._taken: list[list[int]] = [[] for _ in environments]
        self._over = np.zeros(len(environments), np.bool_)

    def reset(self, rng: np.random.Generator, alike: int = 1) -> Floats:
        seeds = rng.integers(1 << 31, size=len(self._all) // alike).repeat(alike)
        return np.array([self._begin(i, int(seed)) for i, seed in enumerate(seeds)])

    def step(self, actions: Integers, rng: np.random.Generator) -> Outcome:
        copies = len(self._all)
        observed, paid = np.zeros((copies, self.inputs)), np.zeros(copies)
        terminated, truncated = np.zeros(copies, np.bool_), np.zeros(copies, np.bool_)
        for i, action in enumerate(actions.tolist()):
            if action == IDLE:
                continue
            if self._over[i]:
                observed[i] = self._begin(i, int(rng.integers(1 << 31)))
            else:
                self._taken[i].append(action)
                seen, paid[i], terminated[i], truncated[i], _ = self._all[i].step(action)
                observed[i] = np.ravel(seen)
        self._over = terminated | truncated
        return observed, paid, terminated, truncated

    def snapshot(self) -> Arrays:
        taken = np.full((len(self._all), max(map(len, self._taken), default=0)), -1)
        for row, actions in zip(taken, self._taken, strict=True):
            row[: len(actions)] = actions
        return {"seeds": self._seeds.copy(), "taken": taken, "over": self._over.copy()}

    def restore(self, saved: Arrays) -> Floats:
        observed = np.empty((len(self._all), self.inputs))
        for i, (seed, row) in enumerate(zip(saved["seeds"].tolist(), saved["taken"].tolist(), strict=True)):
            observed[i] = self._begin(i, seed)
            for action in row:
                if action >= 0:
                    self._taken[i].append(action)
                    observed[i] = np.ravel(self._all[i].step(action)[0])
        self._over = saved["over"].copy()
        return observed

    def _begin(self, i: int, seed: int) -> Floats:
        self._seeds[i], self._taken[i], self._over[i] = seed, [], False
        start: Floats = np.ravel(self._all[i].reset(seed=seed)[0]).astype(np.float64)
        return start


class _CartPoles:
    """Gymnasium's own vectorised cart and pole: its three arrays are all that it remembers."""

    def __init__(self, copies: int) -> None:
        module = importlib.import_module("gymnasium.envs.classic_control.cartpole")
        self._all: Any = module.CartPoleVectorEnv(num_envs=copies)
        self.inputs, self.actions, self.longest = 4, 2, int(self._all.max_episode_steps)

    def reset(self, rng: np.random.Generator, alike: int = 1) -> Floats:
        self._all.np_random = rng
        self._all.reset()
        state = self._state()
        return self._observe(state[:, ::alike].repeat(alike, axis=1))

    def step(self, actions: Integers, rng: np.random.Generator) -> Outcome:
        self._all.np_random = rng
        observed, paid, terminated, truncated, _ = self._all.step(np.maximum(actions, 0))
        # The copies of the flags: the environment may write to its own.
        return observed.astype(np.float64), paid.astype(np.float64), terminated.copy(), truncated.copy()

    def snapshot(self) -> Arrays:
        return {
            "state": self._state().copy(),
            "steps": self._all.steps.copy(),
            "over": self._all.prev_done.copy(),
        }

    def restore(self, saved: Arrays) -> Floats:
        self._all.reset(seed=0)
        self._all.steps, self._all.prev_done = saved["steps"].copy(), saved["over"].copy()
        return self._observe(saved["state"])

    def _state(self) -> Floats:
        state: Floats = np.asarray(self._all.state)
        return state

    def _observe(self, state: Floats) -> Floats:
        self._all.state = state.copy()
        return state.T.astype(np.float32).astype(np.float64)
