"""How the states of a world lie in the plane, so that a policy can be drawn as arrows."""

from __future__ import annotations

from dataclasses import dataclass

from numeric.environments import make_environment
from numeric.errors import WorldError
from numeric.grids import MOVES
from numeric.worlds import GRIDS

__all__ = ["Board", "board"]

SIDEWAYS = ((0, -1), (0, 1))  # left, right
LAKE = ((0, -1), (1, 0), (0, 1), (-1, 0))  # left, down, right, up
CLIFF = ((-1, 0), (0, 1), (1, 0), (0, -1))  # up, right, down, left


@dataclass(frozen=True)
class Board:
    """Rows of S (start), G (goal), # (wall), H (to be avoided) and . (free); `moves` are (down, right) by action.

    State i stands on `place[i]`, (row, column); an MDP may have more states, which stand nowhere of their own.
    """

    picture: tuple[str, ...]
    place: tuple[tuple[int, int], ...]
    moves: tuple[tuple[int, int], ...]


def board(world: str) -> Board | None:
    """The board of the world of this name, None for a world that has none."""
    if world in GRIDS:
        return Board(GRIDS[world].picture, GRIDS[world].cells, MOVES)
    if world == "number_line":
        return Board(("..S.G",), tuple((0, i) for i in range(5)), SIDEWAYS)
    if world == "random_walk":
        return Board(("...S...",), tuple((0, i) for i in range(7)), SIDEWAYS)
    if world.startswith("FrozenLake"):
        return _lake(world)
    if world.startswith("CliffWalking"):
        return _all_cells(("." * 12, "." * 12, "." * 12, "S" + "H" * 10 + "G"), CLIFF)
    return None


def _lake(world: str) -> Board | None:
    try:
        environment = make_environment(world)
    except WorldError:
        return None
    rows = tuple("".join(cell.decode() for cell in row).replace("F", ".") for row in environment.unwrapped.desc)
    environment.close()
    return _all_cells(rows, LAKE)


def _all_cells(picture: tuple[str, ...], moves: tuple[tuple[int, int], ...]) -> Board:
    return Board(picture, tuple((i, j) for i, row in enumerate(picture) for j in range(len(row))), moves)
