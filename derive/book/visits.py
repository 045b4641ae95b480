r"""Σ_s d^π(s) X(s), E_{s∼ρ_π, a∼π}[X], E_{(s,a)∼d^π}[X]: averages over the states that a policy's trajectories visit.

    Σ_s d^π(s) X(s) = c E_π[Σ_t γ^t X(s_t)]

c is 1 - γ where d^π is a distribution, 1 where it is a sum of probabilities, and without a discount 1 or 1/T; which it
is, shares.py says. A statement about trajectories from a state s_0 is one about the visits of those from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from sympy import Expr, Integer, Symbol

from derive.book.context import Context, stop
from derive.book.laws import distribution, is_start
from derive.book.letters import PARAMETERS, POLICIES, TIMES
from derive.book.shares import LETTERS, how_counted
from derive.book.sorts import is_parameter, is_policy
from derive.book.tree import Big, Call, Div, Dot, Expect, Group, Items, Mul, Node, Num, Relation, Sym, children, walk
from derive.book.values import NAMES, at_moment
from derive.context import Context as Known
from derive.terms import Action, AtMost, Expectation, Given, Letter, State, TimeSum, real_symbol, time_symbol

_INDICES = ("k", "l", "j", "m", "n", "i", "h", "u")


class Visits(NamedTuple):
    """Whose visits, how they are counted (normalised, sum: both discounted; share, count), and whether from s_0 on."""

    policy: Letter
    kind: str
    from_a_state: bool = False


def summed(node: Big, first: tuple[Node, ...], ctx: Context) -> Expr | None:
    """Σ_s d^π(s) X, Σ_{s,a} d^π(s,a) X; None for a sum with another weight."""
    if ctx.reading.stationary or not first or not is_state(first[0]) or len(first) > 2:
        return None
    for width in range(len(first), 0, -1):
        weights = (n for n in walk(node.body) if isinstance(n, Call) and _at(n, first[:width]))
        law = next((n for n in weights if visited(n.head, ctx) is not None), None)
        body = divided(node.body, law) if law is not None else None
        if law is None or body is None or (found := visited(law.head, ctx)) is None:
            continue
        if first[width:]:
            rest = Items(node.start, node.end, first[width:], ())
            body = Big(node.start, node.end, "sum", rest, None, body)
        return _along(found, first[:width], body, ctx)
    return None


def _at(node: Call, drawn: tuple[Node, ...]) -> bool:
    """d(s), d(s, a), and not d(s'|s)."""
    parts = node.args.parts
    return len(parts) == len(drawn) and set(node.args.separators) <= {","} and all(map(same, parts, drawn))


def divided(body: Node, weight: Node) -> Node | None:
    """The body without a factor of it, also one that stands in the sum that the body ends with."""
    if body is weight:
        return Num(body.start, body.end, "1")
    if isinstance(body, Mul):
        for i, factor in enumerate(body.factors):
            if (rest := divided(factor, weight)) is not None:
                return replace(body, factors=(*body.factors[:i], rest, *body.factors[i + 1 :]))
    if isinstance(body, Div) and (rest := divided(body.over, weight)) is not None:
        return replace(body, over=rest)
    if isinstance(body, Big) and body.kind == "sum" and (rest := divided(body.body, weight)) is not None:
        return replace(body, body=rest)
    return None


def averaged(parts: tuple[Node, ...], body: Node, ctx: Context) -> Expr | None:
    """E_{s∼d^π, …}[X], E_{s, a∼ρ_π}[X], E_{(s,a)∼d^π}[X]; None where the first draw is another."""
    if ctx.reading.stationary or not parts:
        return None
    count = next((n for n, p in enumerate(parts) if isinstance(p, Relation)), len(parts))
    if count >= min(len(parts), 2):
        return None
    whole = parts[count]
    assert isinstance(whole, Relation)
    last, source = whole.sides[0], whole.sides[1]
    if whole.operators != ("~",) or last is None or source is None:
        return None
    drawn = (*parts[:count], *(last.items.parts if isinstance(last, Group) else (last,)))
    head = source.head if isinstance(source, Call) else source
    if isinstance(source, Call) and not all(isinstance(a, Dot) or _is_plain(a) for a in source.args.parts):
        return None
    if not isinstance(head, Sym) or not is_state(drawn[0]) or len(drawn) > 2:
        return None
    found = visited(head, ctx) or (_by_a_policy(head, ctx) if not isinstance(source, Call) else None)
    if found is None:
        return None
    if len(drawn) == 2 and not (_is_plain(drawn[1]) and getattr(drawn[1], "name", "").lower() == "a"):
        return None
    rest = parts[count + 1 :]
    if rest:
        start, end = rest[0].start, rest[-1].end
        body = Expect(start, end, Items(start, end, rest, (",",) * (len(rest) - 1)), body, None)
    return _along(found, drawn, body, ctx)


def visited(head: Sym, ctx: Context) -> Visits | None:
    """d^π, ρ_{π_old}, d_θ; μ, where the text defines it so or speaks of visits; None for another law."""
    survey = ctx.scope.survey
    marks = [*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ())]
    starts = [m for m in marks if _is_a_start(m, ctx)]
    marks = [m for m in marks if m not in starts]
    if head.name not in LETTERS or head.accents or head.primes or head.font or len(marks) > 1 or len(starts) > 1:
        return None
    if (kind := how_counted(head, survey)) is None:
        return None
    policy: Letter | None = ctx.policy()
    if marks:
        mark = marks[0]
        if isinstance(mark, Sym) and mark.name in PARAMETERS and not is_parameter(mark, survey):  # d_{θ_old}
            mark = Sym(mark.start, mark.end, "pi", sub=Items(mark.start, mark.end, (mark,), ()))
        if not isinstance(mark, Sym) or not (is_policy(mark, survey) or is_parameter(mark, survey)):
            return None
        if mark.name in POLICIES or is_policy(mark, survey):
            policy = distribution(mark, (ctx.domain("a"), ctx.domain("s")), ctx)
    return Visits(policy, kind, any(is_start(m, ctx) for m in starts)) if policy is not None else None


def _by_a_policy(head: Sym, ctx: Context) -> Visits | None:
    """s ~ π, and s, a ~ π: the states that π visits; None for another law."""
    if not is_policy(head, ctx.scope.survey):
        return None
    policy = distribution(head, (ctx.domain("a"), ctx.domain("s")), ctx)
    kind = how_counted(Sym(head.start, head.end, "d", sub=Items(head.start, head.end, (head,), ())), ctx.scope.survey)
    return Visits(policy, kind) if policy is not None and kind in ("normalised", "share") else None


def _is_a_start(mark: Node, ctx: Context) -> bool:
    """s_0 of d_{s_0}^π, μ of d_μ^π: where the trajectories begin."""
    if is_start(mark, ctx):
        return True
    plain = isinstance(mark, Sym) and mark.name in ("mu", "rho", "nu", "xi") and not (mark.accents or mark.primes)
    if not plain or not isinstance(mark, Sym) or mark.sup is not None:
        return False
    ctx.notes.assumed.add(f"{mark.name} the law of the start")
    return True


def _along(found: Visits, drawn: tuple[Node, ...], body: Node | None, ctx: Context) -> Expr:
    """c E_π[Σ_t γ^t X(s_t, a_t)]; X may depend on nothing else of the trajectory."""
    name = next(n for n in _INDICES if n not in ctx.bound and not _occurs(n, (*ctx.around, *drawn)))
    k = time_symbol(name)
    value = at_the_state(drawn, body, k, ctx.with_facts(AtMost(Integer(0), k), AtMost(k, ctx.horizon - 1)))
    return _weighted(found, value, k, ctx)


def under_a_policy(node: Expect, policy: Letter, ctx: Context) -> Expr | None:
    """E_π[X_t], where the time is drawn as the on-policy distribution draws it; None where it names no free time."""
    if not ctx.reading.on_policy or node.given is not None:
        return None
    kind = how_counted(Sym(node.start, node.end, "mu"), ctx.scope.survey)
    times = {n.name for n in _indices(node.body) if n.name in TIMES and n.head not in ctx.bound}
    if kind not in ("normalised", "share") or len(times) != 1:
        return None
    t, first = time_symbol(times.pop()), ctx.scope.survey.first
    inner = ctx.binding(t.name, t + first).with_facts(AtMost(Integer(0), t), AtMost(t, ctx.horizon - 1))
    ctx.notes.assumed.add("E_π[…] at a time drawn from the on-policy distribution")
    return _weighted(Visits(policy, kind), ctx.read(node.body, replace(inner, averaged=True)), t, ctx)


def _indices(body: Node) -> Iterator[Sym]:
    """The letters in the indices of a body."""
    for node in walk(body):
        for part in node.sub.parts if isinstance(node, Sym) and node.sub is not None else ():
            yield from (n for n in walk(part) if isinstance(n, Sym))


def _weighted(found: Visits, value: Expr, k: Symbol, ctx: Context) -> Expr:
    """c E_π[Σ_k γ^k X_k]."""
    process, discounted = ctx.process(found.policy), found.kind in ("normalised", "sum")
    gamma = real_symbol("gamma")
    whole = TimeSum(gamma**k * value if discounted else value, k, 0, ctx.horizon - 1)
    total = Given(whole, 0, process) if found.from_a_state or from_the_start(ctx) else Expectation(whole, process)
    ctx.notes.assumed.add("visits are counted until the episode ends")
    scale = {"normalised": 1 - gamma, "sum": Integer(1), "count": Integer(1), "share": 1 / ctx.horizon}[found.kind]
    found_value: Expr = scale * total
    return found_value


def at_the_state(drawn: tuple[Node, ...], body: Node | None, at: Expr, ctx: Context) -> Expr:
    """X(s), X(s, a), with s and a those of a moment; X may depend on nothing else of the trajectory."""
    first = drawn[0]
    assert isinstance(first, Sym)
    inner, states, actions = replace(at_moment(at, ctx), averaged=True), ctx.domain("s"), ctx.domain("a")
    marks = "'" * first.primes
    if marks or first.name != "s":  # s and a are those of the sums around
        inner = replace(inner, bound={**inner.bound, **{n: ctx.bound[n] for n in ("s", "a") if n in ctx.bound}})
    inner = inner.binding(first.head, State(at, states)).binding(f"a{marks}", Action(at, actions))
    value = inner.read(body, inner) if body is not None else Integer(1)
    if not Known((*inner.facts, AtMost(at, at))).knows(value, 2 * at + len(drawn) - 1):
        raise stop("what is averaged over the visits of a state may depend on more than it", first)
    return value


def from_the_start(ctx: Context) -> bool:
    """Whether the statement, or an objective that it speaks of, is about trajectories from a state: J(θ) := v(s_0)."""
    heads = {n.head for side in ctx.around for n in walk(side) if isinstance(n, Sym)}
    bodies = [b.body for b in ctx.scope.bindings if b.key.head in heads and b.key.sorts == ()]
    if any(_leaves_the_start(n, ctx) for node in ctx.around for n in walk(node)):
        return True
    return any(_at_the_start(n, ctx) for node in (*ctx.around, *bodies[-3:]) for n in _outside(node))


def _leaves_the_start(node: Node, ctx: Context) -> bool:
    """Pr(s_0 → s, k, π)."""
    what = node.args.parts[0] if isinstance(node, Call) else None
    first = what.sides[0] if isinstance(what, Relation) and what.operators == ("->",) else None
    return first is not None and is_start(first, ctx)


def _outside(node: Node) -> Iterator[Node]:
    """The nodes of a tree that stand under no expectation and no sum."""
    yield node
    if not isinstance(node, (Expect, Big)):
        for part in children(node):
            yield from _outside(part)


def _at_the_start(node: Node, ctx: Context) -> bool:
    """v_π(s_0)."""
    first = node.args.parts[0] if isinstance(node, Call) and node.head.name in NAMES else None
    return first is not None and is_start(first, ctx)


def _occurs(name: str, nodes: tuple[Node, ...]) -> bool:
    return any(isinstance(n, Sym) and n.name == name for node in nodes for n in walk(node))


def _is_plain(node: Node) -> bool:
    return isinstance(node, Sym) and node == Sym(node.start, node.end, node.name, node.font, (), node.primes)


def is_state(node: Node) -> bool:
    return _is_plain(node) and isinstance(node, Sym) and node.name in "sS"


def same(node: Node, other: Node) -> bool:
    return isinstance(node, Sym) and isinstance(other, Sym) and node == replace(other, start=node.start, end=node.end)
