"""Looking for a counterexample of an inequality uphill: from random models, in small random changes that close the gap.

Bounds are tight where random models rarely are: near γ = 1, at almost deterministic laws, at policies that almost
agree. A step is kept when (lesser - greater) / (|lesser| + |greater|) does not fall; models on which both sides are
zero, where every inequality is tight, are not visited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from flint import fmpq

from derive.errors import Unevaluable
from derive.models.claims import Claim, letters_left
from derive.models.comparison import admits, complete, places
from derive.models.draw import Size
from derive.models.environment import Key
from derive.models.evaluation import run
from derive.models.interpretation import Model, key_of, rows_of
from derive.models.numbers import Numbers, exceeds
from derive.models.search import Found, Search
from derive.models.sources import ABOVE_ZERO, BELOW_ONE, POSITIVE
from derive.models.tables import LogOf
from derive.terms import Letter

STARTS, STEPS = 3, 150
RARE = (fmpq(1, 100), fmpq(1, 10))
LEVELS = tuple(fmpq(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (1, 10), (10, 1)))
DISCOUNTS = tuple(fmpq(p, 100) for p in (10, 50, 90, 99))


def climb(search: Search) -> Found | None:
    """A model on which an inequality is false, found uphill; at sizes of two states and two actions at most."""
    sizes = [s for s in search.tested if s.states <= 2 and s.actions <= 2 and s.horizon > 0]
    for start in range(STARTS if sizes else 0):
        size = sizes[-1]
        model = search.draw(f"uphill/{start}", POSITIVE, size)
        if model is not None and (found := _uphill(search, model, size, Random(f"{search.seed}/uphill/{start}"))):
            return Found(found, size)
    return None


def _uphill(search: Search, model: Model, size: Size, rng: Random) -> Model | None:
    claim, numbers = search.claim, search.exact
    letters = [f for f in letters_left(claim) if model.letters[key_of(f)].values]
    score = _score(claim, model, size, numbers)
    reals = [name for name in sorted(model.reals) if name not in {f.name for f in claim.fixed}]
    for _ in range(STEPS if letters or reals else 0):
        try:
            candidate = complete(claim, _changed(model, letters, reals, claim, rng), numbers)
            if not admits(claim, candidate, size, numbers):
                continue
            found = _score(claim, candidate, size, numbers)
        except Unevaluable:
            continue
        search.points += 1
        if found is None or (score is not None and exceeds(score, found)):
            continue
        model, score = candidate, found
        if exceeds(score, fmpq(0)):
            return model
    return None


def _score(claim: Claim, model: Model, size: Size, numbers: Numbers) -> Any:
    """The largest relative excess of the lesser side at any place; None where all are zero."""
    env, best = claim.program.env(model, numbers), None
    for _ in places(claim, claim.program, env, model, size):
        lesser, greater = (run(f, env) for f in claim.program.functions)
        scale = abs(lesser) + abs(greater)
        if exceeds(scale, fmpq(0)):
            excess = (lesser - greater) / scale
            best = excess if best is None or exceeds(excess, best) else best
    return best


def _changed(model: Model, letters: Sequence[Letter], reals: Sequence[str], claim: Claim, rng: Random) -> Model:
    """The model with one real, one entry or one row changed."""
    choice = rng.randrange(len(letters) + len(reals))
    if choice < len(reals):
        name = reals[choice]
        return replace(model, reals={**model.reals, name: _real(name, model.reals[name], claim, rng)})
    letter = letters[choice - len(reals)]
    table = model.letters[key_of(letter)]
    part = rng.choice(["values", "tangents"]) if table.tangents else "values"
    entries = (
        _row(model, letter, part, letters, rng) if letter.pmf else _entry(getattr(table, part), letter, claim, rng)
    )
    changed = replace(table, **{part: {**getattr(table, part), **entries}})
    return replace(model, letters={**model.letters, key_of(letter): changed})


def _real(name: str, value: Any, claim: Claim, rng: Random) -> Any:
    if isinstance(value, LogOf):
        return LogOf(rng.choice([value.argument * 2, value.argument / 2, fmpq(1)]))
    if name in BELOW_ONE:
        return rng.choice([*DISCOUNTS, (value + 1) / 2, value / 2])
    ends = [x for x in claim.bounds.get(name, ()) if x is not None]
    levels = [x for x in LEVELS if x > 0] if name in ABOVE_ZERO else [*LEVELS, -value]
    return rng.choice([*levels, *ends, value * 2, value / 2])


def _entry(entries: Any, letter: Letter, claim: Claim, rng: Random) -> dict[Key, Any]:
    key = rng.choice(sorted(entries))
    ends = [x for x in claim.bounds.get(key_of(letter), ()) if x is not None]
    return {key: rng.choice([*LEVELS, *ends, *ends, entries[key] * 2, entries[key] / 2, -entries[key]])}


def _row(model: Model, letter: Letter, part: str, letters: Sequence[Letter], rng: Random) -> dict[Key, Any]:
    """A new row of a distribution: near another one's, with a little moved to one entry; or slopes that sum to zero."""
    row = rng.choice([list(group) for group in rows_of(letter, model)])
    chosen = rng.randrange(len(row))
    if part == "tangents":
        other = rng.randrange(len(row))
        return {k: fmpq(int(i == chosen) - int(i == other)) for i, k in enumerate(row)}
    alike = [f for f in letters if f.pmf and f.domains == letter.domains]
    source = model.letters[key_of(rng.choice(alike))].values
    base = [source.get(k, model.letters[key_of(letter)].values[k]) for k in row]
    moved = rng.choice([*RARE, fmpq(99, 100), fmpq(0) if len(alike) > 1 else fmpq(1, 2)])
    return {k: (1 - moved) * x + moved * int(i == chosen) for i, (k, x) in enumerate(zip(row, base, strict=True))}
