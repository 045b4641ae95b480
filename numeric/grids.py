"""Grids drawn as text: the picture is the map, and a finite MDP is read off it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numeric.errors import WorldError
from numeric.mdp import FiniteMDP

__all__ = ["MOVES", "Grid", "grid_mdp"]

MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))  # actions 0 … 3: up, down, left, right, as (row, column)


@dataclass(frozen=True)
class Grid:
    """Rows of S (the start), G (the goal), # (a wall) and . (free): the states are the cells without a wall.

    `picture` is one string per row. Raises WorldError unless all rows are of one length, of those four letters,
    with one S and one G.
    """

    picture: tuple[str, ...]

    def __post_init__(self) -> None:
        drawn = "".join(self.picture)
        if not drawn or len({len(row) for row in self.picture}) != 1 or set(drawn) - set("SG#."):
            raise WorldError(f"the picture is {self.picture!r}; give rows of one length, of S, G, # and '.' alone")
        if drawn.count("S") != 1 or drawn.count("G") != 1:
            raise WorldError(f"the picture is {self.picture!r}; give it one start S and one goal G")

    @property
    def cells(self) -> tuple[tuple[int, int], ...]:
        """(row, column) of state 0, 1, …: row by row, from the top left."""
        return tuple((i, j) for i, row in enumerate(self.picture) for j, c in enumerate(row) if c != "#")

    def find(self, letter: str) -> int:
        """The state of the first cell that shows `letter`."""
        return [self.picture[i][j] for i, j in self.cells].index(letter)


def grid_mdp(
    grid: Grid, *, goal_reward: float, step_reward: float, discount: float = 1.0, horizon: int | None = None
) -> FiniteMDP:
    """s_{t+1} = s_t + move(a_t), or s_t where that is a wall or outside; r = `goal_reward` on entering G, which ends
    the episode, and `step_reward` for every other step. Actions are those of MOVES.
    """
    numbers = {cell: state for state, cell in enumerate(grid.cells)}
    goal, states = grid.find("G"), len(numbers)
    transition = np.zeros((states, len(MOVES), states))
    for (i, j), state in numbers.items():
        for action, (down, right) in enumerate(MOVES):
            transition[state, action, numbers.get((i + down, j + right), state)] = 1
    transition[goal] = np.eye(states)[goal]
    reward = np.full(transition.shape, float(step_reward))
    reward[:, :, goal] = goal_reward
    reward[goal] = 0
    return FiniteMDP(np.eye(states)[grid.find("S")], transition, reward, discount, horizon, np.arange(states) == goal)
