"""One-way matching: for which values of its free names, letters and domains a pattern becomes a term. Untrusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sympy import Add, Basic, Expr, Mul, Symbol

from derive.binding import alike, bound_name, free, renamed, respell, substitute
from derive.errors import IllFormed, Refused
from derive.terms import Domain, Letter, Var, fits
from derive.timeline import is_linear, linear

MAX_FACTORS = 6
Goal = tuple[Basic, Basic]


@dataclass(frozen=True)
class _State:
    """What is still to be matched, what is known of the open names, and how letters and domains are respelt."""

    goals: tuple[Goal, ...]
    values: Mapping[Basic, Basic]
    spelling: Mapping[Basic, Basic]
    names: frozenset[Basic]

    def then(self, *goals: Goal, value: Goal | None = None) -> _State:
        values = self.values if value is None else {**self.values, value[0]: value[1]}
        return _State((*goals, *self.goals), values, self.spelling, self.names)

    def spelt(self, old: Basic, new: Basic) -> _State:
        return _State(self.goals, self.values, {**self.spelling, old: new}, self.names)


def matches(pattern: Expr, term: Expr, fixed: frozenset[Basic] = frozenset()) -> Iterator[dict[Basic, Basic]]:
    """Each assignment of the pattern's names (other than the fixed), letters and domains that gives the term."""
    apart = {name: renamed(name, f"?{name}") for name in free(pattern) - fixed}
    back = {new: name for name, new in apart.items()}
    start = _State(((substitute(pattern, apart), term),), {}, {}, frozenset(back))
    for found in _match(start):
        spelling = _of_the_pattern(pattern, found.spelling)
        values = {back[name]: value for name, value in found.values.items()}
        try:
            if alike(substitute(respell(pattern, spelling), _respelt_keys(values, spelling)), term):
                yield {**spelling, **_respelt_keys(values, spelling)}
        except (Refused, IllFormed):
            continue


def _of_the_pattern(pattern: Basic, spelling: Mapping[Basic, Basic]) -> dict[Basic, Basic]:
    """What the pattern's own letters and domains become; on the way a letter was known by its new domains."""
    domains = {k: v for k, v in spelling.items() if isinstance(k, Domain)}
    letters = {k: spelling.get(respell(k, domains), k) for k in _letters(pattern) if isinstance(k, Letter)}
    return {k: v for k, v in (domains | letters).items() if k != v}


def _respelt_keys(values: Mapping[Basic, Basic], spelling: Mapping[Basic, Basic]) -> dict[Basic, Basic]:
    return {respell(k, spelling): v for k, v in values.items()}


@lru_cache(maxsize=20_000)
def _letters(node: Basic) -> frozenset[Basic]:
    """The letters and arbitrary domains of a pattern."""
    if isinstance(node, Letter):
        return frozenset({node}).union(d for d in node.domains if d is not None and d.elements is None)
    if isinstance(node, Domain):
        return frozenset({node} if node.elements is None else ())
    if isinstance(node, Var):
        return _letters(node.domain)
    return frozenset().union(*(_letters(a) for a in node.args))


def _match(state: _State) -> Iterator[_State]:
    if not state.goals:
        yield state
        return
    (pattern, term), rest = state.goals[0], _State(state.goals[1:], state.values, state.spelling, state.names)
    closed = not free(pattern) & state.names
    if closed and pattern == term and all(state.spelling.get(k, k) == k for k in _letters(pattern)):
        same = {k: k for k in _letters(pattern)}
        yield from _match(_State(rest.goals, rest.values, {**rest.spelling, **same}, rest.names))
    elif pattern in state.values:
        if state.values[pattern] == term:
            yield from _match(rest)
    elif pattern in state.names:
        if _sorted_alike(pattern, term, state.spelling):
            yield from _match(rest.then(value=(pattern, term)))
    elif isinstance(pattern, (Letter, Domain)):
        yield from _match_spelling(pattern, term, rest)
    elif not closed and isinstance(pattern, Expr) and is_linear(pattern):
        if isinstance(term, Expr) and is_linear(term):
            yield from _match_index(pattern, term, rest)
    elif isinstance(pattern, (Add, Mul)):
        yield from _match_commutative(pattern, term, rest)
    elif type(pattern) is type(term) and len(pattern.args) == len(term.args) and pattern.args:
        yield from _match_arguments(pattern, term, rest)


def _sorted_alike(name: Basic, term: Basic, spelling: Mapping[Basic, Basic]) -> bool:
    if isinstance(name, Var):
        return fits(term, spelling.get(name.domain, name.domain))
    return isinstance(term, Expr) and fits(term, None) and (not name.is_integer or is_linear(term))


def _match_spelling(pattern: Basic, term: Basic, rest: _State) -> Iterator[_State]:
    known = rest.spelling.get(pattern)
    if known is not None:
        if known == term:
            yield from _match(rest)
    elif isinstance(pattern, Domain) and isinstance(term, Domain) and pattern.elements is None:
        yield from _match(rest.spelt(pattern, term))
    elif isinstance(pattern, Letter) and isinstance(term, Letter) and len(pattern.domains) == len(term.domains):
        goals = [(p, t) for p, t in zip(pattern.domains, term.domains, strict=True) if p is not None and t is not None]
        yield from _match(rest.spelt(pattern, term).then(*goals))


def _match_arguments(pattern: Basic, term: Basic, rest: _State) -> Iterator[_State]:
    name, other = bound_name(pattern), bound_name(term)
    if name is None or other is None:
        yield from _match(rest.then(*zip(pattern.args, term.args, strict=True)))
        return
    if isinstance(name, Var) and isinstance(other, Var) and name.domain != other.domain:
        known = rest.spelling.get(name.domain, other.domain)
        if name.domain.elements is not None or known != other.domain:
            return
        moved = {name.domain: other.domain}
        pattern, name = respell(pattern, moved), respell(name, moved)
        goals = tuple((respell(p, moved), t) for p, t in rest.goals)
        values = {respell(k, moved): v for k, v in rest.values.items()}
        open_names = frozenset(respell(n, moved) for n in rest.names)
        rest = _State(goals, values, {**rest.spelling, **moved}, open_names)
    place, scopes = pattern.binds
    inside = [substitute(a, {name: other}) if i in scopes else a for i, a in enumerate(pattern.args)]
    yield from _match(
        rest.then(*((p, t) for i, (p, t) in enumerate(zip(inside, term.args, strict=True)) if i != place))
    )


def _match_index(pattern: Expr, term: Expr, rest: _State) -> Iterator[_State]:
    """k+1 against t gives k = t-1: one open name, coefficient ±1; with more open names, wait for the others."""
    filled = substitute(pattern, rest.values)
    unknown = list(free(filled) & rest.names)
    if not unknown:
        if (term - filled).expand() == 0:
            yield from _match(rest)
    elif len(unknown) > 1:
        if any(free(p) & rest.names for p, _ in rest.goals):
            yield from _match(_State((*rest.goals, (pattern, term)), rest.values, rest.spelling, rest.names))
    else:
        name: Symbol = unknown[0]
        coefficient = dict(linear(filled)[1])[name]
        if abs(coefficient) == 1:
            yield from _match(rest.then(value=(name, (name + coefficient * (term - filled)).expand())))


def _match_commutative(pattern: Expr, term: Basic, rest: _State) -> Iterator[_State]:
    if type(term) is not type(pattern) or len(term.args) != len(pattern.args) or len(term.args) > MAX_FACTORS:
        return
    first, others = pattern.args[0], pattern.func(*pattern.args[1:])
    for i, candidate in enumerate(term.args):
        remaining = term.func(*(a for j, a in enumerate(term.args) if j != i))
        yield from _match(rest.then((first, candidate), (others, remaining)))
