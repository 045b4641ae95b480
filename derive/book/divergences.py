"""Divergences and entropies of laws: D_KL(p ‖ q) = Σ_x p(x) log(p(x)/q(x)), D_TV(p, q) = ½ Σ_x |p(x) - q(x)|,
H(p) = -Σ_x p(x) log p(x), H(p, q) = -Σ_x p(x) log q(x).

A law is written π(·|s), or at its variable, π(y|x), or as a letter alone, which is one of what the statement applies it
to elsewhere; a policy alone is one at every state, or averaged over the states where the statement draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Max, Rational

from derive.book.context import Context, stop, undecided
from derive.book.data import said_around
from derive.book.elements import element
from derive.book.laws import distribution
from derive.book.letters import DISTRIBUTIONS, ELEMENTS, POLICIES
from derive.book.next_states import replaced
from derive.book.sorts import is_element, is_parameter, key_of, label_of
from derive.book.tree import Call, Dot, Expect, Items, Node, Relation, Sym, walk
from derive.terms import Apply, Domain, Log, Mean, SumOver, Var

_LETTERS = frozenset({*DISTRIBUTIONS, *POLICIES, "Q"})


@dataclass(frozen=True)
class _Law:
    """A variable, and the probability of every value of it."""

    var: Var
    at: Expr


def kind(node: Call) -> str | None:
    """KL, TV, cross or H, of D_KL(p ‖ q), TV(p, q), H(p, q), H(p); None for another call."""
    head, parts, separators = node.head, node.args.parts, node.args.separators
    marks = [label_of(p) for items in (head.sub, head.sup) if items is not None for p in items.parts]
    if head.accents or head.primes:
        return None
    name = str(marks[0]).upper() if head.name == "D" and len(marks) == 1 else head.name.upper() if not marks else ""
    if name in ("KL", "TV") and (separators == ("||",) or (separators == (",",) and all(map(_is_law, parts)))):
        return name
    if head.name not in ("H", "Ent") or marks or not all(map(_is_law, parts)):
        return None
    return {(): "H", (",",): "cross"}.get(separators)


def _is_law(node: Node) -> bool:
    if isinstance(node, Call):
        return any(isinstance(a, Dot) for a in node.args.parts)
    return isinstance(node, Sym) and node.name in _LETTERS


def divergence(node: Call, ctx: Context) -> Expr:
    """The value of a divergence or an entropy."""
    name = kind(node)
    assert name is not None
    return _valued(name, node, ctx)


def _valued(name: str, node: Call, ctx: Context) -> Expr:
    parts = node.args.parts
    if alone := [p for p in parts if isinstance(p, Sym)]:
        return _of_letters(name, node, alone, ctx)
    taken = {n.head for n in walk(node) if isinstance(n, Sym) and not _is_the_dot(n, parts[1:], ctx)}
    first = _law(parts[0], taken, ctx)
    if isinstance(parts[0], Call) and _is_defined(parts[0], first, ctx):
        at = ctx.read(_at_the_variable(parts[0], first), ctx.binding(first.var.name, first.var))
        first = replace(first, at=at)
    second = _second(parts[1], first, ctx) if len(parts) == 2 else first.at
    value: dict[str, Callable[[], Expr]] = {
        "KL": lambda: Mean(Log(first.at) - Log(second), first.var, first.at),
        "TV": lambda: Rational(1, 2) * SumOver(Max(first.at - second, second - first.at), first.var),
        "H": lambda: Mean(-Log(first.at), first.var, first.at),
        "cross": lambda: Mean(-Log(second), first.var, first.at),
    }
    return value[name]()


def _is_the_dot(name: Sym, others: Sequence[Node], ctx: Context) -> bool:
    """y, of KL(π(·|x) ‖ p(·|x) exp(r(x, y))): what the dot stands for, where nothing else binds it."""
    if name.head in ctx.bound or name != Sym(name.start, name.end, name.name):
        return False
    beside = [other for other in others if not isinstance(other, Call) and any(n is name for n in walk(other))]
    return any(isinstance(n, Dot) for other in beside for n in walk(other))


def _averaged(node: Node, over: Sym, said: Relation, ctx: Context) -> Expr:
    ctx.notes.assumed.add(f"the divergence averaged over {over.head}")
    return ctx.read(Expect(node.start, node.end, Items(node.start, node.end, (said,), ()), node, None), ctx)


def _law(part: Node, taken: set[str], ctx: Context) -> _Law:
    """π(·|s) at a variable of its own; π(y|x) at y."""
    if not isinstance(part, Call) or not part.args.parts:
        raise stop("a divergence of something that is no law π(·|s)", part)
    drawn = part.args.parts[0]
    given = [element(a, ctx) for a in part.args.parts[1:] if not is_parameter(a, ctx.scope.survey)]
    domains = tuple(g.domain for g in given if hasattr(g, "domain"))
    if isinstance(drawn, Dot):
        name = _drawn(part, domains)
        domain = ctx.domain(name)
        while name in taken:
            name += "'"
        var = Var(name, domain)
    else:
        found = element(drawn, ctx)
        if not isinstance(found, Var):
            raise stop("a divergence of something that is no law π(·|s)", part)
        var, domain = found, found.domain
    letter = distribution(part.head, (domain, *domains), ctx)
    if letter is None or len(domains) != len(given) or any(s != "|" for s in part.args.separators[:1]):
        raise stop("a law that is not known here", part)
    return _Law(var, letter(var, *given))


def _second(part: Node, first: _Law, ctx: Context) -> Expr:
    """The other law at the variable of the first; or an expression in it, such as p(y) exp(r(y)) / Z."""
    if isinstance(part, Call) and isinstance(part.args.parts[0], Dot) and not _is_defined(part, first, ctx):
        second = _law(part, set(), ctx)
        assert isinstance(second.at, Apply)
        if second.var.domain != first.var.domain:
            raise stop("a divergence between laws of different things", part)
        found: Expr = second.at.letter(first.var, *second.at.args[2:])
        return found
    return ctx.read(_at_the_variable(part, first), ctx.binding(first.var.name, first.var))


def _at_the_variable(part: Node, first: _Law) -> Node:
    """π(y|x), of π(·|x)."""
    name = Sym(part.start, part.end, first.var.name.rstrip("'"), primes=first.var.name.count("'"))
    dots = [n for n in walk(part) if isinstance(n, Dot)]
    return replaced(part, dots[0], name) if dots else part


def _is_defined(part: Call, first: _Law, ctx: Context) -> bool:
    """Whether the text says what π_*(y|x) is."""
    key = key_of(_at_the_variable(part, first), ctx.scope.survey)
    return key is not None and bool(ctx.scope.found(key))


def _drawn(part: Call, given: tuple[Domain, ...]) -> str:
    """a for π(·|s), y for π(·|x)."""
    names = {d.name for d in given}
    if part.head.name in POLICIES:
        return "y" if names == {"X"} else "a"
    if names == {"S", "A"}:
        return "s"
    return next(n for n in ELEMENTS if n in "xy" and ELEMENTS[n].name not in names)


def _of_letters(name: str, node: Call, alone: list[Sym], ctx: Context) -> Expr:
    """D(P ‖ Q) for letters alone: of what the statement applies them to; averaged over states that it draws."""
    arguments = _arguments(alone, ctx)
    if arguments is None and all(p.name in DISTRIBUTIONS | {"Q"} for p in alone) and not _applied(alone, ctx):
        arguments = (Sym(node.start, node.start, "x"),)  # laws of one thing
    if arguments is None:
        raise undecided("a divergence of laws that are not said to be laws of anything", node)
    first, *given = arguments
    start, end = node.start, node.end
    drawn = _its_own(first, ctx) or Dot(start, end)
    of = Items(start, end, (drawn, *given), ("|", *("," for _ in given[1:])) if given else ())
    whole = [Call(p.start, p.end, p, of) if isinstance(p, Sym) else p for p in node.args.parts]
    pointwise = Call(start, end, node.head, Items(start, end, tuple(whole), node.args.separators))
    if len(given) == 1 and isinstance(given[0], Sym) and (said := said_around(given[0], ctx)) is not None:
        return _averaged(pointwise, given[0], said, ctx)
    if given:
        ctx.notes.assumed.add("the divergence at every state")
    return _valued(name, pointwise, ctx)


def _its_own(node: Node, ctx: Context) -> Sym | None:
    """z of q(z), y of y ~ q: what a letter alone is a law of, by a name that is free; None for a state or an action."""
    if not isinstance(node, Sym) or node != Sym(node.start, node.end, node.name) or node.name.lower() in "sa":
        return None
    return node if node.head not in ctx.bound else replace(node, primes=1)


def _applied(letters: list[Sym], ctx: Context) -> bool:
    names = {p.name for p in letters}
    return any(isinstance(n, Call) and n.head.name in names for side in ctx.around for n in walk(side))


def _arguments(letters: list[Sym], ctx: Context) -> tuple[Node, ...] | None:
    """y | x, where the statement writes π(y|x) for one of the letters (or for another policy), always alike."""
    names = {p.name for p in letters}
    found: dict[tuple[str, ...], tuple[Node, ...]] = {}
    for call in (n for side in ctx.around for n in walk(side) if isinstance(n, Call)):
        if call.head.name not in names or not call.args.parts:
            continue
        parts = tuple(p for p in call.args.parts if not is_parameter(p, ctx.scope.survey))
        if all(is_element(p, ctx.scope.survey) or isinstance(p, Dot) for p in parts):
            found[tuple(getattr(p, "head", "·") for p in parts[1:])] = parts
    for drawn in (n for side in ctx.around for n in walk(side) if isinstance(n, Relation) and n.operators == ("~",)):
        variable, law = drawn.sides
        if isinstance(law, Sym) and law.name in names and isinstance(variable, Sym):
            found.setdefault((), (variable,))  # y ~ q
    return next(iter(found.values())) if len(found) == 1 else None
