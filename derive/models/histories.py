"""Letters of histories: a random table whose entries are drawn when they are first asked for.

There are too many histories to draw an entry for each. An entry depends on its arguments and on the label of the
draw alone, not on what was asked for before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from derive.errors import Unevaluable
from derive.models.environment import Key
from derive.models.interpretation import elements_of, key_of
from derive.models.jets import Jet
from derive.models.tables import Entries, Table
from derive.terms import HISTORIES, Letter

Draw = Callable[[Random, int], Sequence[Jet]]


def drawn_when_asked(
    letter: Letter, label: str, domains: Mapping[str, tuple[int, ...]], order: int, row: Draw, number: Draw
) -> Table:
    """A table of a letter of histories; `row` draws a distribution of some size, `number` that many numbers.

    Both give each entry with as many derivatives as the table has.
    """
    if letter.pmf and letter.domains[0] == HISTORIES:
        raise Unevaluable(f"{letter.name} is a distribution over histories: nothing sums over them")
    parts: list[dict[Key, Any]] = []

    def fill(key: Key) -> None:
        for x, domain in zip(key, letter.domains, strict=True):
            if domain is not None and domain != HISTORIES and x not in elements_of(domain, domains):
                raise KeyError(key)
        group = [(x, *key[1:]) for x in elements_of(letter.domains[0], domains)] if letter.pmf else [key]
        rng = Random(f"{label}/{key_of(letter)}/{group[0]}")
        for entry, jet in zip(group, (row if letter.pmf else number)(rng, len(group)), strict=True):
            for part, x in zip(parts, jet, strict=True):
                part[entry] = x

    parts += [Entries(fill) for _ in range(order + 1)]
    return Table(*parts)
