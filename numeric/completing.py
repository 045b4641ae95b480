"""What a statement leaves open in a world, given small values: letters, numbers, times, variables, samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from numeric.errors import UnevaluableError
from numeric.evaluate import satisfies
from numeric.solving import solved

__all__ = ["completed", "elements_of", "fits_a_number", "key_of"]

Wire = Any
HISTORIES = ("domain", "H", None)
SMALL = range(4)  # values that an open time may take
NUMBERS = ("1/3", "1", "3")  # and an open number


def completed(model: Mapping[str, Any], *statement: Wire) -> dict[str, Any]:
    """The model with small values for whatever else a statement leaves open, so that its hypotheses hold.

    Raises UnevaluableError where no small times satisfy the inequalities, or a letter solves its equation nowhere.
    """
    full = {**model, **{part: dict(model[part]) for part in ("domains", "elements", "reals", "letters", "indices")}}
    parts = list(_parts(statement))
    _open_times(full, parts, statement)
    for wire in parts:
        if wire[0] == "var":
            _open_domain(full, wire[2])
            full["elements"].setdefault(wire[1], elements_of(full, wire[2])[-1])
        elif wire[0] == "real" and wire[1] not in full["reals"] and wire[1] != "theta":
            full["reals"][wire[1]] = NUMBERS[0]
        elif wire[0] == "letter":
            full["letters"].setdefault(key_of(wire), _table(full, *wire[2:]))
        elif wire[0] == "Draw":
            _open_domain(full, wire[2])
            full.setdefault("samples", {})[wire[2][1]] = [*reversed(elements_of(full, wire[2]))] * max(SMALL)
    for _, letter, other in (wire for wire in statement if wire[0] == "Coincide"):
        full["letters"][key_of(other)] = {"table": full["letters"][key_of(letter)]["table"]}
    numbers = sorted(set(full["reals"]) - set(model["reals"]))
    return _with_numbers(full, numbers, statement)


def _with_numbers(model: dict[str, Any], names: Sequence[str], statement: Sequence[Wire]) -> dict[str, Any]:
    """The first small values of open numbers with which the inequalities behind the claim hold, or the last."""
    given = [wire for wire in statement[1:] if wire[0] == "Inequality"]
    equations = [wire for wire in statement[1:] if wire[0] == "Always" or fits_a_number(wire)]
    for values in product(NUMBERS, repeat=len(names) if given else 0):
        model["reals"] |= dict(zip(names, values, strict=False))
        complete = solved(model, equations)
        if satisfies(complete, given):
            break
    return complete


def fits_a_number(wire: Wire) -> bool:
    """Whether an equation says what a letter without arguments or a parameter is."""
    return bool(wire[0] == "Equation" and wire[1][0] == "Apply" and len(wire[1]) == 2 and wire[1][1][4] is None)


def key_of(letter: Wire) -> str:
    """The name under which a model holds a letter."""
    return f"{letter[1]}/{len(letter[2])}"


def elements_of(model: Mapping[str, Any], domain: Wire | None) -> list[Any]:
    """The elements of a domain; the times of a trajectory where there is none."""
    if domain is None:
        return list(range(model["horizon"] + 1))
    if tuple(domain) == HISTORIES:
        return [list(h) for n in range(model["horizon"] + 1) for h in _histories(model, n)]
    return list(domain[2] if domain[2] is not None else model["domains"][domain[1]])


def _histories(model: Mapping[str, Any], length: int) -> Iterator[tuple[int, ...]]:
    """(s_0, a_0, …, a_{n-1}, s_n)."""
    states, actions = model["domains"]["S"], model["domains"]["A"]
    return product(*([states, actions] * length), states)


def _parts(wire: Wire) -> Iterator[Wire]:
    if isinstance(wire, (tuple, list)):
        if wire and isinstance(wire[0], str):
            yield wire
        for part in wire:
            yield from _parts(part)


def _open_times(model: dict[str, Any], parts: Sequence[Wire], statement: Sequence[Wire]) -> None:
    """Two samples for a capital letter, zero for another, or the next small numbers that the inequalities allow."""
    names = sorted({wire[1] for wire in parts if wire[0] == "time"} - set(model["indices"]))
    bounds = [wire for wire in statement if wire[0] == "AtMost"]
    choices = ([2, 1, 3, 0] if name.isupper() else SMALL for name in names)
    for values in product(*choices):
        model["indices"] |= dict(zip(names, values, strict=True))
        if not names or satisfies(model, bounds):
            return
    raise UnevaluableError(f"no values of {', '.join(names)} below {max(SMALL) + 1} satisfy {bounds}")


def _open_domain(model: dict[str, Any], domain: Wire) -> None:
    if domain[2] is None and tuple(domain) != HISTORIES:
        model["domains"].setdefault(domain[1], [0, 1])


def _table(model: dict[str, Any], domains: Wire, pmf: bool, parameter: Wire | None) -> dict[str, Any]:
    """A law 1 : 2 : … : n with tangents -1, 0, …, 0, 1 over 2n; for other letters 1/2, 1, 3/2, …, tangents 1, 2, …"""
    for domain in domains:
        if domain is not None:
            _open_domain(model, domain)
    sets = [elements_of(model, d) for d in domains]
    keys = [list(key) for key in product(*sets)]
    if pmf:
        n, rank = len(sets[0]), {x: i for i, x in enumerate(sets[0])}
        entries = [Fraction(2 * (rank[k[0]] + 1), n * (n + 1)) for k in keys]
        slopes = [Fraction((rank[k[0]] == n - 1) - (rank[k[0]] == 0), 2 * n) for k in keys]
    else:
        entries = [Fraction(i + 1, 2) for i in range(len(keys))]
        slopes = [Fraction(i + 1) for i in range(len(keys))]
    columns = {"table": entries} | ({"tangent": slopes, "second": slopes} if parameter else {})
    return {name: [[k, str(v)] for k, v in zip(keys, column, strict=True)] for name, column in columns.items()}
