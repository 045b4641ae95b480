"""Sampling episodes: steps a second of `numeric.sampling`, as blocks of numbers of steps and as padded batches.

A step needs random bits, so the generator's own rate of doubles is the measure. In a world with ends only the steps
before the end are counted, never padding.
"""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from random import Random

import numpy as np

from benchmarks import world
from benchmarks.measure import Row, Timed, WrongAnswer, rates
from benchmarks.registry import benchmark
from numeric.mdp import FiniteMDP
from numeric.sampling import sample_blocks, sample_summary, sample_trajectories

Episode = list[tuple[int, int, float]]  # (s_t, a_t, r_t)
EPISODES, PADDED, HORIZON = 1 << 17, 1 << 14, 10
UNIT, MILLION = "million steps/s", 1e6
MANY = 10_000_000


def _blocks() -> Timed:
    """Every step as the number of (s, a, s'), in blocks that are used one after the other."""
    mdp, policy, rng = world.mdp(HORIZON), world.policy(), np.random.default_rng(0)
    return Timed(lambda: deque(sample_blocks(mdp, policy, EPISODES, rng), maxlen=0), work=EPISODES * HORIZON)


def _padded() -> Timed:
    """All that was seen, in seven arrays [N, T]."""
    mdp, policy, rng = world.mdp(HORIZON), world.policy(), np.random.default_rng(0)
    return Timed(lambda: sample_trajectories(mdp, policy, PADDED, rng), work=PADDED * HORIZON)


def _summary() -> Timed:
    """The mean return, the visits and the gradient."""
    mdp, policy, rng = world.mdp(HORIZON), world.policy(), np.random.default_rng(0)
    return Timed(lambda: sample_summary(mdp, policy, EPISODES, rng), work=EPISODES * HORIZON)


def _against_the_generator(name: str, budget: float, *, ours: Callable[[], Timed]) -> Row:
    """Against the doubles a second of `rng.random`, into a buffer that stays in the cache."""
    rng, buffer = np.random.default_rng(0), np.empty(1 << 13)
    peer = Timed(lambda: rng.random(out=buffer), work=len(buffer))
    return rates(name, ours(), peer, budget, "million steps/s (doubles/s)", MILLION)


for name, ours in (
    ("sampling_vs_generator", _blocks),
    ("sampling_summary_vs_generator", _summary),
    ("sampling_padded_vs_generator", _padded),
):
    benchmark(name, group="sampling")(partial(_against_the_generator, ours=ours))


@benchmark("memory_of_ten_million_episodes", group="sampling")
def memory_of_ten_million_episodes(name: str, budget: float) -> Row:
    """The most that a process which summarises ten steps of each holds, interpreter included, against 1 GiB."""
    done = subprocess.run([sys.executable, "-c", _SUMMARY], capture_output=True, text=True, check=True)
    kilobytes, episodes = map(int, done.stdout.split())
    if episodes != MANY:
        raise WrongAnswer(f"{episodes} episodes were summarised")
    return Row(name, kilobytes / 1024, 1024, 1024 * 1024 / kilobytes, "MiB")


_SUMMARY = f"""
import re, resource
from pathlib import Path
import numpy as np
from benchmarks import world
from numeric.sampling import sample_summary
found = sample_summary(world.mdp({HORIZON}), world.policy(), {MANY}, np.random.default_rng(0))
status = Path("/proc/self/status")  # ru_maxrss would count what the parent held
held = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
print(held[1] if held else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, found.episodes)
"""


@benchmark("sampling_vs_python_loop", group="sampling")
def sampling_vs_python_loop(name: str, budget: float) -> Row:
    """Against the loop that one would write: one action and one next state at a time."""
    episodes = 1_000
    return rates(name, _padded(), Timed(_loop(episodes), work=episodes * HORIZON), budget, UNIT, MILLION)


def _loop(episodes: int) -> Callable[[], list[Episode]]:
    uniform = Random(0).random
    first = [float(row[0]) for row in world.POLICY]
    below = [[[float(x) for x in accumulate(law)] for law in row] for row in world.TRANSITION]
    rewards = [[[float(x) for x in law] for law in row] for row in world.REWARD]

    def run() -> list[Episode]:
        batch = []
        for _ in range(episodes):
            state = 0
            episode: Episode = []
            for _ in range(HORIZON):
                action = 0 if uniform() < first[state] else 1
                law, number, after = below[state][action], uniform(), 0
                while number >= law[after] and after < world.STATES - 1:
                    after += 1
                episode.append((state, action, rewards[state][action][after]))
                state = after
            batch.append(episode)
        return batch

    return run


@benchmark("sampling_vs_gymnasium_vector", group="sampling", needs=("gymnasium",))
def sampling_vs_gymnasium_vector(name: str, budget: float) -> Row:
    """The slippery 4 x 4 frozen lake under the uniform policy, against gymnasium's vector of 256."""
    import gymnasium

    width, rounds = 256, 20
    envs = gymnasium.make_vec("FrozenLake-v1", num_envs=width, vectorization_mode="sync")
    envs.reset(seed=0)
    rng = np.random.default_rng(0)

    def play() -> None:
        for _ in range(rounds):
            envs.step(rng.integers(4, size=width))

    mdp, policy = frozen_lake(horizon=100), np.full((16, 4), 0.25)
    steps = sample_summary(mdp, policy, EPISODES, np.random.default_rng(1)).steps
    ours = Timed(lambda: deque(sample_blocks(mdp, policy, EPISODES, rng), maxlen=0), work=steps)
    return rates(name, ours, Timed(play, work=width * rounds), budget, UNIT, MILLION)


def frozen_lake(horizon: int) -> FiniteMDP:
    """The 4 x 4 map of gymnasium's FrozenLake-v1: a move goes to either side of its direction as often as along it."""
    lake, moves = "SFFFFHFHFFFHHFFG", ((0, -1), (1, 0), (0, 1), (-1, 0))
    transition, reward = np.zeros((16, 4, 16)), np.zeros((16, 4, 16))
    reward[:, :, 15] = 1
    terminal = np.array([cell in "HG" for cell in lake])
    for state in range(16):
        for action in range(4):
            for turn in (-1, 0, 1):
                row, column = divmod(state, 4)
                down, right = moves[(action + turn) % 4]
                after = 4 * min(max(row + down, 0), 3) + min(max(column + right, 0), 3)
                transition[state, action, after if not terminal[state] else state] += 1 / 3
    return FiniteMDP(np.eye(16)[0], transition, reward, horizon=horizon, terminal=terminal)
