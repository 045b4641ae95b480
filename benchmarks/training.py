"""Learning until it is solved: PPO on the walled grid and on CartPole-v1, against Stable-Baselines3, tuned.

The clock runs from the first step to the update after which the test holds, the test included, on both sides; imports
and the building of environments and networks are outside it. PyTorch has one thread, as fast as two on such networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Row, WrongAnswer
from benchmarks.registry import benchmark
from numeric.control import optimal_values
from numeric.exact import objective
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities
from numeric.train import PPOSettings, Record, default_settings, ppo
from numeric.worlds import walled_grid

SEEDS, UNCOUNTED, ROUNDS = range(5), 99, 3
SOLVED, EPISODES = 475.0, 100  # CartPole-v1: the mean return of the last hundred episodes
MOST_STEPS = 1_000_000
# On the grid both sides have the fastest of some ten settings that were tried.
GRID = {"n_steps": 32, "batch_size": 128, "n_epochs": 5, "learning_rate": 0.03, "gamma": 0.99, "gae_lambda": 0.9}
OURS = PPOSettings(epochs=2, learning_rate=1.0)
# The settings that RL Baselines3 Zoo publishes as tuned, with its schedules.
CARTPOLE = {"n_steps": 32, "batch_size": 256, "n_epochs": 20, "gamma": 0.98, "gae_lambda": 0.8, "ent_coef": 0.0}
PEERS = ("torch", "gymnasium", "stable_baselines3")


def _walled_grid(name: str, budget: float, *, test: Callable[[_Grid, NDArray[Any]], bool]) -> Row:
    """The median over five seeds, three times in turns; before each turn one run that does not count."""
    grid, ours, theirs = _Grid(walled_grid()), list[float](), list[float]()
    solved = partial(test, grid)

    def mine(seed: int) -> float:
        return _until(ppo(grid.mdp, OURS, seed), lambda record: solved(record.state.parameters["actor"]))

    for _ in range(ROUNDS):
        for spent, run in ((ours, mine), (theirs, partial(_peer_on_the_grid, grid, solved))):
            run(UNCOUNTED)
            spent += [run(seed) for seed in SEEDS]
    middle, peer = median(ours), median(theirs)
    return Row(name, middle * 1e3, peer * 1e3, peer / middle, "ms")


def _cartpole(name: str, budget: float, *, seed: int) -> Row:
    """Until the last hundred episodes return 475 on average."""
    ours = _until(
        ppo("CartPole-v1", default_settings("ppo", "CartPole-v1"), seed),
        lambda record: record.episodes >= EPISODES and record.mean_return >= SOLVED,
    )
    peer = _peer_on_the_cart(seed)
    return Row(name, ours, peer, peer / ours, "s")


for number in SEEDS:
    benchmark(f"ppo_cartpole_seed_{number}", group="training", needs=PEERS, slow=True)(partial(_cartpole, seed=number))


def _until(records: Iterator[Record], solved: Callable[[Record], bool]) -> float:
    start = perf_counter()
    for record in records:
        if solved(record):
            return perf_counter() - start
        if record.steps > MOST_STEPS:
            break
    raise WrongAnswer(f"not solved in {MOST_STEPS:,} steps")


class _Grid:
    """The grid with its certain moves, and two meanings of solved."""

    def __init__(self, mdp: FiniteMDP) -> None:
        self.mdp = mdp
        lands = mdp.transition.argmax(axis=2)
        self.after = lands.tolist()
        self.rewards = np.take_along_axis(mdp.reward, lands[:, :, None], axis=2)[:, :, 0].tolist()
        self.terminal, self.first = mdp.terminal.tolist(), int(mdp.initial.argmax())
        self.best = float(optimal_values(mdp)[0, self.first])

    def greedy_is_optimal(self, logits: NDArray[Any]) -> bool:
        """Whether the likeliest actions [S, A] are optimal along their way from the start."""
        state, total, actions = self.first, 0.0, logits.argmax(axis=1).tolist()
        for t in range(self.mdp.steps):
            if self.terminal[state]:
                break
            total += self.mdp.discount**t * self.rewards[state][actions[state]]
            state = self.after[state][actions[state]]
        return total >= self.best - 1e-9

    def sampled_is_optimal(self, logits: NDArray[Any]) -> bool:
        """Whether the policy that is sampled from has the largest J, exactly computed, but for a step's reward."""
        return objective(self.mdp, softmax_probabilities(logits)) >= self.best - 0.01


for name, test in (
    ("ppo_walled_grid_greedy", _Grid.greedy_is_optimal),
    ("ppo_walled_grid_sampled", _Grid.sampled_is_optimal),
):
    benchmark(name, group="training", needs=PEERS)(partial(_walled_grid, test=test))


def _peer_on_the_grid(grid: _Grid, test: Callable[[NDArray[Any]], bool], seed: int) -> float:
    import torch

    every = torch.eye(grid.mdp.n_states)

    def solved(model: Any) -> bool:
        with torch.no_grad():
            logits = model.policy.get_distribution(every).distribution.logits
        return test(logits.numpy().astype(np.float64))

    from stable_baselines3.common.vec_env import DummyVecEnv

    environments = DummyVecEnv([partial(_environment, grid)] * 8)
    policy = {"net_arch": []}  # linear in the one-hot state: a table
    return _peer(environments, {**GRID, "policy_kwargs": policy}, solved, seed)


def _environment(grid: _Grid) -> Any:
    """The grid for Gymnasium; a state is one-hot."""
    import gymnasium

    seen = np.eye(grid.mdp.n_states, dtype=np.float32)

    class Environment(gymnasium.Env[Any, Any]):
        observation_space = gymnasium.spaces.Box(0, 1, (grid.mdp.n_states,))
        action_space = gymnasium.spaces.Discrete(grid.mdp.n_actions)

        def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
            self.state, self.taken = grid.first, 0
            return seen[grid.first], {}

        def step(self, action: Any) -> Any:
            reward, self.state = grid.rewards[self.state][action], grid.after[self.state][action]
            self.taken += 1
            return seen[self.state], reward, grid.terminal[self.state], self.taken >= grid.mdp.steps, {}

    return Environment()


def _peer_on_the_cart(seed: int) -> float:
    from stable_baselines3.common.env_util import make_vec_env

    def solved(model: Any) -> bool:
        last = [episode["r"] for episode in model.ep_info_buffer]
        return len(last) >= EPISODES and float(np.mean(last)) >= SOLVED

    environments = make_vec_env("CartPole-v1", n_envs=8, seed=seed)
    settings = {"learning_rate": lambda left: 1e-3 * left, "clip_range": lambda left: 0.2 * left}
    return _peer(environments, {**CARTPOLE, **settings}, solved, seed, steps=300_000)


def _peer(
    environments: Any, settings: dict[str, Any], solved: Callable[[Any], bool], seed: int, steps: int = MOST_STEPS
) -> float:
    """The seconds that Stable-Baselines3 takes; asked after every update."""
    import torch
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback

    torch.set_num_threads(1)
    found = False

    class Solved(BaseCallback):
        def _on_rollout_start(self) -> None:
            nonlocal found
            found = self.num_timesteps > 0 and solved(self.model)

        def _on_step(self) -> bool:
            return not found

    model = PPO("MlpPolicy", environments, seed=seed, device="cpu", **settings)
    start = perf_counter()
    model.learn(steps, callback=Solved())
    spent = perf_counter() - start
    if not found:
        raise WrongAnswer(f"Stable-Baselines3 has not solved it in {steps:,} steps")
    return spent
