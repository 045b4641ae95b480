"""Random models, as plain data, that give a value to every letter and name of a term; each at one trajectory."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from sympy import Expr

from derive.binding import subterms
from derive.terms import HISTORIES, Domain, Draw, Letter

HORIZON = 2
SAMPLES = 3


def random_model(term: Expr, rng: Random) -> dict[str, Any]:
    """A model of horizon 2 over two states, two actions and two outcomes."""
    sets = {"S": [0, 1], "A": [0, 1], "X": [4, 5]}
    letters = {n for n in subterms(term) if isinstance(n, Letter)}
    sampled = {n.domain for n in subterms(term) if isinstance(n, Draw)}
    states, actions = [rng.randint(0, 1) for _ in range(HORIZON + 1)], [rng.randint(0, 1) for _ in range(HORIZON)]
    return {
        "horizon": HORIZON,
        "domains": sets,
        "indices": {"T": rng.randint(1, HORIZON), **{name: rng.randint(0, 2) for name in "tkn"}},
        "elements": {
            **{name: rng.choice(sets[kind]) for name, kind in (("s", "S"), ("s'", "S"), ("a", "A"), ("x", "X"))},
            **{"x2": rng.choice(sets["X"]), "i": rng.choice([0, 1, 3])},
        },
        "reals": {"gamma": "1/2", "y": str(_signed(rng)), "theta": ["log", str(Fraction(rng.randint(1, 4), 2))]},
        "letters": {f"{f.name}/{len(f.domains)}": _table(f, sets, rng) for f in sorted(letters, key=lambda f: f.name)},
        "trajectory": [states, actions],
        "samples": {d.name: [rng.choice(_elements(d, sets)) for _ in range(SAMPLES)] for d in sorted(sampled, key=str)},
    }


def _elements(domain: Domain | None, sets: dict[str, list[int]]) -> list[Any]:
    if domain is None:
        return list(range(-1, HORIZON + 3))
    if domain == HISTORIES:
        steps = [(0, 1)] * (2 * HORIZON + 1)
        return [list(h) for length in range(1, 2 * HORIZON + 2, 2) for h in product(*steps[:length])]
    return list(domain.elements) if domain.elements is not None else sets[domain.name]


def _table(letter: Letter, sets: dict[str, list[int]], rng: Random) -> dict[str, Any]:
    found: dict[str, list[Any]] = {"table": []}
    if letter.parameter is not None:
        found |= {"tangent": [], "second": []}
    first, *rest = [_elements(d, sets) for d in letter.domains]
    for others in product(*rest):
        for part, row in zip(found, _rows(letter.pmf, len(first), rng), strict=False):
            found[part] += [[[x, *others], str(value)] for x, value in zip(first, row, strict=True)]
    return found


def _rows(law: bool, size: int, rng: Random) -> list[list[Fraction]]:
    """Values with first and second derivatives; of a distribution, some of the values may be zero."""
    if not law:
        return [[_signed(rng) for _ in range(size)] for _ in range(3)]
    weights = [rng.choice([0, 1, 1, 2, 3]) for _ in range(size)]
    weights = weights if any(weights) else [1] * size
    slopes = [[_signed(rng) if w else Fraction(0) for w in weights] for _ in range(2)]
    live = sum(1 for w in weights if w)
    level = [[g - sum(row) / live if w else Fraction(0) for g, w in zip(row, weights, strict=True)] for row in slopes]
    return [[Fraction(w, sum(weights)) for w in weights], *level]


def _signed(rng: Random) -> Fraction:
    return Fraction(rng.randint(-4, 4), rng.randint(1, 3))
