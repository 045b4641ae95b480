"""Names and what they are bound to: free names, substitution without capture, equality up to renaming, unfolding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from sympy import Basic, Dummy, Expr, Max, Min, Symbol

from derive.errors import IllFormed
from derive.terms import (
    AVERAGES_PATHS,
    CLOSED,
    RANDOM,
    At,
    Defined,
    Definition,
    Domain,
    Draw,
    Expectation,
    Gradient,
    Letter,
    Mean,
    PathProbability,
    PathSum,
    Samples,
    SumOver,
    Term,
    Var,
    Variance,
)


def bound_name(node: Basic) -> Basic | None:
    """The variable that this node binds, or None."""
    if isinstance(node, Term) and node.binds is not None:
        return node.args[node.binds[0]]
    return None


@lru_cache(maxsize=100_000)
def free(node: Basic) -> frozenset[Basic]:
    """The symbols and variables that are free in a node, a letter's parameter among them."""
    if isinstance(node, (Symbol, Var)):
        return frozenset({node})
    if isinstance(node, Letter):
        return frozenset() if node.parameter is None else frozenset({node.parameter})
    if isinstance(node, Definition):
        return free(node.body) - (frozenset(node.params) - parameters(node.body))
    name = bound_name(node)
    if name is None:
        return frozenset().union(*(free(a) for a in node.args))
    place, scopes = node.binds
    inside = frozenset().union(*(free(node.args[i]) for i in scopes)) - {name}
    outside = (free(a) for i, a in enumerate(node.args) if i != place and i not in scopes)
    return inside.union(*outside)


@lru_cache(maxsize=100_000)
def names(node: Basic) -> frozenset[Basic]:
    """Every symbol and variable that occurs, free or bound."""
    if isinstance(node, (Symbol, Var)):
        return frozenset({node})
    return frozenset().union(*(names(a) for a in node.args))


@lru_cache(maxsize=100_000)
def parameters(node: Basic) -> frozenset[Basic]:
    """What a term may be differentiated by: the parameters of its letters and gradients."""
    own = frozenset({node.parameter}) if isinstance(node, (Letter, Gradient, At)) and node.parameter else frozenset()
    return own.union(*(parameters(a) for a in node.args))


@lru_cache(maxsize=100_000)
def is_random(node: Basic) -> bool:
    """Whether a term is a function of the trajectory (before any expectation around it)."""
    if isinstance(node, RANDOM):
        return True
    return any(is_random(a) for a in (node.args[1:] if isinstance(node, CLOSED) else node.args))


@lru_cache(maxsize=100_000)
def drawn(node: Basic) -> frozenset[Domain]:
    """The sets whose samples x_i a term is a function of (before any expectation over samples around it)."""
    if isinstance(node, Draw):
        return frozenset({node.domain}) | drawn(node.index)
    if isinstance(node, Samples):
        return (drawn(node.body) - {node.var.domain}) | drawn(node.weight) | drawn(node.count)
    return frozenset().union(*(drawn(a) for a in node.args))


@lru_cache(maxsize=100_000)
def sampled(node: Basic) -> frozenset[Domain]:
    """The sets of which a term names samples anywhere, or averages over samples."""
    own = node.domain if isinstance(node, Draw) else node.var.domain if isinstance(node, Samples) else None
    return frozenset(() if own is None else {own}).union(*(sampled(a) for a in node.args))


def fresh(name: Basic, avoid: frozenset[Basic]) -> Basic:
    """A name of the same sort that is not among those to avoid: the name itself where it can be."""
    candidate, stem, n = name, str(name).split("_")[0], 0
    while candidate in avoid:
        n += 1
        candidate = renamed(name, f"{stem}_{n}")
    return candidate


def renamed(name: Basic, text: str) -> Basic:
    """A name of the same sort, spelt otherwise."""
    if isinstance(name, Var):
        return Var(text, name.domain)
    if isinstance(name, Dummy):
        return Dummy(text, **name._assumptions_orig)
    return Symbol(text, **name._assumptions_orig)


def remade(node: Basic, args: tuple[Basic, ...]) -> Basic:
    """The node with other arguments."""
    return extreme(node.func, args) if isinstance(node, (Max, Min)) else node.func(*args)


@lru_cache(maxsize=20_000)
def extreme(kind: type[Max | Min], args: tuple[Expr, ...]) -> Expr:
    """The larger or smaller of some terms, which SymPy compares at length before it leaves them as they are."""
    return kind(*args)


def substitute(node: Basic, values: Mapping[Basic, Basic]) -> Basic:
    """Replace free names by terms, at once, renaming bound names that would capture.

    An expectation captures the trajectory: E[f(a)] with a := a_t would average over a_t, so that is refused.
    """
    live = {k: v for k, v in values.items() if k in free(node)}
    if not live:
        return node
    if node in live:
        return live[node]
    if isinstance(node, (Letter, Gradient, At)) and node.parameter in live:
        raise IllFormed(f"the parameter {node.parameter} of {node} cannot be replaced; write At({node}, …)")
    if isinstance(node, AVERAGES_PATHS) and any(is_random(v) for v in live.values()):
        raise IllFormed(f"{', '.join(map(str, live))} stands inside {node}, which averages over trajectories")
    if isinstance(node, Samples) and any(node.var.domain in drawn(v) for v in live.values()):
        raise IllFormed(f"{', '.join(map(str, live))} stands inside {node}, which averages over samples")
    if isinstance(node, (Gradient, At)) and any(node.parameter in free(v) for v in live.values()):
        raise IllFormed(
            f"{', '.join(map(str, live))} stands inside {node}, where it may not depend on {node.parameter}"
        )
    if isinstance(node, Definition):
        return _substitute_definition(node, live)
    name = bound_name(node)
    if name is None:
        return remade(node, tuple(substitute(a, live) for a in node.args))
    place, scopes = node.binds
    incoming = frozenset().union(*(free(v) for v in live.values()))
    new = fresh(name, incoming | (free(node) if name in incoming else frozenset()))
    inner = {k: v for k, v in live.items() if k != name} | ({name: new} if new != name else {})
    args = [new if i == place else substitute(a, inner if i in scopes else live) for i, a in enumerate(node.args)]
    return node.func(*args)


def _substitute_definition(node: Definition, live: Mapping[Basic, Basic]) -> Definition:
    incoming = frozenset().union(*(free(v) for v in live.values()))
    params: dict[Basic, Basic] = {}
    for p in node.params:  # renamed ones may meet neither each other nor those that keep their name
        taken = incoming | free(node) | frozenset(node.params) | frozenset(params.values())
        params[p] = fresh(p, taken) if p in incoming else p
    body = substitute(node.body, {k: v for k, v in params.items() if k != v})
    return Definition(node.name, tuple(params.values()), substitute(body, live), node.form)


def respell(node: Basic, values: Mapping[Basic, Basic]) -> Basic:
    """Replace letters by letters and domains by domains, everywhere: in processes, definitions and variables too."""
    if node in values:
        return values[node]
    if isinstance(node, Var):
        return Var(node.name, values.get(node.domain, node.domain))
    if isinstance(node, Letter):
        domains = tuple(None if d is None else values.get(d, d) for d in node.domains)
        return Letter(node.name, domains, pmf=node.pmf, parameter=node.parameter)
    if isinstance(node, Definition):
        params = tuple(respell(p, values) for p in node.params)
        return Definition(node.name, params, respell(node.body, values), node.form)
    return remade(node, tuple(respell(a, values) for a in node.args)) if node.args else node


@lru_cache(maxsize=100_000)
def _height(node: Basic) -> int:
    """How many binders stand above one another in a term."""
    below = max(map(_height, node.args), default=0) if not isinstance(node, Definition) else 0
    return below + (bound_name(node) is not None)


@lru_cache(maxsize=100_000)
def canonical(node: Basic) -> Basic:
    """The same term with every bound name replaced by its height: two terms alike up to renaming become equal."""
    if not node.args or isinstance(node, Definition):
        return node
    rebuilt = remade(node, tuple(map(canonical, node.args)))
    name = bound_name(rebuilt)
    if name is None or type(rebuilt) is not type(node):  # a sum of which one term is left is that term, renamed already
        return rebuilt
    place, scopes = rebuilt.binds
    new = renamed(name, f"_{_height(rebuilt)}")
    if new in free(rebuilt):
        raise IllFormed(f"{new} is free in {node}; names of that form are kept for bound variables")
    args = [new if i == place else substitute(a, {name: new}) if i in scopes else a for i, a in enumerate(rebuilt.args)]
    return rebuilt.func(*args)


def alike(left: Basic, right: Basic) -> bool:
    """Equal up to the names of bound variables."""
    return left == right or canonical(left) == canonical(right)


def meaning(node: Basic) -> Expr | None:
    """What an abbreviating node stands for, by definition; None for every other node."""
    if isinstance(node, Defined):
        definition = node.definition
        return substitute(definition.body, dict(zip(definition.params, node.args[1:], strict=True)))
    if isinstance(node, Mean):
        return SumOver(node.weight * node.body, node.var)
    if isinstance(node, Variance):
        return Mean(node.body**2, node.var, node.weight) - Mean(node.body, node.var, node.weight) ** 2
    if isinstance(node, Expectation):
        return PathSum(PathProbability(node.process) * node.body, node.process)
    return None


def subterms(node: Basic) -> Iterator[Basic]:
    """Every node, the node itself first; definitions and processes are entered too."""
    yield node
    for a in node.args:
        yield from subterms(a)
