"""What the form of a term says before it is evaluated: integers, exponentials, and which reals it reads."""

from __future__ import annotations

from functools import lru_cache

from sympy import Add, Basic, Integer, Mul, Pow, Symbol

from derive.binding import meaning
from derive.terms import Action, At, Defined, Definition, Draw, Exp, Gradient, Letter, State, Var


def whole(node: Basic) -> bool:
    """Whether a term is an integer by its form: times, elements, and sums and products of them."""
    if isinstance(node, Symbol):
        return bool(node.is_integer)
    if isinstance(node, (Integer, Var, State, Action, Draw)):
        return True
    if isinstance(node, (Add, Mul)):
        return all(whole(a) for a in node.args)
    if isinstance(node, Pow):
        return whole(node.base) and isinstance(node.exp, Integer) and node.exp >= 0
    return False


@lru_cache(maxsize=20_000)
def exponents(body: Basic) -> tuple[tuple[Symbol, int], ...] | None:
    """body = Σ c·x over real symbols x with integers c, as pairs (x, c); None when it is not of that form."""
    found: dict[Symbol, int] = {}
    for term in Add.make_args(body.expand() if isinstance(body, (Add, Mul)) else body):
        c, rest = term.as_coeff_Mul()
        if c == 0:
            continue
        if not (isinstance(c, Integer) and isinstance(rest, Symbol) and not rest.is_integer):
            return None
        found[rest] = found.get(rest, 0) + int(c)
    return tuple(sorted(found.items(), key=lambda pair: pair[0].name))


NO_USE: tuple[frozenset[Symbol], frozenset[Symbol]] = (frozenset(), frozenset())


@lru_cache(maxsize=20_000)
def usage(node: Basic) -> tuple[frozenset[Symbol], frozenset[Symbol]]:
    """The real symbols whose value a term reads, and those of which it reads e to an integer multiple."""
    if isinstance(node, Symbol):
        return (frozenset() if node.is_integer else frozenset({node})), frozenset()
    if isinstance(node, Letter):
        return frozenset(), frozenset()
    if isinstance(node, Exp) and (pairs := exponents(node.body)) is not None:
        return frozenset(), frozenset(s for s, _ in pairs)
    if isinstance(node, Defined):
        return usage(meaning(node))
    if isinstance(node, Definition):
        plain, exped = usage(node.body)
        return plain - set(node.params), exped - set(node.params)
    if isinstance(node, Gradient):
        return usage(node.body)
    if isinstance(node, At):
        plain, exped = usage(node.body)
        at = usage(node.value) if node.parameter in plain else NO_USE
        power = usage(Exp(node.value)) if node.parameter in exped else NO_USE
        return plain - {node.parameter} | at[0] | power[0], exped - {node.parameter} | at[1] | power[1]
    parts = [usage(a) for a in node.args if isinstance(a, Basic)]
    return frozenset().union(*(p for p, _ in parts)), frozenset().union(*(e for _, e in parts))
