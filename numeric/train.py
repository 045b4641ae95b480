"""Learning algorithms, one shape for all: a generator that yields a record per update, without end.

    for record in islice(ppo(world("walled_grid"), PPOSettings(), seed=0), 100): ...

θ is fixed while a batch is sampled. Take as many updates as you want; `record.state` goes on with the same bits.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from numeric.errors import TrainError
from numeric.exact import objective
from numeric.mdp import FiniteMDP
from numeric.returns import returns
from numeric.training import neural, tabular
from numeric.training.episodes import sampler
from numeric.training.records import Record, Result, State, Task, check_resumes, curve, fingerprint
from numeric.training.rollouts import Agent, Copies, initial_networks, shapes
from numeric.training.settings import (
    ActorCriticSettings,
    GRPOSettings,
    PPOSettings,
    ReinforceSettings,
    RLOOSettings,
    Settings,
)
from numeric.training.simulators import simulator

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
    "actor_critic",
    "default_settings",
    "grpo",
    "ppo",
    "reinforce",
    "rloo",
    "train",
]


def reinforce(task: Task, settings: ReinforceSettings, seed: int, resume: State | None = None) -> Iterator[Record]:
    """θ ← θ + α ĝ, ĝ the chosen estimate of ∇J(θ) from N episodes under π_θ.

    Raises TrainError. Source: Williams 1992; Sutton & Barto 2018, §13.3.
    """
    return _records("reinforce", task, settings, seed, resume)


def actor_critic(task: Task, settings: ActorCriticSettings, seed: int, resume: State | None = None) -> Iterator[Record]:
    """θ ← θ + α ĝ with advantages from a learned critic, Â_t = Σ_l (γλ)^l δ_{t+l}.

    Raises TrainError. Source: Sutton & Barto 2018, §13.5; Schulman et al. 2016.
    """
    return _records("actor-critic", task, settings, seed, resume)


def ppo(task: Task, settings: PPOSettings, seed: int, resume: State | None = None) -> Iterator[Record]:
    """Several steps a batch on min(ρ Â, clip(ρ, 1-ε, 1+ε) Â), Â by GAE.

    Raises TrainError. Source: Schulman et al. 2017.
    """
    return _records("ppo", task, settings, seed, resume)


def grpo(task: Task, settings: GRPOSettings, seed: int, resume: State | None = None) -> Iterator[Record]:
    """The clipped surrogate on returns standardised within groups from one start, without a critic.

    Raises TrainError. Source: Shao et al. 2024, without the division by lengths.
    """
    return _records("grpo", task, settings, seed, resume)


def rloo(task: Task, settings: RLOOSettings, seed: int, resume: State | None = None) -> Iterator[Record]:
    """The clipped surrogate on returns less the mean of the others of the group.

    Raises TrainError. Source: Kool et al. 2019; Ahmadian et al. 2024.
    """
    return _records("rloo", task, settings, seed, resume)


ALGORITHMS: dict[str, Callable[..., Iterator[Record]]] = {
    "reinforce": reinforce,
    "actor-critic": actor_critic,
    "ppo": ppo,
    "grpo": grpo,
    "rloo": rloo,
}
"""The algorithms by name."""


class _Parts(NamedTuple):
    """What an algorithm is made of: its settings, an update of tables, one of networks, and settings for those."""

    settings: type[Any]
    on_tables: Callable[..., tabular.Update]
    on_networks: Callable[..., tuple[Agent, dict[str, float]]]
    for_networks: dict[str, Any]


_SLOWLY = {"learning_rate": 0.01, "critic_rate": 0.005, "episodes": 32}
_GROUPS = {"epochs": 4, "learning_rate": 0.005}
_PPO = {"trace": 0.95, "discount": 0.98, "epochs": 6, "learning_rate": 0.005, "critic_rate": 0.005}
_PARTS = {
    "reinforce": _Parts(
        ReinforceSettings, tabular.reinforce, neural.reinforce, {"estimator": "state-baseline", **_SLOWLY}
    ),
    "actor-critic": _Parts(ActorCriticSettings, tabular.actor_critic, neural.actor_critic, {"trace": 0.95, **_SLOWLY}),
    "ppo": _Parts(PPOSettings, tabular.ppo, neural.ppo, _PPO),
    "grpo": _Parts(GRPOSettings, tabular.grpo, neural.grpo, _GROUPS),
    "rloo": _Parts(RLOOSettings, tabular.rloo, neural.rloo, _GROUPS),
}
_FOR_ONE: dict[tuple[str, str], dict[str, Any]] = {
    ("ppo", "LunarLander-v3"): {
        **{"discount": 0.999, "trace": 0.98, "entropy": 0.01, "steps": 512, "minibatches": 64},
        **{"epochs": 4, "learning_rate": 0.001, "critic_rate": 0.001},
    },
}


def default_settings(algorithm: str, task: Task) -> Settings:
    """Settings with which `algorithm` learns on `task`. Raises TrainError for an unknown algorithm."""
    if algorithm not in ALGORITHMS:
        raise TrainError(f"no algorithm is named {algorithm!r}; choose one of {', '.join(ALGORITHMS)}")
    parts, better = _PARTS[algorithm], dict[str, Any]()
    if isinstance(task, str):
        better = {**parts.for_networks, **_FOR_ONE.get((algorithm, task), {})}
    chosen: Settings = parts.settings(**better)
    return chosen


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
    if updates < 1:
        raise TrainError(f"updates is {updates!r}; give the number of updates, an integer >= 1")
    records = list(islice(ALGORITHMS[algorithm](task, chosen, seed, resume), updates))
    return Result(algorithm, world, seed, curve(records), records[-1].state)


def _records(algorithm: str, task: Task, settings: Any, seed: int, resume: State | None) -> Iterator[Record]:
    """Checks what was asked for, before the first update and before anything is written."""
    kind = _PARTS[algorithm].settings
    if not isinstance(settings, kind):
        raise TrainError(f"the settings are {settings!r}; {algorithm} takes {kind.__name__}")
    start = _start(algorithm, task, settings, seed)
    if resume is not None:
        check_resumes(resume, start)
        start = resume
    return _on_table(task, settings, start) if isinstance(task, FiniteMDP) else _on_copies(task, settings, start)


def _start(algorithm: str, task: Task, settings: Settings, seed: int) -> State:
    if not isinstance(seed, int) or seed < 0:
        raise TrainError(f"the seed is {seed!r}; give an integer >= 0")
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    if isinstance(task, FiniteMDP):
        parameters = tabular.initial_tables(task)
    elif isinstance(task, str):
        parameters = initial_networks(simulator(task, 1), settings.hidden, rng)
    else:
        raise TrainError(f"the task is {task!r}; give a FiniteMDP or the name of a Gymnasium environment")
    return State(
        algorithm=algorithm,
        task=fingerprint(task),
        settings=dataclasses.asdict(settings),
        seed=seed,
        update=0,
        episodes=0,
        steps=0,
        parameters=parameters,
        optimiser={},
        environment={},
        rng=dict(rng.bit_generator.state),
    )


def _generator(state: State) -> np.random.Generator:
    rng = np.random.Generator(np.random.PCG64(0))
    try:
        rng.bit_generator.state = state.rng
    except (KeyError, TypeError, ValueError) as cause:
        raise TrainError(f"the checkpoint's generator is {state.rng!r}; go on from a checkpoint of this run") from cause
    return rng


def _on_table(task: FiniteMDP, settings: Settings, state: State) -> Iterator[Record]:
    kept, learn, rng = sampler(task, settings.longest), _PARTS[state.algorithm].on_tables, _generator(state)
    while True:
        parameters, memory, batch, policy, values = learn(kept, settings, state.parameters, state.optimiser, rng)
        state = dataclasses.replace(
            state,
            update=state.update + 1,
            episodes=state.episodes + len(batch),
            steps=state.steps + int(batch.mask.sum()),
            parameters=parameters,
            optimiser=memory,
            rng=dict(rng.bit_generator.state),
        )
        mean = float(returns(batch.rewards, batch.gamma).mean())
        yield Record(state.update, state.episodes, state.steps, mean, objective(task, policy), values, state)


def _on_copies(name: str, settings: Settings, state: State) -> Iterator[Record]:
    learn, rng = _PARTS[state.algorithm].on_networks, _generator(state)
    copies = Copies(name, settings, state.environment)
    while True:
        agent = Agent(*shapes(copies.simulator, settings.hidden), state.parameters, state.optimiser)
        rollout = copies.roll(agent, rng)
        agent, values = learn(settings, agent, rollout, rng)
        state = dataclasses.replace(
            state,
            update=state.update + 1,
            episodes=state.episodes + int((rollout.ended & rollout.taken).sum()),
            steps=state.steps + int(rollout.taken.sum()),
            parameters=agent.parameters,
            optimiser=agent.memory,
            environment=copies.snapshot(),
            rng=dict(rng.bit_generator.state),
        )
        yield Record(state.update, state.episodes, state.steps, copies.mean_return, None, values, state)
