"""V^π(s), Q^π(s,a), A^π(s,a), and statements about them, on one trajectory.

V^π(s_t) = E[G_t | h_t], Q^π(s_t,a_t) = E[G_t | h_t, a_t], A = Q - V: what the field means by them where a text does
not say. A statement for all s and a is read at s = s_t, a = a_t, s' = s_{t+1}, a' = a_{t+1}, for all t; a sum
Σ_{s'} P(s'|s,a) … or Σ_a π(a|s) … is then the expectation given the history up to there. A sum without such a weight
is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sympy import Expr, Integer

from derive.book import tree
from derive.book.context import Context, stop, time, undecided
from derive.book.elements import element, moment, reward
from derive.book.laws import distribution
from derive.book.sorts import is_parameter, is_policy, sort_of
from derive.book.tree import Call, Node, Relation, Sym, walk
from derive.context import Context as Known
from derive.terms import (
    Action,
    AtMost,
    Definition,
    Expectation,
    Given,
    Letter,
    State,
    TimeSum,
    real_symbol,
    time_symbol,
)

NAMES = {"V": "V", "Q": "Q", "A": "A", "v": "V", "q": "Q"}
_SORTS = {"V": ("S",), "Q": ("S", "A"), "A": ("S", "A")}
_ANCHORS = ("t", "k", "l", "n", "m")


def is_value(node: Node, ctx: Context) -> bool:
    """V(s), Q^π(s,a), A_{π_θ}(s_t,a_t): a letter for a value at a state, of the text's policy or of a policy named."""
    if not isinstance(node, Call) or node.head.name not in NAMES or not ctx.reading.values or ctx.reading.stationary:
        return False
    head = node.head
    if head.accents or head.primes or head.font or any(s != "," for s in node.args.separators):
        return False
    if tuple(sort_of(a, ctx.scope.survey) for a in node.args.parts) != _SORTS[NAMES[head.name]]:
        return False
    marks = [*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ())]
    return len(marks) <= 1 and all(isinstance(m, Sym) and m.name == "pi" for m in marks)


def policy_of(head: Sym, ctx: Context) -> Letter:
    """The policy that a value carries; else the text's."""
    marks = [*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ())]
    if not marks:
        return ctx.policy()
    assert isinstance(marks[0], Sym)
    found = distribution(marks[0], (ctx.domain("a"), ctx.domain("s")), ctx)
    if found is None:
        raise stop("a policy that is not known here", marks[0])
    return found


def usual(name: str, policy: Letter, ctx: Context) -> Definition:
    """The value functions as the field means them, as definitions with the time for their argument."""
    t, k = time_symbol("t"), time_symbol("k")
    process = ctx.process(policy)
    weight = real_symbol("gamma") ** (k - t) if ctx.scope.survey.discounted else Integer(1)
    to_go = TimeSum(weight * reward(k, ctx), k, t, ctx.horizon - 1)
    label = "" if policy == ctx.policy() else f"_{policy.name}"
    if name == "A":
        difference = usual("Q", policy, ctx)(t) - usual("V", policy, ctx)(t)
        return Definition(f"A{label}", (t,), difference, "index")
    return Definition(f"{name}{label}", (t,), Given(to_go, 2 * t + int(name == "Q"), process), "index")


def value(node: Call, ctx: Context) -> Expr:
    """A value at s_k, or at s_k, a_k."""
    at = place(node, ctx)
    name = NAMES[node.head.name]
    _take_as_usual(node.head.name, ctx)
    return usual(name, policy_of(node.head, ctx), ctx)(at)


def value_at(node: Sym, ctx: Context) -> Expr | None:
    """V_t, Q_t, A_t: a value at a moment of the trajectory; None for any other letter."""
    plain = not (node.accents or node.primes or node.font or node.sup is not None)
    if node.name not in ("V", "Q", "A") or not plain or not ctx.reading.values or node.sub is None:
        return None
    if node.sub.only is None:
        return None
    at = moment(node.sub.only, ctx)
    _take_as_usual(node.name, ctx)
    return usual(node.name, ctx.policy(), ctx)(at)


def _take_as_usual(name: str, ctx: Context) -> None:
    if name not in ctx.scope.meant:
        ctx.notes.assumed.add(f"the usual {name}")


def place(node: Call, ctx: Context) -> Expr:
    """The time k of a value's arguments s_k, a_k."""
    values = [element(a, ctx) for a in node.args.parts]
    if not all(isinstance(v, (State, Action)) for v in values) or len({v.time for v in values}) != 1:
        raise stop(f"{node.head.name} at something that is no moment of the trajectory", node)
    at = values[0].time
    assert isinstance(at, Expr)
    return at


# Statements for all s and a


def anchored(nodes: Sequence[Node], ctx: Context) -> Context:
    """The context in which s, a, s' and a' are those of a moment t, where the nodes speak of values."""
    conditions = list(_conditions(nodes))
    plain = {n.head for node in nodes for n in walk(node) if isinstance(n, Sym) and n.sub is None and n.sup is None}
    speaks = any(is_value(n, ctx) for node in nodes for n in walk(node))
    if not (conditions or speaks) or not plain & {"s", "a", "s'", "S", "A"}:
        return ctx
    taken = {n.name for node in nodes for n in walk(node) if isinstance(n, Sym)}
    if conditions:
        at, later = conditions[0]
        anchor: Expr = moment(at, ctx, later)
    else:
        anchor = time_symbol(next(n for n in _ANCHORS if n not in taken))
    return at_moment(anchor, ctx)


def at_moment(anchor: Expr, ctx: Context) -> Context:
    """s, a, s' and a' are those of one moment."""
    states, actions = ctx.domain("s"), ctx.domain("a")
    bound = {
        "s": State(anchor, states),
        "a": Action(anchor, actions),
        "s'": State(anchor + 1, states),
        "a'": Action(anchor + 1, actions),
    }
    return replace(ctx, bound={**ctx.bound, **bound}, anchor=anchor)


def _conditions(nodes: Sequence[Node]) -> Iterator[tuple[Node, int]]:
    """The times of conditions s_t = s, and how much later than s the value is: 1 in s_{t+1} = s'."""
    for node in nodes:
        for n in walk(node):
            for part in _given(n):
                first, what = part.sides[:2] if isinstance(part, Relation) else (None, None)
                if isinstance(first, Sym) and first.name in "sSaA" and first.sub is not None and first.sub.only:
                    yield first.sub.only, what.primes if isinstance(what, Sym) else 0


def _given(node: Node) -> tuple[Node, ...]:
    """The conditions of E[X | s_0 = s], and of E_{τ ~ P(τ | s_0 = s)}[X]."""
    if not isinstance(node, tree.Expect):
        return ()
    drawn = node.sub.only if node.sub is not None else None
    law = drawn.sides[-1] if isinstance(drawn, Relation) and drawn.operators == ("~",) else None
    return (*(node.given.parts if node.given is not None else ()), *(law.args.parts if isinstance(law, Call) else ()))


def weighted(first: Sym, body: Node, ctx: Context) -> Expr | None:
    """Σ_{s'} P(s'|s,a) X, Σ_a π(a|s) X at a moment: X averaged, given the history; None for any other sum."""
    if ctx.anchor is None or first.sub is not None:
        return None
    factors = body.factors if isinstance(body, tree.Mul) else (body,)
    for i, factor in enumerate(factors):
        inner = factor.items.only if isinstance(factor, tree.Group) else factor
        if not (isinstance(inner, Call) and isinstance(inner.args.parts[0], Sym)):
            continue
        if inner.args.parts[0].head != first.head or inner.args.parts[0].sub is not None:
            continue
        rest = factors[:i] + factors[i + 1 :]
        return drawn(first, inner, tree.Mul(body.start, body.end, rest) if rest else None, ctx)
    return None


def drawn(first: Sym, law: Call, body: Node | None, ctx: Context) -> Expr | None:
    """E_{first ~ law}[body] at a moment, where the law is the process's own."""
    if ctx.anchor is None or first.sub is not None or first.accents or first.font:
        return None
    survey = ctx.scope.survey
    given = [element(a, ctx) for a in law.args.parts[1:] if not is_parameter(a, survey)]
    if kind_of_start(first, law, given, ctx):
        start = State(Integer(0), ctx.domain("s"))
        at_start = ctx.read(body, ctx.binding(first.head, start)) if body is not None else Integer(1)
        return Expectation(at_start, ctx.process(ctx.policy()))
    if not given or not all(isinstance(g, (State, Action)) for g in given) or len({g.time for g in given}) != 1:
        return None
    at = given[0].time
    kind = first.name.lower()
    letter = distribution(law.head, (ctx.domain(kind), *(g.domain for g in given)), ctx)
    policy = ctx.policy()
    if kind == "a" and len(given) == 1 and letter is not None and is_policy(law.head, survey):
        found, position, policy = Action(at, ctx.domain("a")), 2 * at, letter
    elif kind == "s" and len(given) == 2 and letter is not None and letter.name == "P":
        found, position = State(at + 1, ctx.domain("s")), 2 * at + 1
    else:
        return None
    inner = ctx.binding(first.head, found)
    averaged = ctx.read(body, inner) if body is not None else Integer(1)
    if kind == "a" and not Known((*ctx.facts, AtMost(at, at))).knows(averaged, position + 1):
        raise undecided("what is averaged over the actions depends on a state that nothing here draws", first)
    return Given(averaged, position, ctx.process(policy))


def over_actions(first: Sym, body: Node, ctx: Context) -> Expr | None:
    """Σ_a X(s_t, a) as E[X(s_t, a_t) / π(a_t|s_t) | h_t], where X speaks of values there; None for any other sum."""
    at = _state_beside(first, body, ctx)
    if (
        at is None
        or first.name not in "aA"
        or first.sub is not None
        or not ctx.reading.values
        or ctx.reading.stationary
    ):
        return None
    act, policy = Action(at, ctx.domain("a")), ctx.policy()
    value = ctx.read(body, ctx.binding(first.head, act))
    if not Known((*ctx.facts, AtMost(at, at))).knows(value, 2 * at + 1):
        raise stop("what is summed over the actions may depend on what comes after them", body)
    return Given(value / policy(act, State(at, ctx.domain("s"))), 2 * at, ctx.process(policy))


def over_next_states(first: Sym, body: Node, ctx: Context) -> Expr | None:
    """Σ_{s'} X(s'), without a weight, as E[X(s_{t+1}) / P(s_{t+1}|s_t,a_t) | h_t, a_t], where X speaks of values at s';
    None for any other sum."""
    at = ctx.anchor
    values = (n for n in walk(body) if isinstance(n, Call) and is_value(n, ctx))
    speaks = any(isinstance(v.args.parts[0], Sym) and v.args.parts[0].head == "s'" for v in values)
    if at is None or first != Sym(first.start, first.end, "s", primes=1) or not speaks:
        return None
    states, actions = ctx.domain("s"), ctx.domain("a")
    after = State(at + 1, states)
    moves = distribution(Sym(first.start, first.end, "P"), (states, states, actions), ctx)
    value = ctx.read(body, ctx.binding(first.head, after))
    if moves is None or not Known((*ctx.facts, AtMost(at, at))).knows(value, 2 * at + 2):
        raise stop("what is summed over the next states may depend on what comes after them", body)
    return Given(value / moves(after, State(at, states), Action(at, actions)), 2 * at + 1, ctx.process(ctx.policy()))


def _state_beside(first: Sym, body: Node, ctx: Context) -> Expr | None:
    """The time of the one state at which the values in a body have the action `first`."""
    times = set()
    for node in walk(body):
        if not is_value(node, ctx) or not isinstance(node, Call) or len(node.args.parts) != 2:
            continue
        state, action = node.args.parts
        if isinstance(action, Sym) and action.head == first.head and action.sub is None:
            found = element(state, ctx)
            times.add(found.time if isinstance(found, State) else None)
    at = times.pop() if len(times) == 1 else None
    return at if isinstance(at, Expr) else None


def kind_of_start(first: Sym, law: Call, given: Sequence[Expr], ctx: Context) -> bool:
    """Whether s is drawn from ρ_0(s)."""
    if first.head != "s" or given:
        return False
    letter = distribution(law.head, (ctx.domain("s"),), ctx)
    return letter is not None and letter.name == "rho_0"


def head_time(node: Call, ctx: Context) -> Expr | None:
    """The time t of a head V(s_t), Q(s_t,a_t); None for V(s), Q(s,a)."""
    first = node.args.parts[0]
    if not isinstance(first, Sym) or first.sub is None or first.sub.only is None:
        return None
    return time(first.sub.only, ctx)
