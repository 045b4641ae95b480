"""What the copies of an environment did under a network, and the returns of the episodes that ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numeric.networks import Network, forward, initial_weights
from numeric.training.settings import GRPOSettings, PPOSettings, RLOOSettings, Settings
from numeric.training.simulators import IDLE, Simulator, simulator

__all__ = ["Agent", "Copies", "Rollout", "initial_networks", "log_softmax", "roll", "shapes"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Arrays = dict[str, NDArray[Any]]

LAST_EPISODES = 100  # the mean return is theirs


class Agent(NamedTuple):
    """The shapes of the two networks, their parameters, and what the optimiser remembers of them."""

    actor: Network
    critic: Network
    parameters: Arrays
    memory: Arrays


@dataclass(frozen=True, eq=False)
class Rollout:
    """L steps of N copies: arrays [L, N], observations [L+1, N, D]; `taken` is False where a copy was begun anew."""

    observed: Floats
    actions: Integers
    rewards: Floats
    terminated: Booleans
    truncated: Booleans
    taken: Booleans
    log_probabilities: Floats

    @property
    def ended(self) -> Booleans:
        """The steps that ended an episode."""
        return self.terminated | self.truncated


def shapes(simulator: Simulator, hidden: int) -> tuple[Network, Network]:
    """The actor, with a logit per action, and the critic, with one output."""
    return Network(simulator.inputs, hidden, simulator.actions), Network(simulator.inputs, hidden, 1)


def initial_networks(simulator: Simulator, hidden: int, rng: np.random.Generator) -> Arrays:
    """An actor near the uniform policy, which is the reference too, and a critic near 0."""
    actor, critic = shapes(simulator, hidden)
    theta = initial_weights(actor, rng, scale=0.01)
    return {
        "actor": theta,
        "reference": theta,
        "critic": initial_weights(critic, rng),
        "returns": np.zeros(3),
    }


def log_softmax(logits: Floats) -> Floats:
    """log π from logits [M, A], without the checks of `policies`."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def roll(
    simulator: Simulator,
    agent: Agent,
    observed: Floats,
    over: Booleans,
    steps: int,
    rng: np.random.Generator,
    *,
    once: bool = False,
) -> Rollout:
    """`steps` steps of every copy under π_θ; with `once` only until each has ended one episode."""
    copies = len(observed)
    rows: list[tuple[NDArray[Any], ...]] = []
    seen, ended = [observed], over.copy()
    for _ in range(steps):
        logs = log_softmax(forward(agent.actor, agent.parameters["actor"], observed)[0])
        below = np.exp(logs[:, :-1]).cumsum(axis=1)
        actions = (below <= rng.random(copies)[:, None]).sum(axis=1)
        chosen = np.where(ended, IDLE, actions) if once else actions
        observed, paid, terminated, truncated = simulator.step(chosen, rng)
        rows.append((actions, paid, terminated, truncated, ~ended, logs[np.arange(copies), actions]))
        seen.append(observed)
        now = terminated | truncated
        ended = ended | now if once else now
        if once and ended.all():
            break
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Rollout(np.array(seen), *columns)


class Copies:
    """The copies that one run of `settings` needs, between updates: where they are and what their episodes returned."""

    def __init__(self, name: str, settings: Settings, saved: Arrays) -> None:
        self._settings = settings
        self._goes_on = isinstance(settings, PPOSettings)
        self._alike = settings.size if isinstance(settings, GRPOSettings | RLOOSettings) else 1
        self.simulator = simulator(name, _number(settings))
        self._saved = saved
        self._running = saved.get("running", np.zeros(_number(settings)))
        self._finished = saved.get("finished", np.zeros(0))
        self._observed: Floats | None = None

    @property
    def mean_return(self) -> float:
        """The mean of the last 100 episodes that ended, NaN before the first."""
        return float(self._finished.mean()) if self._finished.size else float("nan")

    def roll(self, agent: Agent, rng: np.random.Generator) -> Rollout:
        """`steps` more steps of every copy for PPO, one whole episode of every copy for the others."""
        if isinstance(self._settings, PPOSettings):
            rollout = self._go_on(agent, self._settings.steps, rng)
        else:
            self._running = np.zeros_like(self._running)
            fresh = self.simulator.reset(rng, self._alike)
            over = np.zeros(len(fresh), np.bool_)
            rollout = roll(self.simulator, agent, fresh, over, self.simulator.longest, rng, once=True)
        self._count(rollout)
        return rollout

    def snapshot(self) -> Arrays:
        """Everything of the copies that the next update depends on."""
        kept: Arrays = {"finished": self._finished}
        return {**kept, "running": self._running, **self.simulator.snapshot()} if self._goes_on else kept

    def _go_on(self, agent: Agent, steps: int, rng: np.random.Generator) -> Rollout:
        if self._observed is None:
            fresh = "over" not in self._saved
            self._observed = self.simulator.reset(rng) if fresh else self.simulator.restore(self._saved)
            self._over = np.zeros(len(self._observed), np.bool_) if fresh else self._saved["over"].copy()
        rollout = roll(self.simulator, agent, self._observed, self._over, steps, rng)
        self._observed, self._over = rollout.observed[-1], rollout.ended[-1]
        return rollout

    def _count(self, rollout: Rollout) -> None:
        running, finished = self._running.copy(), [self._finished]
        paid, ended = np.where(rollout.taken, rollout.rewards, 0.0), rollout.ended & rollout.taken
        for rewards, now in zip(paid, ended, strict=True):
            running += rewards
            if now.any():
                finished.append(running[now])
                running[now] = 0
        self._running, self._finished = running, np.concatenate(finished)[-LAST_EPISODES:]


def _number(settings: Settings) -> int:
    if isinstance(settings, PPOSettings):
        return settings.environments
    return settings.groups * settings.size if isinstance(settings, GRPOSettings | RLOOSettings) else settings.episodes
