"""Parse tree + scope + reading -> a term. What has no meaning here, or two, stops the reading at its span."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from sympy import Add, Expr, Integer, Max, Min, Mul, Pow, Rational, Symbol

from derive.book import applications, expectations, sums, symbols, tree
from derive.book.context import Context, bounded, is_sized, stop, time, undecided
from derive.book.elements import element
from derive.book.ellipsis import continued
from derive.book.letters import ELEMENTS, TIMES
from derive.book.naming import written
from derive.book.sorts import integer
from derive.book.tokens import Stopped
from derive.book.tree import Node, Sym, walk
from derive.terms import At, Cases, Exp, Gradient, Log, SumOver, TimeSum, Var, real_symbol


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
        _refuse_open_scope(node)
        if any(isinstance(term, tree.Dots) for _, term in node.terms):
            return _continued_sum(node, ctx)
        return bounded(Add(*(sign * read(term, ctx) for sign, term in node.terms)), node)
    if isinstance(node, tree.Mul):
        if any(isinstance(factor, tree.Dots) for factor in node.factors):
            return continued(node, node.factors, ctx, _no_end, product=True)
        return bounded(Mul(*(read(factor, ctx) for factor in _squared(node.factors))), node)
    if isinstance(node, tree.Div):
        return _quotient(node, ctx)
    if isinstance(node, tree.Pow):
        return symbols.power(read(node.base, ctx), node.exponent, ctx)
    if isinstance(node, tree.Fun):
        if isinstance(node.body, tree.Big) and sums.loose_factor(node.body):
            raise stop("how far the sum or product under it reaches is not clear; use brackets", node)
        return _function(node, ctx)
    if isinstance(node, tree.Grad):
        return _gradient(node, ctx)
    if isinstance(node, tree.Big):
        return sums.big(node, ctx)
    if isinstance(node, tree.Expect):
        return expectations.expectation(node, ctx)
    if isinstance(node, tree.Branches):
        return _branches(node, ctx)
    if isinstance(node, tree.Best):
        return sums.best(node, ctx)
    if isinstance(node, tree.Size):
        return _size(node, ctx)
    if isinstance(node, tree.At):
        return _at(node, ctx)
    if isinstance(node, tree.Indexed) and node.sup is None and isinstance(node.body, tree.Group):
        raise undecided("an index on something in brackets has no value here", node)
    if isinstance(node, (tree.Foreign, tree.Indexed)):
        name = node.name if isinstance(node, tree.Foreign) else "mark on a bracket"
        raise undecided(f"the {name} has no value here", node)
    raise stop(f"a {type(node).__name__.lower()} has no value here", node)


def decimal(text: str) -> Rational:
    """A literal as the rational number it spells."""
    value = Fraction(text)
    return Rational(value.numerator, value.denominator)


def _continued_sum(node: tree.Add, ctx: Context) -> Expr:
    if any(sign < 0 for sign, _ in node.terms):
        raise stop("an ellipsis between terms with a minus sign", node)
    return continued(node, [term for _, term in node.terms], ctx, _no_end, product=False)


def _no_end(body: Expr, index: Symbol, start: Expr, ctx: Context) -> Expr:
    return sums.endless(TimeSum, body, index, start, ctx)


def _function(node: tree.Fun, ctx: Context) -> Expr:
    if node.name in ("min", "max"):
        if not isinstance(node.body, (tree.Group, tree.Set)) or set(node.body.items.separators) != {","}:
            raise stop(f"{node.name} of something that is no list", node)
        values = [read(part, ctx) for part in node.body.items.parts]
        return Min(*values) if node.name == "min" else Max(*values)
    if node.name == "binom":
        return _binomial(node, ctx)
    if node.name not in ("log", "exp", "sqrt"):
        raise undecided(f"{node.name} has no value here", node)
    body = read(node.body, ctx)
    if node.name == "sqrt":
        return bounded(Pow(body, Rational(1, 2)), node)
    return Log(body) if node.name == "log" else Exp(body)


def _squared(factors: tuple[Node, ...]) -> list[Node]:
    """z z^⊤ as z z, for a gradient z: along every direction that is its square, and these say what a matrix is."""
    found: list[Node] = []
    for factor in factors:
        only = factor.sup.only if isinstance(factor, tree.Indexed) and factor.sup is not None else None
        if isinstance(factor, tree.Indexed) and isinstance(only, Sym) and only.name in ("T", "top") and found:
            before, body = _bare(found[-1]), _bare(factor.body)
            if isinstance(before, tree.Grad) and written(before) == written(body):
                found.append(factor.body)
                continue
        found.append(factor)
    return found


def _bare(node: Node) -> Node:
    """A node without the brackets around it."""
    while isinstance(node, tree.Group) and node.items.only is not None:
        node = node.items.only
    return node


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
    value = read(node.body, ctx)
    return Max(value, -value)


def _at(node: tree.At, ctx: Context) -> Expr:
    """∇J(θ)|_{θ = θ_k}: a term at a value of its parameter."""
    only = node.where.only
    sides = only.sides if isinstance(only, tree.Relation) and only.operators == ("=",) else (None, only)
    survey = ctx.scope.survey
    names = survey.of_policies or survey.parameters or {"theta"}
    name = sides[0].head if isinstance(sides[0], Sym) else survey.parameter
    value = sides[1]
    if (
        name not in names
        or not isinstance(value, Sym)
        or value.name != name
        or (value.sub is None and not value.primes)
    ):
        raise undecided("an expression at a value of something that is no parameter", node)
    body = read(node.body, replace(ctx, differentiated=True))
    return At(body, ctx.real_parameter(name), real_symbol("_".join([value.head, *_labels(value)])))


def _labels(node: Sym) -> list[str]:
    parts = node.sub.parts if node.sub is not None else ()
    return [str(getattr(p, "name", getattr(p, "text", "x"))) for p in parts]


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


def _gradient(node: tree.Grad, ctx: Context) -> Expr:
    survey = ctx.scope.survey
    if node.sub is None:
        if survey.parameter is None:
            raise stop(
                f"∇ without an index, and the text has the parameters {', '.join(sorted(survey.parameters))}",
                node,
            )
        name = survey.parameter
    else:
        only = node.sub.only
        if not (
            isinstance(only, Sym)
            and only.sub is None
            and only.sup is None
            and only.head in (survey.parameters or {"theta"})
        ):
            if (by := _number_of(only, ctx)) is not None:
                assert isinstance(only, Sym)
                return Gradient(read(node.body, replace(ctx, differentiated=True).binding(only.head, by)), by)
            raise stop("∇ by something that is no parameter here", node)
        name = only.head
    inside = replace(ctx, differentiated=True)
    return Gradient(read(node.body, inside), ctx.real_parameter(name))


def _number_of(node: Node | None, ctx: Context) -> Symbol | None:
    """x of df/dx, where it is a number of the statement."""
    plain = isinstance(node, Sym) and node == Sym(node.start, node.end, node.name)
    if not plain or not isinstance(node, Sym) or node.name in TIMES:
        return None
    found = read(node, replace(ctx, differentiated=False, around=()))
    return found if isinstance(found, Symbol) and not found.is_integer else None


def _refuse_open_scope(node: tree.Add) -> None:
    """Σ_t x_t + y_t: an index that is used after its sum has ended may mean that the sum goes on."""
    open_names: set[str] = set()
    for _, term in node.terms:
        used = {n.head for n in walk(term) if isinstance(n, Sym)} - _bound_in(term)
        if clash := open_names & used:
            raise stop(f"{clash.pop()} is used after the sum over it has ended; use brackets", term)
        open_names |= _trailing(term)


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
        raise stop("cases without an “otherwise”", node)
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
