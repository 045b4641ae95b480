"""One-way matching: for which values of its free names a pattern becomes a given term. Untrusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Add, Basic, Expr, Mul, Symbol

from derive.binding import alike, bound_name, free, renamed, substitute
from derive.errors import Refused
from derive.terms import Var, fits
from derive.timeline import is_linear, linear

Values = Mapping[Basic, Basic]
MAX_FACTORS = 6


def matches(pattern: Expr, term: Expr, fixed: frozenset[Basic] = frozenset()) -> Iterator[dict[Basic, Basic]]:
    """Each assignment of the pattern's free names, other than the fixed ones, that turns it into the term."""
    apart = {name: renamed(name, f"?{name}") for name in free(pattern) - fixed}
    back = {new: name for name, new in apart.items()}
    for found in _match([(substitute(pattern, apart), term)], {}, frozenset(back)):
        values = {back[name]: value for name, value in found.items()}
        try:
            if alike(substitute(pattern, values), term):
                yield values
        except Refused:
            continue


def _match(
    goals: list[tuple[Basic, Basic]], values: dict[Basic, Basic], names: frozenset[Basic]
) -> Iterator[dict[Basic, Basic]]:
    if not goals:
        yield values
        return
    (pattern, term), rest = goals[0], goals[1:]
    if pattern in values:
        if values[pattern] == term:
            yield from _match(rest, values, names)
    elif pattern in names:
        if _sorted_alike(pattern, term):
            yield from _match(rest, {**values, pattern: term}, names)
    elif not free(pattern) & names:
        if pattern == term or alike(pattern, term):
            yield from _match(rest, values, names)
    elif isinstance(pattern, Expr) and is_linear(pattern) and isinstance(term, Expr) and is_linear(term):
        yield from _match_index(pattern, term, rest, values, names)
    elif isinstance(pattern, (Add, Mul)):
        yield from _match_commutative(pattern, term, rest, values, names)
    elif type(pattern) is type(term) and len(pattern.args) == len(term.args):
        yield from _match([*_arguments(pattern, term), *rest], values, names)


def _sorted_alike(name: Basic, term: Basic) -> bool:
    if isinstance(name, Var):
        return fits(term, name.domain)
    return isinstance(term, Expr) and fits(term, None) and (not name.is_integer or is_linear(term))


def _arguments(pattern: Basic, term: Basic) -> list[tuple[Basic, Basic]]:
    name, other = bound_name(pattern), bound_name(term)
    if name is None or other is None:
        return list(zip(pattern.args, term.args, strict=True))
    place, scopes = pattern.binds
    renamed = [substitute(a, {name: other}) if i in scopes else a for i, a in enumerate(pattern.args)]
    return [(p, t) for i, (p, t) in enumerate(zip(renamed, term.args, strict=True)) if i != place]


def _match_index(
    pattern: Expr,
    term: Expr,
    rest: list[tuple[Basic, Basic]],
    values: dict[Basic, Basic],
    names: frozenset[Basic],
) -> Iterator[dict[Basic, Basic]]:
    """k+1 against t gives k = t-1: one open name, coefficient ±1; with more open names, wait for the others."""
    difference = term - substitute(pattern, values)
    unknown = [s for s in free(pattern) & names if s not in values]
    if len(unknown) > 1 and any(free(p) & names for p, _ in rest):
        yield from _match([*rest, (pattern, term)], values, names)
        return
    coefficients = dict(linear(substitute(pattern, values))[1])
    if not unknown:
        if difference.expand() == 0:
            yield from _match(rest, values, names)
    elif len(unknown) == 1 and abs(coefficients.get(unknown[0], 0)) == 1:
        name: Symbol = unknown[0]
        value = (name + coefficients[name] * difference).expand()
        yield from _match(rest, {**values, name: value}, names)


def _match_commutative(
    pattern: Expr,
    term: Basic,
    rest: list[tuple[Basic, Basic]],
    values: dict[Basic, Basic],
    names: frozenset[Basic],
) -> Iterator[dict[Basic, Basic]]:
    if type(term) is not type(pattern) or len(term.args) != len(pattern.args) or len(term.args) > MAX_FACTORS:
        return
    first, others = pattern.args[0], pattern.func(*pattern.args[1:])
    for i, candidate in enumerate(term.args):
        remaining = term.func(*(a for j, a in enumerate(term.args) if j != i))
        yield from _match([(first, candidate), (others, remaining), *rest], values, names)
