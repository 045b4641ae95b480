"""Functions that texts call by a word: clip(x, a, b), mean{r_1, …, r_G}, std, Var[X], Cov[X, Y], 1[a = b]."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, Max, Min, Mul, Pow, Rational

from derive.binding import extreme
from derive.book import tree
from derive.book.context import Context, stop, time, undecided
from derive.book.elements import element, numbered
from derive.book.letters import TIMES
from derive.book.sorts import integer, is_element
from derive.book.tree import Call, Expect, Items, Node, Relation, Sym
from derive.terms import Cases, TimeSum

_CONSTANTS = frozenset({"sg", "stopgrad", "stopgradient", "stopgradientop", "detach"})
_INDICATORS = frozenset({"bb:1", "bb:I", "bf:1", "rm:1", "bf:I"})


def applied(node: Call, ctx: Context) -> Expr | None:
    """The value of a function with a name of its own; None for every other call."""
    head, name = node.head, "".join(c for c in node.head.name.lower() if c.isalnum())
    if head.head in _INDICATORS and head.sup is None:
        return _indicator(node.args, node, ctx)
    if head.font == "bb" and head.name == "V":
        name = "var"
    elif head.font not in ("rm", "sf", "") or (head.font != "rm" and len(head.name) < 3) or head.accents or head.primes:
        return None
    if name == "clip" and head.sub is None:
        return _clipped(node, ctx)
    if name in ("mean", "avg", "average") and head.sub is None:
        return _moment(node, 1, ctx)
    if name in ("std", "stddev") and head.sub is None:
        first, second = _moment(node, 1, ctx), _moment(node, 2, ctx)
        return Pow(second - first**2, Rational(1, 2))
    if name in ("var", "variance", "cov") and head.sup is None:
        return _covariance(node, ctx)
    if name in ("sigmoid", "logistic"):
        return ctx.read(replace(node, head=replace(head, name="sigma", font="")), ctx)
    if name in _CONSTANTS:
        raise undecided("what is kept from being differentiated", node)
    return None


def _clipped(node: Call, ctx: Context) -> Expr:
    """clip(x, a, b): x, not below a and not above b."""
    parts = node.args.parts
    if len(parts) == 2 and isinstance(parts[1], tree.Group) and len(parts[1].items.parts) == 2:  # clip(x, [a, b])
        parts = (parts[0], *parts[1].items.parts)
    if len(parts) != 3 or any(s not in (",", ";") for s in node.args.separators):
        raise stop("clip of something that is no value, least and most", node)
    value, least, most = (ctx.read(part, ctx) for part in parts)
    return extreme(Min, (extreme(Max, (value, least)), most))


def _moment(node: Call, power: int, ctx: Context) -> Expr:
    """The mean of the listed values, or of their squares."""
    items = node.args
    only = items.only
    if isinstance(only, (tree.Set, tree.Group)):
        items = only.items
    listed = _run(items.only) if items.only is not None else _from_one(items)
    parts = listed or items.parts
    if len(parts) < 2 or (listed is None and any(s != "," for s in items.separators)):
        raise stop("a mean of something that is no list of values", node)
    values = [p if power == 1 else _square(p) for p in parts]
    total = ctx.read(tree.Add(items.start, items.end, tuple((1, v) for v in values)), ctx)
    if not any(isinstance(p, tree.Dots) for p in parts):
        return Mul(total, Rational(1, len(parts)))
    if not isinstance(total, TimeSum):
        raise stop("a mean of values that follow no single pattern", node)
    return Mul(total, Pow(total.upper - total.lower + 1, Integer(-1)))


def _from_one(items: Items) -> tuple[Node, ...] | None:
    """r_1, …, r_G as r_1, r_2, …, r_G."""
    if len(items.parts) != 3 or not isinstance(items.parts[1], tree.Dots) or set(items.separators) != {","}:
        return None
    first, _, last = items.parts
    one, end = (p.sub.only if isinstance(p, Sym) and p.sub is not None else None for p in (first, last))
    if one is None or end is None or not isinstance(first, Sym):
        return None
    return _run(replace(first, sub=Items(first.start, last.end, (one, end), (":",))))


def _run(node: Node) -> tuple[Node, ...] | None:
    """r_{1:G} as r_1, r_2, …, r_G."""
    sub = node.sub if isinstance(node, Sym) else None
    if sub is None or sub.separators != (":",) or integer(sub.parts[0]) is None or not isinstance(node, Sym):
        return None
    first, last = sub.parts
    second = tree.Num(first.start, first.end, str((integer(first) or 0) + 1))
    at = (replace(node, sub=Items(sub.start, sub.end, (part,), ())) for part in (first, second, last))
    one, two, end = at
    return one, two, tree.Dots(node.start, node.end), end


def _square(node: Node) -> Node:
    if isinstance(node, tree.Dots):
        return node
    return tree.Mul(node.start, node.end, (node, node))


def _covariance(node: Call, ctx: Context) -> Expr:
    """Var_p[X] = E_p[X²] − E_p[X]², Cov_p[X, Y] = E_p[X Y] − E_p[X] E_p[Y], with the conditions of each."""
    separators, parts = list(node.args.separators), list(node.args.parts)
    bar = separators.index("|") if "|" in separators else len(separators)
    values, given = parts[: bar + 1], parts[bar + 1 :]
    if len(values) > 2 or any(s != "," for s in (*separators[:bar], *separators[bar + 1 :])):
        raise stop("a variance of something that is no single value", node)
    conditions = Items(given[0].start, given[-1].end, tuple(given), (",",) * (len(given) - 1)) if given else None
    one, two = values[0], values[-1]

    def mean(body: Node) -> Expr:
        return ctx.read(Expect(node.start, node.end, node.head.sub, body, conditions), ctx)

    return mean(tree.Mul(one.start, two.end, (one, two))) - mean(one) * mean(two)


def _indicator(items: Items, node: Node, ctx: Context) -> Expr:
    """1[x = y]: one where two elements are the same, else zero."""
    only = items.only
    if not isinstance(only, Relation) or only.operators not in (("=",), ("!=",)):
        raise undecided("an indicator of something that is no equality of elements", node)
    left, right = only.sides
    if left is None or right is None:
        raise undecided("an indicator of something that is no equality of elements", node)
    same = (Integer(1), Integer(0)) if only.operators == ("=",) else (Integer(0), Integer(1))
    if numbered(left, ctx) is not None and numbered(right, ctx) is not None:
        return Cases(time(left, ctx), time(right, ctx), *same)
    if not is_element(left, ctx.scope.survey):
        raise undecided("an indicator of something that is no equality of elements", node)
    return Cases(element(left, ctx), element(right, ctx), *same)


def kronecker(node: Sym, ctx: Context) -> Expr | None:
    r"""\delta_{ij}, \delta_{a,b}: 1[i = j]; None for any other letter, such as the error \delta_t."""
    parts = node.sub.parts if node.head == "delta" and node.sub is not None and node.sup is None else ()
    pair = parts[0].factors if len(parts) == 1 and isinstance(parts[0], tree.Mul) else parts
    if len(pair) != 2 or not all(
        isinstance(p, Sym) and p == Sym(p.start, p.end, p.name, primes=p.primes) for p in pair
    ):
        return None
    if any(isinstance(p, Sym) and p.name in TIMES for p in pair):  # \delta_{i,t}, an error of a sample
        return None
    relation = Relation(node.start, node.end, tuple(pair), ("=",))
    return _indicator(Items(node.start, node.end, (relation,), ()), node, ctx)


def indicator(node: Sym, ctx: Context) -> Expr | None:
    r"""\mathbb{1}_{a = b}, \mathbf{1}_{\{a = b\}}; None for any other letter."""
    if node.head not in _INDICATORS or node.sub is None or node.sup is not None:
        return None
    only = node.sub.only
    return _indicator(only.items if isinstance(only, tree.Set) else node.sub, node, ctx)
