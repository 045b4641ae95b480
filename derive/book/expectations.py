"""Expectations -> terms: what the subscript says they run over.

A trajectory's own a_t that is drawn anew, as in E_{a_t ~ π(·|s_t)}[…], becomes a variable; then nothing else below the
expectation may depend on a_t, not even through later states, or reading stops.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sympy import Add, Basic, Expr, Integer

from derive.binding import free, is_random, meaning
from derive.book.context import Context, is_path, stop, undecided
from derive.book.data import named_law
from derive.book.draws import over_draws
from derive.book.elements import element, moment
from derive.book.instances import at_elements
from derive.book.laws import distribution, path_probability
from derive.book.letters import (
    DISTRIBUTIONS,
    POLICIES,
    TRAJECTORY,
    function,
    law,
)
from derive.book.naming import written
from derive.book.one_step import one_step
from derive.book.sorts import is_element, is_policy
from derive.book.sums import refuse_dependence
from derive.book.tokens import Stopped
from derive.book.tower import of_variables
from derive.book.tree import Call, Dot, Expect, Group, Items, Node, Nothing, Relation, Sym
from derive.book.variables import of_chance
from derive.context import Context as Known
from derive.terms import (
    CLOSED,
    RANDOM,
    Action,
    AtMost,
    Defined,
    Expectation,
    Given,
    Letter,
    Mean,
    PathSum,
    Process,
    State,
    TimeProduct,
    TimeSum,
    Var,
    time_symbol,
)


def expectation(node: Expect, ctx: Context) -> Expr:
    """E_{τ}, E_{a ~ π}, E_{a_t ~ π(·|s_t)}, E_{π}, E_{τ \\ a_t}, E[· | s_t, a_t]."""
    if node.sub is None:
        return _unnamed(node, replace(ctx, averaged=True))
    ctx = replace(ctx, averaged=True)
    parts = node.sub.parts
    if any(s != "," for s in node.sub.separators):
        raise stop("a separator in an expectation's index that is not known here", node)
    if len(parts) == 1 and (policy := _path_policy(parts[0], ctx)) is not None:
        return _over_paths(node, policy, ctx)
    if len(parts) == 1 and isinstance(parts[0], Relation) and parts[0].operators == ("setminus",):
        return _all_but(node, parts[0], ctx)
    if len(parts) == 1 and isinstance(parts[0], Sym) and is_policy(parts[0], ctx.scope.survey):
        return _under_policy(node, parts[0], ctx)
    if (averaged := of_variables(node, parts, ctx)) is not None:
        return averaged
    if len(parts) == 1 and _is_time(parts[0]):
        return _over_times(node, ctx)
    parts = _apart(parts)
    if _passes_through(parts, ctx):
        return _under_policy(node, _policy_named(parts), ctx)
    if node.given is not None and not _is_free(node.given, parts, ctx):
        raise stop("a condition in an expectation over a single draw", node)
    if _is_moment(parts):
        return _at_moment(node, parts, ctx)
    if len(parts) == 1 and isinstance(parts[0], Sym) and (law := named_law(parts[0], node.body, ctx)) is not None:
        return over_draws(node, (law,), ctx)
    return over_draws(node, parts, ctx)


def _is_time(part: Node) -> bool:
    """E_t[…], an average over the steps of a trajectory."""
    return isinstance(part, Sym) and part == Sym(part.start, part.end, "t")


def _over_times(node: Expect, ctx: Context) -> Expr:
    """E_t[X_t] as E_τ[(1/T) Σ_t X_t], where t is the time of its body."""
    if node.given is not None:
        raise stop("a condition in an average over steps", node)
    t = time_symbol("t")
    first, last = Integer(ctx.scope.survey.first), ctx.horizon + ctx.scope.survey.first - 1
    inner = ctx.binding("t", t).with_facts(AtMost(first, t), AtMost(t, last))
    ctx.notes.assumed.add("E_t[…] the mean over the steps of a trajectory")
    total = TimeSum(ctx.read(node.body, inner), t, first, last)
    return Expectation(total / ctx.horizon, ctx.process(ctx.policy()))


def _apart(parts: tuple[Node, ...]) -> tuple[Node, ...]:
    """(s_t, a_t) ~ ρ_π as s_t, a_t ~ π: what a policy visits is what its trajectories pass."""
    only = parts[0] if len(parts) == 1 else None
    if not isinstance(only, Relation) or only.operators != ("~",) or not isinstance(only.sides[0], Group):
        return parts
    source, moments = only.sides[1], only.sides[0].items.parts
    if not all(isinstance(m, Sym) and m.name in "sSaA" and m.sub is not None for m in moments):
        return parts
    marks = source.sub.parts if isinstance(source, Sym) and source.sub is not None else ()
    policies = [m for m in (source, *marks) if isinstance(m, Sym) and m.name in POLICIES]
    if not policies:
        return parts
    return (*moments[:-1], Relation(only.start, only.end, (moments[-1], policies[0]), ("~",)))


def _passes_through(parts: tuple[Node, ...], ctx: Context) -> bool:
    """s_t, a_t ~ π: moments of a trajectory under a policy without arguments; one alone draws anew."""
    firsts = [p.sides[0] if isinstance(p, Relation) and p.operators == ("~",) else p for p in parts]
    moments = [f for f in firsts if isinstance(f, Sym) and f.name in "saSA" and f.sub is not None]
    last = parts[-1].sides[1] if isinstance(parts[-1], Relation) else None
    states = [f for f in moments if f.name in "sS"]
    named = is_policy(last, ctx.scope.survey)
    return named and len(moments) == len(parts) and bool(states) and all(isinstance(p, Sym) for p in parts[:-1])


def _policy_named(parts: tuple[Node, ...]) -> Sym:
    last = parts[-1]
    assert isinstance(last, Relation)
    found = last.sides[1]
    assert isinstance(found, Sym)
    return found


def _is_free(given: Items, parts: tuple[Node, ...], ctx: Context) -> bool:
    """A condition on what the expectation does not draw, and the law of what it draws is conditional on."""
    drawn = {written(p.sides[0]) for p in parts if isinstance(p, Relation)}
    plain = all(is_element(g, ctx.scope.survey) and written(g) not in drawn for g in given.parts)
    return plain and all(s == "," for s in given.separators)


def _path_policy(part: Node, ctx: Context) -> Letter | None:
    """The policy of an expectation over trajectories: τ, τ ~ π_θ, τ ~ P_θ(τ); None where it is another kind."""
    if is_path(part, ctx) or _cut(part, ctx) is not None:
        return ctx.policy()
    if not (isinstance(part, Relation) and part.operators == ("~",)):
        return None
    first, source = part.sides
    if first is None or not (is_path(first, ctx) or _cut(first, ctx) is not None):
        return None
    head = source.head if isinstance(source, Call) else source
    if isinstance(source, Call) and not (isinstance(source.args.parts[0], Dot) or is_path(source.args.parts[0], ctx)):
        raise stop("a law of trajectories that is not known here", part)
    named = is_policy(head, ctx.scope.survey)
    if not isinstance(head, Sym) or not (named or head.name in DISTRIBUTIONS):
        raise stop("a law of trajectories that is not known here", part)
    if named:
        letter = distribution(head, (ctx.domain("a"), ctx.domain("s")), ctx)
        if letter is None:
            raise stop("a policy that is not known here", part)
        return letter
    drawn = source if isinstance(source, Call) and not isinstance(source.args.parts[0], Dot) else _law_of(head, first)
    probability = path_probability(drawn, ctx)
    policy: Letter = probability.process.policy
    return policy


def _cut(node: Node, ctx: Context) -> Expr | None:
    """t, of the parts τ_{:t} and τ_{t:} of a trajectory, the first of which ends with a_t."""
    sub = node.sub if isinstance(node, Sym) and node.head == TRAJECTORY else None
    if sub is None or sub.separators != (":",) or not any(isinstance(p, Nothing) for p in sub.parts):
        return None
    at = next((p for p in sub.parts if not isinstance(p, Nothing)), None)
    return moment(at, ctx) if at is not None else None


def _law_of(head: Sym, path: Node) -> Call:
    """P_θ(τ), from P_θ and τ."""
    return Call(head.start, head.end, head, Items(path.start, path.end, (path,), ()))


def _over_paths(node: Expect, policy: Letter, ctx: Context) -> Expr:
    body = ctx.read(node.body, ctx)
    process = ctx.process(policy)
    if node.given is None:
        return Expectation(body, process)
    return _given(node.given, body, process, ctx)


def _given(given: Items, body: Expr, process: Process, ctx: Context) -> Expr:
    """E[body | s_t, a_t]; at values of them, E[body | s_t = s, a_t = a], of what is at most one step ahead."""
    try:
        return Given(body, _position(given, body, ctx), process)
    except Stopped:
        found = one_step(given, body, process, ctx)
        if found is None:
            raise
        return found


def _position(given: Items, body: Expr, ctx: Context) -> Expr:
    """s_t: position 2t; s_t, a_t: 2t+1; h_t: 2t. The body may not look back behind s_t, which a history would fix."""
    places = []
    for whole in given.parts:
        part = _at_the_anchor(whole, ctx)
        if isinstance(part, Sym) and part.head == "h" and part.sub is not None and part.sub.only is not None:
            places.append(("h", moment(part.sub.only, ctx)))
        elif (cut := _cut(part, ctx)) is not None:
            ctx.notes.assumed.add("τ_{:t} ends with a_t")
            places += [("h", cut), ("a", cut)]
        elif (
            isinstance(part, Sym)
            and part.name in ("s", "a", "S", "A")
            and part.sub is not None
            and part.sub.only is not None
        ):
            places.append((part.name.lower(), moment(part.sub.only, ctx)))
        else:
            raise undecided("a condition that is no moment of the trajectory", part)
    kinds, times = [k for k, _ in places], {t for _, t in places}
    if (
        any(s != "," for s in given.separators)
        or len(times) != 1
        or kinds not in (["s"], ["s", "a"], ["h"], ["h", "a"])
    ):
        raise undecided("a condition on several moments", given)
    at = times.pop()
    if kinds[0] == "s" and not _looks_ahead(body, at, ctx):
        raise stop("what is averaged may look back behind the condition", given)
    return 2 * at + (1 if kinds[-1] == "a" else 0)


def _at_the_anchor(part: Node, ctx: Context) -> Node:
    """s_t of the condition s_t = s, where the statement is read at s = s_t; and of the condition s, a."""
    if isinstance(part, Relation) and part.operators == ("=",) and ctx.anchor is not None:
        first, second = part.sides
        if first is not None and second is not None and element(first, ctx) == element(second, ctx):
            return first
    return part


def _looks_ahead(body: Expr, at: Expr, ctx: Context) -> bool:
    """Whether every state and action of the body comes at `at` or later."""
    known = Known((*ctx.facts, AtMost(at, at)))  # so that `opened` keeps the names in `at` apart

    def later(term: Expr, known: Known) -> bool:
        if isinstance(term, (State, Action)):
            return known.shows(at, term.time)
        if isinstance(term, Defined):
            return later(meaning(term), known)
        if isinstance(term, (TimeSum, TimeProduct)):
            with known.opened(term) as (_, inner):
                return later(inner, known)
        if isinstance(term, Given):  # by the Markov property a function of s_k or s_k, a_k alone
            return known.shows(2 * at, term.position) and later(term.body, known)
        return not isinstance(term, PathSum) and all(later(a, known) for a in term.args if isinstance(a, Expr))

    return later(body, known)


def _all_but(node: Expect, part: Relation, ctx: Context) -> Expr:
    """E_{τ \\ a_t}[f] for an f that does not depend on a_t is E_τ[f]."""
    first, left_out = part.sides
    if (
        not (isinstance(first, Sym) and first.head == TRAJECTORY and isinstance(left_out, Sym))
        or node.given is not None
    ):
        raise stop("an expectation's index that is not known here", part)
    if left_out.name not in ("a", "s") or left_out.sub is None or left_out.sub.only is None:
        raise stop("an expectation's index that is not known here", part)
    at = moment(left_out.sub.only, ctx)
    body = ctx.read(node.body, ctx)
    refuse_dependence(body, 2 * at + (1 if left_out.name == "a" else 0), part, ctx)
    return Expectation(body, ctx.process(ctx.policy()))


def _unnamed(node: Expect, ctx: Context) -> Expr:
    """E[…]: over trajectories, where its body is a function of the trajectory; else it does not say over what."""
    if isinstance(node.body, Sym) and node.body.head == "r" and node.body.sub is None and node.given is None:
        return _expected_reward(node, ctx)
    if node.given is None and (found := of_chance(node.body, ctx)) is not None:
        return found
    body = ctx.read(node.body, ctx)
    if not is_random(body):
        raise undecided("an expectation that does not say over what", node)
    process = ctx.process(ctx.policy())
    if node.given is None:
        ctx.notes.assumed.add("E[…] read as E_τ[…]")
        return Expectation(body, process)
    return _given(node.given, body, process, ctx)


def _expected_reward(node: Expect, ctx: Context) -> Expr:
    """E[r] in an example that lists the actions and gives r at each: Σ_a π_θ(a) r(a), written out."""
    actions = ctx.domain("a")
    policy, reward = law("pi", (actions,), ctx.theta), function("r", (actions,))
    values = ctx.scope.values("r/1", actions.elements) if actions.elements is not None and ctx.reading.listed else None
    if values is None or actions.elements is None:
        raise stop("an expectation that does not say over what", node)
    ctx.notes.used.add("E[r] = Σ_a π(a) r(a)")
    at = [[Integer(e)] for e in actions.elements]
    return Add(*(at_elements(policy, list(e), node, ctx) * at_elements(reward, list(e), node, ctx) for e in at))


def _is_moment(parts: tuple[Node, ...]) -> bool:
    """s_t, or s_t, a_t, without a law."""
    names = [p.name if isinstance(p, Sym) and p.sub is not None and p.sup is None else "" for p in parts]
    return names in (["s"], ["s", "a"], ["S"], ["S", "A"])


def _at_moment(node: Expect, parts: tuple[Node, ...], ctx: Context) -> Expr:
    """E_{s_t}[f(s_t)] and E_{s_t, a_t}[f(s_t, a_t)] are E_τ, for an f of nothing else on the trajectory."""
    places = [element(part, ctx) for part in parts]
    if not all(isinstance(p, (State, Action)) for p in places) or len({p.time for p in places}) != 1:
        raise stop("an expectation's index that is not known here", node)
    body = ctx.read(node.body, ctx)
    others = [n for n in _unfolded(body) if isinstance(n, RANDOM) and n not in places]
    if others:
        raise stop("what is averaged depends on more of the trajectory than the index says", node)
    return Expectation(body, ctx.process(ctx.policy()))


def _unfolded(term: Basic) -> Iterator[Basic]:
    """Every node that is a function of the trajectory here, of the definitions used too."""
    if isinstance(term, CLOSED):
        return
    yield term
    for part in term.args:
        yield from _unfolded(part)
    if isinstance(term, Defined) and (value := meaning(term)) is not None:
        yield from _unfolded(value)


def _of_actions(node: Expect, policy: Letter, body: Expr, ctx: Context) -> Expr:
    """E_π[Q(s,a)]: over the one free action, at the one free state."""
    variables = [v for v in free(body) if isinstance(v, Var)]
    actions = [v for v in variables if v.domain == policy.domains[0] and v.name == "a"]
    states = [v for v in variables if v.domain == policy.domains[-1]]
    if len(actions) != 1 or len(states) != 1 or node.given is not None:
        raise stop("an expectation under a policy, of something that is no function of the trajectory", node)
    ctx.notes.assumed.add("E_π[…] over the action, given the state")
    return Mean(body, actions[0], policy(actions[0], states[0]))


def _under_policy(node: Expect, head: Sym, ctx: Context) -> Expr:
    """E_π[…] over trajectories of that policy."""
    letter = distribution(head, (ctx.domain("a"), ctx.domain("s")), ctx)
    if letter is None:
        raise stop("a policy that is not known here", head)
    body = ctx.read(node.body, ctx)
    if not is_random(body):
        return _of_actions(node, letter, body, ctx)
    process = ctx.process(letter)
    return Expectation(body, process) if node.given is None else _given(node.given, body, process, ctx)
