"""Draws from laws of which nothing is said but their name: (x, y_c, y_r) ~ D, s ~ d^π; and what is said of them.

A joint law is read by the chain rule: x by D, y_c by D given x, y_r by D given both, all of them arbitrary.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr

from derive.book import occupancy
from derive.book.context import Context, stop, undecided
from derive.book.elements import element
from derive.book.letters import function, law
from derive.book.naming import written
from derive.book.sorts import is_element, is_other_parameter, is_parameter, is_policy, label_of, written_mark
from derive.book.tree import Call, Expect, Grad, Group, Node, Relation, Sym, walk
from derive.terms import Apply, Domain, Letter, Var

Drawn = tuple[
    Var, Expr | None, Expr, Node
]  # the variable, its place on the time line, its probability, where it stands
_NUMBERS = frozenset({"r", "d", "R", "G"})  # rewards and marks of the end, among data
_OF_STATES = frozenset({"d", "rho", "mu", "nu", "eta", "beta", "xi", "p", "P", "q", "D"})


def is_joint(part: Node) -> bool:
    """(x, y) ~ D."""
    return isinstance(part, Relation) and part.operators == ("~",) and isinstance(part.sides[0], Group)


def jointly(part: Relation, ctx: Context) -> tuple[list[Drawn], Context]:
    """(x, y_1, y_2) ~ D for any law of the data: each by D, given those before it."""
    group, source = part.sides
    assert isinstance(group, Group)
    if not is_data(source) or any(s != "," for s in group.items.separators):
        raise stop("a joint law that is not known here", part)
    assert source is not None
    ctx.notes.assumed.add(f"{data_name(source)} any distribution")
    found: list[Drawn] = []
    numbers: list[str] = []
    for first in group.items.parts:
        if isinstance(first, Sym) and first.name in _NUMBERS and first == Sym(first.start, first.end, first.name):
            numbers.append(first.name)
            continue
        if not isinstance(first, Sym) or not is_element(first, ctx.scope.survey):
            raise undecided("data that is neither an element of a set nor a function of one", first)
        var, ctx = outcome(first, ctx)
        before = [v for v, *_ in found]
        letter = law(data_name(source), (var.domain, *(v.domain for v in before)))
        found.append((var, None, Apply(letter, var, *before), part))
    return (found, ctx) if not numbers else _with_numbers(numbers, found, source, part, ctx)


def _with_numbers(
    numbers: list[str], found: list[Drawn], source: Node, part: Relation, ctx: Context
) -> tuple[list[Drawn], Context]:
    """r and d of (s, a, r, s', d): any functions of what is drawn, and of one thing more, so that they are random."""
    chance, before = Var("z", Domain("Z")), [v for v, *_ in found]
    letter = law(data_name(source), (chance.domain, *(v.domain for v in before)))
    for name in numbers:
        value = function(name, (*(v.domain for v in before), chance.domain))(*before, chance)
        ctx = ctx.binding(name, value)
    ctx.notes.assumed.add(f"{', '.join(numbers)} any functions of the data")
    return [*found, (chance, None, Apply(letter, chance, *before), part)], ctx


def outcome(node: Sym, ctx: Context) -> tuple[Var, Context]:
    """x, y_c: the variable that is drawn, and the context in which its name means it."""
    found = element(node, replace(ctx, bound={}))
    if not isinstance(found, Var):
        raise stop("an index on what is drawn that is no mark", node)
    return found, ctx.binding(found.name, found)


def is_data(node: Node | None) -> bool:
    """D, 𝒟_pref, U(D): a law of the data, of which nothing else is said."""
    if isinstance(node, Call):
        return node.head.name in ("U", "Unif", "Uniform") and is_data(node.args.only)
    if not isinstance(node, Sym) or node.accents or node.primes or node.sup is not None:
        return False
    return node.name == "D" or (node.font == "cal" and node.name in ("X", "S", "B", "Q", "R"))


def data_name(node: Node) -> str:
    """D, D_pref."""
    if isinstance(node, Call):
        return data_name(node.args.parts[0])
    assert isinstance(node, Sym)
    labels = [getattr(p, "text", getattr(p, "name", "")) for p in (node.sub.parts if node.sub is not None else ())]
    return "_".join([node.name, *(c for label in labels if (c := "".join(x for x in label if x.isalnum())))])


def any_law(head: Sym, domains: tuple[Domain, ...], ctx: Context) -> Letter | None:
    """d^π, ρ_β, μ: any law of a state; it depends on the parameter where a ∇ stands before it."""
    if occupancy.applies(ctx) and domains == (ctx.domain("s"),) and (share := occupancy.visited(head, ctx)) is not None:
        return share
    visited = is_policy(head, ctx.scope.survey) and domains == (ctx.domain("s"),)  # the states that a policy visits
    if not visited and (head.name not in _OF_STATES or len(domains) != 1 or domains[0].name == "A"):
        return None
    if head.accents or head.primes:
        return None
    labels = []
    for items in (head.sub, head.sup):
        for part in items.parts if items is not None else ():
            known = written_mark(part) if is_other_parameter(part) else label_of(part)
            label = "theta" if is_parameter(part, ctx.scope.survey) else known or getattr(part, "name", None)
            if label is None:
                return None
            labels.append("".join(c for c in label.replace("*", "star") if c.isalnum()))
    name = "_".join([*(["d"] if visited else []), head.name, *labels])
    ctx.notes.assumed.add(f"{name} any distribution")
    moved = any(head.head == n.head for g in _gradients(ctx) for n in walk(g.body) if isinstance(n, Sym))
    return law(name, domains, ctx.theta if moved or ctx.differentiated else None)


def _gradients(ctx: Context) -> list[Grad]:
    return [n for side in ctx.around for n in walk(side) if isinstance(n, Grad)]


def said_around(first: Sym, ctx: Context) -> Relation | None:
    """The one law that the statement names for a variable elsewhere: x ~ D."""
    found: dict[str, Relation] = {}
    for node in (n for side in ctx.around for n in walk(side)):
        for part in node.sub.parts if isinstance(node, Expect) and node.sub is not None else ():
            drawn = part.sides[0] if isinstance(part, Relation) and part.operators == ("~",) else None
            if isinstance(part, Relation) and drawn is not None and written(drawn) == written(first):
                found[written(part.sides[1])] = part
    if len(found) != 1:
        return None
    ctx.notes.assumed.add(f"{first.head} drawn as elsewhere in the statement")
    return next(iter(found.values()))


def said_before(first: Sym, ctx: Context) -> Relation | None:
    """The law that an expectation before named last for a variable, in the same section."""
    for part, section in reversed(ctx.scope.drawn):
        if isinstance(part, Relation) and section == ctx.scope.section and written(part.sides[0]) == written(first):
            ctx.notes.assumed.add(f"{first.head} drawn as in the section before")
            return part
    return None


def named_law(head: Sym, body: Node, ctx: Context) -> Node | None:
    """x ~ p, of E_p[f(x)]: the one variable that the statement says p is a law of; None where it says none."""
    found = {}
    for node in (n for side in (body, *ctx.around) for n in walk(side)):
        only = node.args.only if isinstance(node, Call) and node.head.head == head.head else None
        if only is not None and is_element(only, ctx.scope.survey):
            found[written(only)] = only
    if len(found) != 1:
        return None
    variable = next(iter(found.values()))
    return Relation(head.start, head.end, (variable, head), ("~",))
