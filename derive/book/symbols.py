"""Letters that stand for numbers: what the text defines, the field's own, powers, and what is arbitrary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from sympy import Expr, Mul, Rational

from derive.binding import subterms
from derive.book import arbitrary, occupancy
from derive.book.context import Context, bounded, stop, time
from derive.book.definitions import applied, in_force
from derive.book.elements import element, moment, numbered, reward
from derive.book.letters import COUNTERS, PARAMETERS, POLICIES, SCALARS, TIMES, positive
from derive.book.named_functions import indicator, kronecker
from derive.book.sorts import integer, is_element, is_parameter, key_of, label_of
from derive.book.tree import Big, Call, Div, Expect, Grad, Group, Node, Num, Sym, walk
from derive.book.values import value_at
from derive.terms import Apply, Exp, Letter, Log, Term, Var, real_symbol


def symbol(node: Sym, ctx: Context) -> Expr:
    """The number that a letter stands for."""
    value = ctx.bound.get(node.head) if node.sub is None and node.sup is None else None
    if value is not None:
        return value
    if node.head == "e" and node.sub is None and node.sup is not None and node.sup.only is not None:
        return Exp(ctx.read(node.sup.only, ctx))
    if (marked := indicator(node, ctx)) is not None:
        return marked
    if occupancy.applies(ctx) and (aim := occupancy.objective(node, ctx)) is not None:
        return aim
    key = key_of(node, ctx.scope.survey)
    if (found := in_force(key, ctx)) is not None:
        return applied(node, found, (), ctx)
    if (same := kronecker(node, ctx)) is not None:
        return same
    if node.sup is not None and (key is None or not key.labels):
        return _power(node, ctx)
    if (entry := _entry(node, ctx)) is not None:
        return entry
    if is_parameter(node, ctx.scope.survey) and node.name not in POLICIES:
        return ctx.real_parameter(node.head)
    if node.sub is None and node.sup is None and _counts(node, ctx):
        if node.name in TIMES | COUNTERS:
            ctx.notes.assumed.add(f"{node.name} any whole number")
        return time(node, ctx)
    if (paid := _reward(node, ctx)) is not None:
        return paid
    plain = node.sub is None and node.sup is None and node.head == node.name
    if plain and (node.name in SCALARS or node.head in ctx.scope.numbers):
        return real_symbol(node.name)
    if (known := value_at(node, ctx)) is not None:
        return known
    if (found_positive := _of_parameter(node, ctx)) is not None:
        return found_positive
    may_be_a_number = not is_element(node, ctx.scope.survey) or _is_labelled_number(node) or _is_number(node, ctx)
    if may_be_a_number and (number := arbitrary.number(node, ctx)) is not None:
        return number
    raise stop(f"the letter {node.head} has no meaning that is known here", node)


def _entry(node: Sym, ctx: Context) -> Expr | None:
    """θ_{s,a}, θ_a: one of the parameters of a table, where s and a are arguments or run over a sum beside it."""
    if node.name not in PARAMETERS or node.sub is None or node.sup is not None or node.accents or node.primes:
        return None
    parts = node.sub.parts
    used = {n.head for side in ctx.around for n in _arguments(side) if isinstance(n, Sym)} | set(ctx.bound)
    if not all(isinstance(p, Sym) and is_element(p, ctx.scope.survey) for p in parts):
        return None
    if len(parts) == 1 and not all(isinstance(p, Sym) and p.head in used for p in parts):  # θ_a, of an actor
        return None
    places = [element(part, ctx) for part in parts]
    if not all(isinstance(place, Var) for place in places):
        return None
    letter = Letter(node.name, tuple(place.domain for place in places), parameter=ctx.theta)
    return Apply(letter, *places)


def _arguments(node: Node) -> Iterator[Node]:
    """What functions are applied to, and what sums run over, and derivatives."""
    for n in walk(node):
        if isinstance(n, Call):
            yield from n.args.parts
        elif isinstance(n, Grad) and n.sub is not None:
            yield from (p for by in n.sub.parts if isinstance(by, Sym) and by.sub is not None for p in by.sub.parts)
        elif isinstance(n, (Big, Expect)) and n.sub is not None:
            yield from n.sub.parts


def _counts(node: Sym, ctx: Context) -> bool:
    """T, or N of Σ_{i=1}^N; t and i themselves."""
    if node.head == node.name and node.name in TIMES | COUNTERS:
        return True
    return node.head == ctx.reading.last[0] or node.head in ctx.scope.survey.counts


def _reward(node: Sym, ctx: Context) -> Expr | None:
    """r_t, or R_t where the text counts rewards on arrival."""
    if node.sub is None or node.sub.only is None or node.sup is not None:
        return None
    if node.head != "r" and not (node.head == "R" and ctx.scope.survey.arrival):
        return None
    if label_of(node.sub.only) is not None or numbered(node.sub.only, ctx) is not None or _of_samples(node, ctx):
        return None
    if is_parameter(node.sub.only, ctx.scope.survey):
        return None
    return reward(moment(node.sub.only, ctx, ctx.scope.survey.arrival), ctx)


def _is_number(node: Sym, ctx: Context) -> bool:
    """x of σ(x), where the statement neither draws it nor gives it to a law or a reward."""
    if node.head not in ("x", "y", "z", "u") or node.sub is not None or node.head in ctx.bound:
        return False
    for n in (n for side in ctx.around for n in walk(side)):
        if (
            isinstance(n, Call)
            and n.head.name not in ("sigma", "f", "g", "h")
            and node.head in map(_head, n.args.parts)
        ):
            return False
        if isinstance(n, (Expect, Big)) and n.sub is not None and any(_head(m) == node.head for m in walk(n.sub)):
            return False
    return True


def _head(node: Node) -> str:
    return node.head if isinstance(node, Sym) else ""


def _of_samples(node: Sym, ctx: Context) -> bool:
    """Whether the statement writes r_i or r_G too, so that r_1 is the reward of the first sample."""
    found = (n.sub.only for side in ctx.around for n in walk(side) if _is_like(n, node) and n.sub is not None)
    return any(isinstance(i, Sym) and (i.name in COUNTERS or i.head in ctx.scope.survey.counts) for i in found)


def _is_like(node: Node, other: Sym) -> TypeGuard[Sym]:
    return isinstance(node, Sym) and node.head == other.head


def _is_labelled_number(node: Sym) -> bool:
    """A_i^{RLOO}, \\hat A_t, A_t: an advantage, where the letter also names actions."""
    return node.name == "A" and (bool(node.accents) or node.sub is not None)


def _of_parameter(node: Sym, ctx: Context) -> Expr | None:
    r"""f in ∇f / f, π_θ in ∇π_θ = π_θ ∇\log π_θ: any positive function of the parameter, its arguments left out."""
    parts = node.sub.parts if node.sub is not None else ()
    if node.name not in ("f", "g", "h", "p", "q", "P", "pi") or node.accents or node.primes or node.sup is not None:
        return None
    if ctx.averaged or node.font not in ("", "cal", "bb") or not all(is_parameter(p, ctx.scope.survey) for p in parts):
        return None
    ctx.notes.assumed.add(f"{node.name} any positive function of {ctx.theta.name}")
    return Apply(positive(node.name, ctx.theta))


def _power(node: Sym, ctx: Context) -> Expr:
    """γ^{t}: a power, where the base is a number and the exponent is one."""
    assert node.sup is not None
    exponent, base = node.sup.only, replace(node, sup=None)
    if exponent is None or isinstance(exponent, Group):
        may_be_a_number = not is_element(node, ctx.scope.survey) or _is_labelled_number(node)
        if may_be_a_number and (number := arbitrary.number(node, ctx)) is not None:
            return number  # x^{(i)}
        raise stop("this superscript is no power that is known here (a sample's number?)", node)
    if not isinstance(exponent, (Num, Sym)) and label_of(exponent) is not None:
        raise stop("this superscript is no power that is known here", node)
    if is_parameter(base, ctx.scope.survey) and isinstance(exponent, Sym) and exponent.name == "T":
        raise stop("this may be a transpose", node)
    return power(ctx.read(base, ctx), exponent, ctx)


def power(base: Expr, exponent: Node, ctx: Context) -> Expr:
    """base^exponent for a small whole number, a half, or an index of time."""
    value = integer(exponent)
    if value is not None:
        if abs(value) > 64 or (value < 0 and base == 0):
            raise stop(f"the exponent {value} is out of bounds (64)", exponent)
        return bounded(base**value, exponent)
    if _is_half(exponent):
        found: Expr = base ** Rational(1, 2)
        return found
    if isinstance(exponent, Div) or (isinstance(exponent, Sym) and exponent.name in SCALARS):
        return Exp(ctx.read(exponent, ctx) * Log(base))  # p^{1/n}, p^α of something positive
    plain = bool(base.free_symbols) and not any(isinstance(n, Term) for n in subterms(base))
    if not plain and not _is_a_count(exponent):
        raise stop("a power that is no whole number, of something that is no letter", exponent)
    at = time(exponent, ctx)
    whole: Expr = Mul(*(factor**at for factor in Mul.make_args(base)))  # (γλ)^t as γ^t λ^t, for a whole number t
    return whole


def _is_a_count(exponent: Node) -> bool:
    """k, n, k + 1: how often something is multiplied by itself; T may be a transpose."""
    letters = [n for n in walk(exponent) if isinstance(n, Sym)]
    plain = all(n == Sym(n.start, n.end, n.name) for n in letters)
    return bool(letters) and plain and all(n.name in ("k", "n", "m", "N", "K") for n in letters)


def _is_half(node: Node) -> bool:
    if not isinstance(node, Div):
        return isinstance(node, Num) and node.text == "0.5"
    return integer(node.over) == 1 and integer(node.under) == 2
