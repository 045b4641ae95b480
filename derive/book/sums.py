"""Sums and products -> terms: over times, over a finite set, over trajectories, as their limits say."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sympy import Add, Expr, Integer, Max, Min, Symbol
from sympy import Mul as Mul_

from derive.binding import substitute, subterms
from derive.book import tree
from derive.book.context import Context, is_path, stop, time, undecided
from derive.book.elements import element, indexed_name, moment
from derive.book.letters import (
    COUNTERS,
    ELEMENTS,
    HORIZONS,
    TIMES,
)
from derive.book.sorts import integer, is_element
from derive.book.tree import Best, Big, Call, Group, Items, Mul, Node, Num, Relation, Size, Sym, walk
from derive.book.values import weighted
from derive.context import Context as Known
from derive.terms import (
    Apply,
    AtMost,
    Domain,
    Maximum,
    PathSum,
    State,
    SumOver,
    Term,
    TimeProduct,
    TimeSum,
    Var,
)
from derive.timeline import is_linear


def big(node: Big, ctx: Context) -> Expr:
    """Σ or ∏ over times, over a finite set, or over trajectories."""
    if node.sub is None:
        raise stop("a sum that does not say what it runs over", node)
    node = of_next_states(node)
    assert node.sub is not None
    parts, left_out = _conditions(node.sub.parts)
    if left_out:
        return _without(node, parts, left_out, ctx)
    if node.kind != "int" and len(parts) == 1 and _is_time_index(parts[0], ctx):
        return _over_times(node, parts[0], ctx)
    if node.kind == "int":
        ctx.notes.used.add("integral")
    if node.upper is not None:
        raise stop("an upper limit over something that is no index of time", node)
    if any(s != "," for s in node.sub.separators) or node.kind == "prod":
        raise stop("a sum or product over something that is not known here", node)
    parts = tuple(p for part in parts for p in (part.items.parts if isinstance(part, Group) else (part,)))
    if len(parts) == 1 and is_path(parts[0], ctx):
        process = ctx.process(ctx.policy())
        return PathSum(ctx.read(node.body, ctx), process)
    return _over_elements(node, parts, ctx)


def _conditions(parts: tuple[Node, ...]) -> tuple[tuple[Node, ...], list[Relation]]:
    """j = 1, j ≠ i: what is run over, and what is left out."""
    left_out = [p for p in parts if isinstance(p, Relation) and p.operators == ("!=",)]
    return tuple(p for p in parts if p not in left_out), left_out


def _without(node: Big, parts: tuple[Node, ...], left_out: list[Relation], ctx: Context) -> Expr:
    """Σ_{j=1, j≠i}^N x_j = Σ_{j=1}^N x_j - x_i, for an i from 1 to N."""
    if not parts and node.upper is None and len(left_out) == 1:
        return _without_one(node, left_out[0], ctx)
    first = parts[0].sides[0] if len(parts) == 1 and isinstance(parts[0], Relation) else None
    if node.kind != "sum" or len(left_out) != 1 or not isinstance(first, Sym) or node.sub is None:
        raise stop("a sum or product with a condition that is not known here", node)
    sides = [s for s in left_out[0].sides if not (isinstance(s, Sym) and s.head == first.head)]
    if len(sides) != 1 or sides[0] is None:
        raise stop("a condition on something else than what is summed over", left_out[0])
    whole = big(replace(node, sub=Items(node.sub.start, node.sub.end, parts, ())), ctx)
    if not isinstance(whole, TimeSum):
        raise stop("a sum with a condition, over something that is no index", node)
    term = substitute(whole.body, {whole.index: time(sides[0], ctx)})
    assert isinstance(term, Expr)
    return whole - term


def _without_one(node: Big, left_out: Relation, ctx: Context) -> Expr:
    """Σ_{j≠i} x_j over the samples that the statement counts with its one letter N."""
    counts = {n.head for s in ctx.around for n in walk(s) if isinstance(n, Sym)} & ctx.scope.survey.counts
    index = left_out.sides[0]
    if len(counts) != 1 or not isinstance(index, Sym) or index.name not in COUNTERS or node.sub is None:
        raise stop("a sum or product with a condition that is not known here", node)
    start, end = node.sub.start, node.sub.end
    (count,) = counts
    ctx.notes.assumed.add(f"{index.head} from 1 to {count}")
    first = Relation(start, end, (index, Num(start, end, "1")), ("=",))
    sub = Items(start, end, (first, left_out), (",",))
    return big(replace(node, sub=sub, upper=Items(start, end, (Sym(start, end, count),), ())), ctx)


def of_next_states(node: Big) -> Big:
    """Σ_{s',r} p(s',r|s,a) X as Σ_{s'} p(s'|s,a) X, its r being r(s,a,s'); any other sum as it is."""
    if node.kind != "sum" or node.sub is None:
        return node
    if isinstance(node.body, Big) and node.body.kind == "sum" and node.body.sub is not None and node.upper is None:
        parts, body = (*node.sub.parts, *node.body.sub.parts), node.body.body
    else:
        parts, body = node.sub.parts, node.body
    rewards = [p for p in parts if _is_plain(p, "r")]
    law = next((n for n in walk(body) if isinstance(n, Call) and _of_reward(n)), None)
    if len(rewards) != 1 or len(parts) != 2 or law is None:
        return node
    after, paid, *given = law.args.parts
    states = tuple(p for p in parts if p is not rewards[0])
    if not isinstance(after, Sym) or not isinstance(states[0], Sym) or after.head != states[0].head:
        return node
    start, end = law.start, law.end
    moves = replace(law, args=Items(start, end, (after, *given), ("|", ",")))
    reward = Call(start, end, Sym(start, end, "r"), Items(start, end, (*given, after), (",", ",")))
    changed = replaced(replaced(body, law, moves), paid, reward)
    assert isinstance(changed, Node)
    return replace(node, sub=Items(node.sub.start, node.sub.end, states, ()), body=changed)


def _of_reward(node: Call) -> bool:
    """p(s', r | s, a)."""
    parts = node.args.parts
    return (
        node.head.name in ("p", "P")
        and node.args.separators == (",", "|", ",")
        and _is_plain(parts[1], "r")
        and all(isinstance(p, Sym) and p.name in ELEMENTS for p in (parts[0], *parts[2:]))
    )


def _is_plain(node: Node, name: str) -> bool:
    return isinstance(node, Sym) and node.name == name and node == Sym(node.start, node.end, name)


def replaced(value: Any, old: Node, new: Node) -> Any:
    """A tree with every part that is written like `old` replaced by `new`."""
    if isinstance(value, tuple):
        return tuple(replaced(part, old, new) for part in value)
    if not isinstance(value, Node):
        return value
    if type(value) is type(old) and replace(value, start=old.start, end=old.end) == old:
        return new
    if isinstance(value, Call) and isinstance(old, Sym):  # the letter itself, not a function of the same name
        return replace(value, args=replaced(value.args, old, new))
    parts = {
        f.name: replaced(getattr(value, f.name), old, new) for f in fields(value) if f.name not in ("start", "end")
    }
    return replace(value, **parts)


def best(node: Best, ctx: Context) -> Expr:
    """max_a X, min_a X over a finite set; max_{j=1,2} X over what is listed."""
    if node.sub is None or node.name not in ("max", "min"):
        raise undecided("what makes something best", node)
    listed = _listed_values(node.sub)
    if listed is not None:
        name, numbers = listed
        values = [ctx.read(node.body, ctx.binding(name, n)) for n in numbers]
        return Max(*values) if node.name == "max" else Min(*values)
    inner, variables = ctx, []
    for part in node.sub.parts:
        first = part.sides[0] if isinstance(part, Relation) and part.operators == ("in",) else part
        if not isinstance(first, Sym) or not is_element(first, ctx.scope.survey):
            raise undecided("a maximum over something that is no finite set", node)
        var, inner, at = fresh_variable(first, node.body, inner)
        variables.append((var, at, part))
    body = ctx.read(node.body, inner)
    sign = 1 if node.name == "max" else -1
    found = sign * body
    for var, at, part in reversed(variables):
        refuse_dependence(body, at, part, ctx)
        found = Maximum(found, var)
    return sign * found


def _listed_values(sub: Items) -> tuple[str, list[Expr]] | None:
    """j = 1, 2: the letter and the numbers."""
    first = sub.parts[0]
    if not isinstance(first, Relation) or first.operators != ("=",) or not isinstance(first.sides[0], Sym):
        return None
    numbers = [integer(p) for p in (first.sides[1], *sub.parts[1:]) if p is not None]
    whole = [Integer(n) for n in numbers if n is not None]
    return (first.sides[0].head, list(whole)) if len(whole) == len(numbers) else None


def _is_time_index(part: Node, ctx: Context) -> bool:
    first = part.sides[0] if isinstance(part, Relation) else part
    if not isinstance(first, Sym) or first.sub is not None or first.sup is not None:
        return False
    return first.name in TIMES or (first.name in COUNTERS and isinstance(part, Relation))


def _over_times(node: Big, part: Node, ctx: Context) -> Expr:
    cls = TimeSum if node.kind == "sum" else TimeProduct
    survey = ctx.scope.survey
    last = ctx.horizon + survey.first - 1
    lower: Expr = Integer(survey.first)
    no_end = False
    upper = last
    if isinstance(part, Relation):
        index, low, high = _range(part, ctx)
        lower, upper = lower if low is None else low, upper if high is None else high
        if part.operators[0] == "=" and node.upper is None:
            raise stop("a sum from a start without an end", node)
    else:
        assert isinstance(part, Sym)
        index = _index(part)
    if node.upper is not None:
        if node.upper.only is None or (isinstance(part, Relation) and part.operators[0] != "="):
            raise stop("limits of a sum that are not known here", node)
        no_end = isinstance(node.upper.only, Sym) and node.upper.only.name == "infty"
        upper = last if no_end else time(node.upper.only, ctx)
        if not isinstance(part, Relation):
            raise stop("a sum with an end and no start", node)
    else:
        ctx.notes.used.add("process")
    if node.kind == "prod" and loose_factor(node):
        return _with_what_follows(node, ctx)
    inner = ctx.binding(index.name, index).with_facts(AtMost(lower, index), AtMost(index, upper))
    if node.upper is not None and _is_count(node.upper.only, ctx):
        inner = replace(inner, numbering=inner.numbering | {index.name})
    if index in lower.free_symbols | upper.free_symbols:
        raise stop("a sum whose limits use its own index", node)
    body = ctx.read(node.body, inner)
    if no_end:
        return endless(cls, body, index, lower, inner)
    return cls(body, index, lower, upper)


def _is_count(node: Node | None, ctx: Context) -> bool:
    """N, K, |D|: how many there are of something that no time orders."""
    if isinstance(node, Size):
        return not is_element(node.body, ctx.scope.survey)  # |y| counts the tokens of y
    return isinstance(node, Sym) and node.head in ctx.scope.survey.counts


def _geometric(body: Expr, index: Symbol, lower: Expr) -> Expr | None:
    """Σ_{k=a}^∞ c x^{k+b} = c x^{a+b} / (1 - x), for a letter x, which is then less than 1; None for another sum."""
    powers = [f for f in Mul_.make_args(body) if index in f.free_symbols]
    base, exponent = powers[0].as_base_exp() if len(powers) == 1 else (None, None)
    if not isinstance(base, Symbol) or base.is_integer or any(isinstance(n, Term) for n in subterms(body)):
        return None
    if exponent is None or not is_linear(exponent) or (exponent - index).expand().has(index):
        return None
    rest = Mul_(*(f for f in Mul_.make_args(body) if f not in powers))
    found: Expr = rest * base ** (exponent - index + lower).expand() / (1 - base)
    return found


def endless(cls: type, body: Expr, index: Symbol, lower: Expr, ctx: Context) -> Expr:
    """A sum to infinity in an episode: it ends with the episode, where every term after that is a reward's multiple."""
    if cls is TimeSum and (series := _geometric(body, index, lower)) is not None:
        ctx.notes.used.add("geometric")
        return series
    known = Known((*ctx.facts, AtMost(index, index)))
    starts = [n.time for n in subterms(body) if isinstance(n, State)]
    shifts = [s - index for s in starts if index not in (s - index).free_symbols]  # t, in r_{t+k}: it ends t earlier
    shift = min(shifts, key=lambda s: s.as_coeff_Add()[0], default=None)
    if cls is not TimeSum or shift is None or not pays(body, index + shift, known):
        ctx.notes.assumed.add("an infinite sum or product cut at the end of an episode")
        shift = shift if shift is not None and cls is TimeSum else Integer(0)
    ctx.notes.used.add("endless")
    found: Expr = cls(body, index, lower, ctx.horizon - 1 - shift)
    return found


def pays(term: Expr, at: Expr, known: Known) -> bool:
    """Whether a term is zero once the episode has ended before `at`: each of its summands has a later reward in it."""
    if isinstance(term, (Mul_, TimeSum)):
        parts = term.args if isinstance(term, Mul_) else (term.body,)
        return any(pays(p, at, known) for p in parts)
    if isinstance(term, Add):
        return all(pays(p, at, known) for p in term.args)
    if isinstance(term, Apply) and term.letter.name in ("r", "R"):
        return known.shows(at, term.args[1].time) if isinstance(term.args[1], State) else False
    return False


def _with_what_follows(node: Big, ctx: Context) -> Expr:
    """∏_t ρ_t R: nobody multiplies by R in every step; what does not mention the index stands behind the product."""
    assert isinstance(node.body, Mul)
    factors = list(node.body.factors)
    behind: list[Node] = []
    while len(factors) > 1 and loose_factor(replace(node, body=Mul(node.start, node.end, tuple(factors)))):
        behind.insert(0, factors.pop())
    kept = factors[0] if len(factors) == 1 else Mul(node.start, factors[-1].end, tuple(factors))
    if loose_factor(replace(node, body=kept)) or any(isinstance(f, (Big, tree.Grad)) for f in behind):
        raise stop("how far the product reaches is not clear; use brackets", node)
    return Mul_(ctx.read(replace(node, body=kept), ctx), *(ctx.read(f, ctx) for f in behind))


def loose_factor(node: Big) -> bool:
    """Whether the body ends with a factor without the index, which may be meant to stand outside."""
    if not isinstance(node.body, Mul) or node.sub is None:
        return False
    part = node.sub.parts[0]
    first = part.sides[0] if isinstance(part, Relation) else part
    last = node.body.factors[-1]
    return isinstance(first, Sym) and all(n.head != first.head for n in walk(last) if isinstance(n, Sym))


def _index(node: Node) -> Symbol:
    if (
        not isinstance(node, Sym)
        or node.sub is not None
        or node.sup is not None
        or node.accents
        or node.font
        or node.name in HORIZONS
    ):
        raise stop("an index of a sum that is no letter for a time", node)
    return Symbol(node.head, integer=True)


def _range(part: Relation, ctx: Context) -> tuple[Symbol, Expr | None, Expr | None]:
    """k = 0, k < t, k ≥ t, 0 ≤ k < t: index, lower and upper bound (None where nothing is said)."""
    low: Expr | None = None
    high: Expr | None = None
    sides, operators = part.sides, part.operators
    place = 1 if len(sides) == 3 else 0
    middle = sides[place]
    if middle is None or len(sides) > 3 or (place == 1 and not set(operators) <= {"<", "<="}):
        raise stop("limits of a sum that are not known here", part)
    index = _index(middle)
    bounds = [(operators[-1], sides[-1])]
    if place == 1:
        bounds.append(({"<": ">", "<=": ">="}[operators[0]], sides[0]))
    for operator, side in bounds:
        if side is None:
            raise stop("limits of a sum that are not known here", part)
        value = time(side, ctx)
        if operator in ("=", ">=", ">"):
            low = value + int(operator == ">")
        elif operator in ("<", "<="):
            high = value - int(operator == "<")
        else:
            raise stop("limits of a sum that are not known here", part)
    return index, low, high


def _over_elements(node: Big, parts: tuple[Node, ...], ctx: Context) -> Expr:
    if len(parts) == 1 and (average := _average(parts[0], node.body, ctx)) is not None:
        return average
    inner, variables = ctx, []
    for part in parts:
        if isinstance(part, Relation):
            if part.operators != ("in",) or not _names_a_set(part.sides[1]):
                raise stop("a sum over something that is not known here", part)
            first = part.sides[0]
        else:
            first = part
        if not isinstance(first, Sym) or not is_element(first, ctx.scope.survey):
            raise stop("a sum over something that is not known here", part)
        var, inner, at = fresh_variable(first, node.body, inner)
        variables.append((var, at, part))
    body = ctx.read(node.body, inner)
    for var, at, part in reversed(variables):
        refuse_dependence(body, at, part, ctx)
        body = SumOver(body, var)
    return body


def _average(part: Node, body: Node, ctx: Context) -> Expr | None:
    """A sum weighted by the process's own law, at a moment of the trajectory."""
    first = part.sides[0] if isinstance(part, Relation) and part.operators == ("in",) else part
    return weighted(first, body, ctx) if isinstance(first, Sym) and is_element(first, ctx.scope.survey) else None


def _names_a_set(node: Node | None) -> bool:
    if isinstance(node, Call):  # A(s)
        node = node.head
    return isinstance(node, Sym) and node.font in ("cal", "bb", "") and node.name.isupper()


def fresh_variable(node: Sym, body: Node, ctx: Context) -> tuple[Var, Context, Expr | None]:
    """The variable that a sum or expectation binds, the context inside, and for a_t, s_t its place on the time line."""
    domain: Domain = ctx.domain(node.name.lower())
    if node.sub is None:
        if not isinstance(element(node, replace(ctx, bound={})), Var):
            raise stop("this is no variable", node)
        var = Var(node.head, domain)
        return var, ctx.binding(node.head, var), None
    if domain.name not in ("A", "S") or node.sub.only is None:
        raise stop("a sum or expectation over something that is not known here", node)
    at = moment(node.sub.only, ctx)
    taken = {v.name for v in ctx.bound.values() if isinstance(v, Var)}
    taken |= {n.head for n in walk(body) if isinstance(n, Sym) and n.sub is None}
    name = node.name.lower()
    while name in taken:
        name += "'"
    var = Var(name, domain)
    return var, ctx.binding(indexed_name(node, ctx), var), 2 * at + (1 if domain.name == "A" else 0)


def refuse_dependence(body: Expr, at: Expr | None, node: Node, ctx: Context) -> None:
    """Where a_t was drawn anew, the rest may depend on the trajectory before a_t only."""
    if at is not None and not Known((*ctx.facts, AtMost(at, at))).knows(body, at - 1):
        raise stop("what is averaged may depend on this variable through the rest of the trajectory", node)
