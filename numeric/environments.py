"""Gymnasium environments: one with a transition table is a finite MDP, one with discrete actions can be learnt in.

Gymnasium is imported when it is needed, never before.
"""

from __future__ import annotations

import importlib
import operator
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import WorldError
from numeric.mdp import FiniteMDP

__all__ = ["environment_mdp", "make_environment", "table_mdp"]

Floats = NDArray[np.float64]
Outcome = tuple[int, float, bool]  # s', r, whether the episode ends there
Rows = list[list[dict[Outcome, float]]]
Numbers = dict[tuple[int, bool, int], int]  # (s', whether the episode ends there, rank of the reward) -> state


def make_environment(name: str, **options: Any) -> Any:
    """The Gymnasium environment of this name, made with these options, if its actions are 0 … A-1.

    Raises WorldError where Gymnasium is not installed, has no such environment or lacks what that one needs,
    and for actions that are not discrete.
    """
    try:
        gymnasium = importlib.import_module("gymnasium")
    except ImportError as cause:
        raise WorldError(f"{name!r} needs Gymnasium, which is not installed: pip install gymnasium") from cause
    try:
        environment = gymnasium.make(name, **options)
    except (gymnasium.error.Error, ImportError, TypeError, ValueError) as cause:
        raise WorldError(f"Gymnasium makes no environment {name!r}: {cause}") from cause
    try:
        _count(environment.action_space, "actions")
    except WorldError:
        environment.close()
        raise
    return environment


def environment_mdp(name: str, *, discount: float = 1.0, horizon: int | None = None, **options: Any) -> FiniteMDP:
    """(ρ_0, P, r) of the Gymnasium environment of this name (FrozenLake, CliffWalking, Taxi, …), with γ and T.

    `options` go to gymnasium.make. A limit on the steps of an episode is no part of the table: give it as
    `horizon`. Raises WorldError as `make_environment` and `table_mdp` do, MDPError for a bad γ or T.
    """
    environment = make_environment(name, **options)
    try:
        return table_mdp(environment, discount=discount, horizon=horizon)
    finally:
        environment.close()


def table_mdp(
    environment: Any, *, discount: float = 1.0, horizon: int | None = None, initial: ArrayLike | None = None
) -> FiniteMDP:
    """P(s', r, end | s, a) = Σ p over the entries (p, s', r, end) of `environment.unwrapped.P[s][a]`, as an MDP.

    Its first states are those of the environment. Copies are appended where one next state is reached with
    several rewards, or both with and without an end, so that r(s, a, s') and the ends are functions and the
    law of (s_t, a_t, r_t), states taken with their copies, is that of the environment. `initial` replaces the
    environment's own law of s_0. Raises WorldError without discrete actions, a table or a law of s_0.
    """
    bare = getattr(environment, "unwrapped", environment)
    actions = _count(bare.action_space, "actions")
    table = getattr(bare, "P", None)
    if not isinstance(table, Mapping):
        raise WorldError(f"{bare!r} has no transition table P; learn in it without a model, or give one that has")
    start = getattr(bare, "initial_state_distrib", None) if initial is None else initial
    if start is None:
        raise WorldError(f"{bare!r} does not say how it starts; give initial=, the law of s_0")
    states = _count(bare.observation_space, "observations")
    law = np.asarray(start, dtype=np.float64)
    rows = [[_merged(table[s][a]) for a in range(actions)] for s in range(states)]
    number = _numbered(rows, frozenset(np.flatnonzero(law).tolist()))
    terminal = np.array([end for _, end, _ in number])
    padded = np.append(law, np.zeros(len(number) - states))
    return FiniteMDP(padded, *_arrays(rows, number), discount, horizon, terminal)


def _count(space: Any, what: str) -> int:
    """n of a Discrete space that starts at 0."""
    if not hasattr(space, "n") or np.ndim(space.n) or int(getattr(space, "start", 0)) != 0:
        raise WorldError(f"the {what} are {space}; only discrete {what}, numbered from 0, are dealt with here")
    return operator.index(space.n)


def _merged(entries: list[tuple[float, int, float, bool]]) -> dict[Outcome, float]:
    """The outcomes of one (s, a) with their probabilities, equal ones together, impossible ones left out."""
    law: dict[Outcome, float] = {}
    for p, following, reward, ends in entries:
        outcome = (int(following), float(reward), bool(ends))
        law[outcome] = law.get(outcome, 0.0) + float(p)
    return {outcome: p for outcome, p in law.items() if p > 0}


def _ranked(law: dict[Outcome, float]) -> Iterator[tuple[Outcome, int]]:
    """Each outcome, and how many with the same state and end but another reward come before it."""
    seen: dict[tuple[int, bool], int] = {}
    for outcome in law:
        place = (outcome[0], outcome[2])
        yield outcome, seen.setdefault(place, 0)
        seen[place] += 1


def _numbered(rows: Rows, starts: frozenset[int]) -> Numbers:
    """The MDP's state for every (s', end, rank), in order: first the environment's own, then the copies.

    An own state is terminal when every step into it, from a state that is not, ends the episode.
    """
    ending = {z for row in rows for law in row for z, _, end in law if end} - starts
    while passed := {z for s, z, end in _steps(rows, ending) if not end} & ending:
        ending -= passed
    number = {(s, s in ending, 0): s for s in range(len(rows))}
    for s, row in enumerate(rows):
        for (z, _, end), rank in (pair for law in row if s not in ending for pair in _ranked(law)):
            number.setdefault((z, end, rank), len(number))
    return number


def _steps(rows: Rows, ending: set[int]) -> Iterator[tuple[int, int, bool]]:
    """(s, s', end) of every step from a state that is not in `ending`."""
    return ((s, z, end) for s, row in enumerate(rows) if s not in ending for law in row for z, _, end in law)


def _arrays(rows: Rows, number: Numbers) -> tuple[Floats, Floats]:
    """P and r as [S, A, S]: a copy leaves as its original does; a terminal state stays where it is."""
    shape = (len(number), len(rows[0]), len(number))
    transition, reward = np.zeros(shape), np.zeros(shape)
    for (s, end, _), state in number.items():
        if end:
            transition[state, :, state] = 1
            continue
        for a, law in enumerate(rows[s]):
            for (outcome, rank), p in zip(_ranked(law), law.values(), strict=True):
                z, pay, ends = outcome
                transition[state, a, number[z, ends, rank]] = p
                reward[state, a, number[z, ends, rank]] = pay
    return transition, reward
