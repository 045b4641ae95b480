"""Learning algorithms, one shape for all: a generator that yields a record per update, without end.

    for record in islice(reinforce(world("walled_grid"), ReinforceSettings(), seed=0), 100): ...

θ is fixed while a batch is sampled. Take as many updates as you want; `record.state` goes on with the same bits.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from numeric.errors import TrainError
from numeric.estimators import reward_to_go
from numeric.exact import objective
from numeric.mdp import FiniteMDP
from numeric.optimisers import ascent
from numeric.policies import softmax_probabilities
from numeric.returns import returns
from numeric.sampling import sample_trajectories
from numeric.training.records import Record, Result, State, Task, check_resumes, curve, fingerprint
from numeric.training.settings import (
    ActorCriticSettings,
    GRPOSettings,
    PPOSettings,
    ReinforceSettings,
    RLOOSettings,
    Settings,
)

__all__ = [
    "ALGORITHMS",
    "ActorCriticSettings",
    "GRPOSettings",
    "PPOSettings",
    "RLOOSettings",
    "Record",
    "ReinforceSettings",
    "Result",
    "State",
    "Task",
    "default_settings",
    "reinforce",
    "train",
]


def reinforce(
    task: Task, settings: ReinforceSettings, seed: int, resume: State | None = None
) -> Iterator[Record]:
    """θ ← θ + α ĝ, ĝ the chosen estimate of ∇J(θ) from N episodes under π_θ. Source: Williams 1992; Sutton & Barto 2018, §13.3."""
    if not isinstance(task, FiniteMDP):
        raise TrainError(f"the task is {task!r}; give a FiniteMDP")
    chosen = dataclasses.asdict(settings)
    if resume is not None:
        check_resumes(resume, "reinforce", task, chosen, seed)
    return _reinforce(task, settings, seed, resume)


def _reinforce(
    task: FiniteMDP, settings: ReinforceSettings, seed: int, resume: State | None
) -> Iterator[Record]:
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    update = episodes = steps = 0
    parameters: dict[str, Any] = {"actor": np.zeros(task.transition.shape[:2])}
    if resume is not None:
        rng.bit_generator.state = resume.rng
        update, episodes, steps = resume.update, resume.episodes, resume.steps
        parameters = dict(resume.parameters)
    while True:
        theta = parameters["actor"]
        policy = softmax_probabilities(theta)
        batch = sample_trajectories(task, policy, settings.episodes, rng)
        gradient = reward_to_go(batch, theta)
        parameters, _ = ascent(parameters, {"actor": gradient}, {}, settings.learning_rate)
        update, episodes, steps = update + 1, episodes + len(batch), steps + int(batch.mask.sum())
        state = State(
            "reinforce",
            fingerprint(task),
            dataclasses.asdict(settings),
            seed,
            update,
            episodes,
            steps,
            parameters,
            {},
            {},
            rng.bit_generator.state,
        )
        mean_return = float(returns(batch.rewards, batch.gamma).mean())
        yield Record(update, episodes, steps, mean_return, objective(task, policy), {}, state)


ALGORITHMS: dict[str, Callable[..., Iterator[Record]]] = {"reinforce": reinforce}
"""The algorithms by name: reinforce, actor-critic, ppo, grpo, rloo."""


def default_settings(algorithm: str, task: Task) -> Settings:
    """Settings with which `algorithm` learns on `task`. Raises TrainError for an unknown algorithm."""
    if algorithm not in ALGORITHMS:
        raise TrainError(f"no algorithm is named {algorithm!r}; choose one of {', '.join(ALGORITHMS)}")
    return ReinforceSettings()


def train(
    algorithm: str,
    task: Task,
    settings: Settings | None = None,
    *,
    seed: int,
    updates: int,
    world: str = "",
    resume: State | None = None,
) -> Result:
    """`updates` updates of the algorithm of this name, as one result; `settings` None takes the default ones."""
    chosen = default_settings(algorithm, task) if settings is None else settings
    records = list(islice(ALGORITHMS[algorithm](task, chosen, seed, resume), updates))
    return Result(algorithm, world, seed, curve(records), records[-1].state)
