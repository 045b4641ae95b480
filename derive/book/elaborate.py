"""Parse tree + scope + reading -> a term. What has no meaning here, or two, stops the reading at its span."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from sympy import Add, Expr, Integer, Max, Min, Mul, Pow, Rational, Symbol

from derive.binding import extreme
from derive.book import applications, expectations, maxima, series, slopes, sums, symbols, tree
from derive.book.context import Context, Notes, bounded, is_sized, stop, time, undecided
from derive.book.elements import element
from derive.book.ellipsis import continued
from derive.book.letters import ELEMENTS
from derive.book.sorts import integer, is_element
from derive.book.tokens import Stopped
from derive.book.tree import Node, Sym, walk
from derive.terms import Cases, Exp, Log, SumOver, TimeSum, Var


def read(node: Node, ctx: Context) -> Expr:
    """The real number that a tree denotes. Raises Stopped."""
    if isinstance(node, tree.Num):
        return decimal(node.text)
    if isinstance(node, Sym):
        return symbols.symbol(node, ctx)
    if isinstance(node, tree.Call):
        return applications.call(node, ctx)
    if isinstance(node, tree.Group):
        return _group(node, ctx)
    if isinstance(node, tree.Add):
        node = _wide(node, ctx)
        if any(isinstance(term, tree.Dots) for _, term in node.terms):
            return _continued_sum(node, ctx)
        return bounded(Add(*(sign * read(term, ctx) for sign, term in node.terms)), node)
    if isinstance(node, tree.Mul):
        if any(isinstance(factor, tree.Dots) for factor in node.factors):
            return continued(node, node.factors, ctx, _no_end, product=True)
        return bounded(Mul(*(read(factor, ctx) for factor in slopes.squared(node.factors))), node)
    if isinstance(node, tree.Div):
        return _quotient(node, ctx)
    if isinstance(node, tree.Pow):
        return _raised(node, ctx)
    if isinstance(node, tree.Fun):
        if isinstance(node.body, tree.Big) and sums.loose_factor(node.body):
            raise stop("how far the sum or product under it reaches is not clear; use brackets", node)
        return _function(node, ctx)
    if isinstance(node, tree.Grad):
        return slopes.gradient(node, ctx)
    if isinstance(node, tree.Big):
        return sums.big(node, ctx)
    if isinstance(node, tree.Expect):
        return expectations.expectation(node, ctx)
    if isinstance(node, tree.Branches):
        return _branches(node, ctx)
    if isinstance(node, tree.Best):
        return maxima.best(node, ctx)
    if isinstance(node, tree.Size):
        return _size(node, ctx)
    if isinstance(node, tree.At):
        return slopes.at_a_value(node, ctx)
    if isinstance(node, tree.Indexed) and node.sup is None and isinstance(node.body, tree.Group):
        raise undecided("an index on something in brackets has no value here", node)
    if isinstance(node, (tree.Foreign, tree.Indexed)):
        name = node.name if isinstance(node, tree.Foreign) else "mark on a bracket"
        raise undecided(f"the {name} has no value here", node)
    raise stop(f"a {type(node).__name__.lower()} has no value here", node)


def _raised(node: tree.Pow, ctx: Context) -> Expr:
    """π(a|s)^2; and γ (1-λ)^2, where the power is that of the bracket, since γ is no function."""
    base = read(node.base, ctx)
    only = node.base.args.only if isinstance(node.base, tree.Call) else None
    if isinstance(node.base, tree.Call) and only is not None and not isinstance(only, tree.Relation):
        apart = replace(ctx, notes=Notes())
        with suppress(Stopped):
            factor, bracket = symbols.symbol(node.base.head, apart), read(only, apart)
            if factor * bracket == base:
                return bounded(factor * symbols.power(bracket, node.exponent, ctx), node)
    return symbols.power(base, node.exponent, ctx)


def decimal(text: str) -> Rational:
    """A literal as the rational number it spells."""
    value = Fraction(text)
    return Rational(value.numerator, value.denominator)


def _continued_sum(node: tree.Add, ctx: Context) -> Expr:
    """The terms around the ellipsis that no minus sign parts from it, and the others beside them."""
    place = next(i for i, (_, term) in enumerate(node.terms) if isinstance(term, tree.Dots))
    minus = [i for i, (sign, _) in enumerate(node.terms) if sign < 0]
    start = max((i + 1 for i in minus if i <= place), default=0)
    end = min((i for i in minus if i > place), default=len(node.terms))
    if place in minus:
        raise stop("an ellipsis between terms with a minus sign", node)
    beside = [sign * read(term, ctx) for sign, term in (*node.terms[:start], *node.terms[end:])]
    return Add(continued(node, [term for _, term in node.terms[start:end]], ctx, _no_end, product=False), *beside)


def _no_end(body: Expr, index: Symbol, start: Expr, ctx: Context) -> Expr:
    return series.endless(TimeSum, body, index, start, ctx)


def _function(node: tree.Fun, ctx: Context) -> Expr:
    if node.name in ("min", "max"):
        if not isinstance(node.body, (tree.Group, tree.Set)) or set(node.body.items.separators) != {","}:
            raise stop(f"{node.name} of something that is no list", node)
        values = tuple(read(part, ctx) for part in node.body.items.parts)
        return extreme(Min if node.name == "min" else Max, values)
    if node.name == "binom":
        return _binomial(node, ctx)
    if node.name not in ("log", "exp", "sqrt"):
        raise undecided(f"{node.name} has no value here", node)
    body = read(node.body, ctx)
    if node.name == "sqrt":
        return bounded(Pow(body, Rational(1, 2)), node)
    return Log(body) if node.name == "log" else Exp(body)


def _binomial(node: tree.Fun, ctx: Context) -> Expr:
    """n over k, for a small k: n (n-1) … / k!."""
    assert isinstance(node.body, tree.Group)
    above, below = node.body.items.parts
    count = integer(below)
    if count is None or not 0 <= count <= 8:
        raise undecided("a binomial coefficient of something that is no small number", node)
    whole = read(above, ctx)
    return Mul(*((whole - i) / Integer(i + 1) for i in range(count)))


def _size(node: tree.Size, ctx: Context) -> Expr:
    """|A|: how many actions there are; |a|, |D|: a length; |x|: the absolute value of a number."""
    if isinstance(node.body, Sym) and node.body.name.lower() in ELEMENTS and node.body.name.isupper():
        name = node.body.name.lower()
        return SumOver(Integer(1), Var(name, ctx.domain(name)))
    if is_sized(node.body, ctx):
        ctx.notes.assumed.add("sizes any whole numbers")
        return time(node, ctx)
    if is_element(node.body, ctx.scope.survey) and isinstance(node.body, Sym) and node.body.sub is not None:
        raise undecided("a length that is not the same for all", node)
    value = read(node.body, ctx)
    return Max(value, -value)


def _group(node: tree.Group, ctx: Context) -> Expr:
    only = node.items.only
    if only is None or isinstance(only, tree.Relation):
        raise stop("a list or relation in brackets has no value here", node)
    return read(only, ctx)


def _quotient(node: tree.Div, ctx: Context) -> Expr:
    over, under = read(node.over, ctx), read(node.under, ctx)
    if under == 0:
        raise stop("division by zero", node)
    return bounded(Mul(over, Pow(under, Integer(-1))), node)


def _wide(node: tree.Add, ctx: Context) -> tree.Add:
    """Σ_t x_t + y_t: a sum, with its index used behind it, goes on to the last term that uses it."""
    for n, (sign, term) in enumerate(node.terms):
        ends = _trailing(term)
        later = [i for i in range(n + 1, len(node.terms)) if ends & _used(node.terms[i][1])] if ends else []
        if not later:
            continue
        name = next(iter(ends & _used(node.terms[later[-1]][1])))
        if sign != 1 or not isinstance(term, tree.Big) or term.kind != "sum" or name in ctx.bound:
            raise stop(f"{name} is used after the sum over it has ended; use brackets", node.terms[later[-1]][1])
        how_far = ctx.notes.assumed if _speaks_of_one(name, node, ctx) else ctx.notes.used
        how_far.add(f"the sum over {name} reaches to the last term with {name}")
        _, *others = node.terms[n : later[-1] + 1]
        body = tree.Add(term.body.start, others[-1][1].end, ((1, term.body), *others))
        whole = replace(term, end=body.end, body=body)
        return _wide(replace(node, terms=(*node.terms[:n], (1, whole), *node.terms[later[-1] + 1 :])), ctx)
    return node


def _speaks_of_one(name: str, node: Node, ctx: Context) -> bool:
    """Whether the other side of a statement speaks of one t, which a term behind the sum over t may mean too."""
    return any(name in _used(side) for side in ctx.around if all(n is not node for n in walk(side)))


def _used(term: Node) -> set[str]:
    return {n.head for n in walk(term) if isinstance(n, Sym)} - _bound_in(term)


def _trailing(term: Node) -> set[str]:
    """The indices of the sums that a term ends with, without a bracket around them."""
    while isinstance(term, tree.Mul):
        term = term.factors[-1]
    if isinstance(term, (tree.Grad, tree.Fun)):
        return _trailing(term.body)
    return _names(term) | _trailing(term.body) if isinstance(term, tree.Big) else set()


def _names(node: tree.Big) -> set[str]:
    found = set()
    for part in node.sub.parts if node.sub is not None else ():
        first = part.sides[0] if isinstance(part, tree.Relation) else part
        found |= {first.head} if isinstance(first, Sym) else set()
    return found


def _bound_in(term: Node) -> set[str]:
    return set().union(*(_names(n) for n in walk(term) if isinstance(n, tree.Big)))


def _branches(node: tree.Branches, ctx: Context) -> Expr:
    """Cases over one subject compared with numbers, the last branch otherwise."""
    subject, parts = None, []
    if node.rows[-1][1] is not None:
        raise undecided("cases without an “otherwise”", node)
    for value, condition in node.rows[:-1]:
        only = condition.only if condition is not None else None
        if not (isinstance(only, tree.Relation) and only.operators == ("=",) and only.sides[0] is not None):
            raise stop("a condition that is no equation", node)
        left, right = only.sides
        assert left is not None
        assert right is not None
        found, number = element(left, ctx), element(right, ctx)
        alike = isinstance(number, Integer) or getattr(number, "domain", None) == getattr(found, "domain", 0)
        if not alike or (subject is not None and found != subject):
            raise stop("cases that do not compare one thing with others of its kind", node)
        subject = found
        parts += [number, read(value, ctx)]
    if subject is None:
        raise stop("cases without a condition", node)
    return Cases(subject, *parts, read(node.rows[-1][0], ctx))


__all__ = ["Stopped", "decimal", "read"]
