"""Expectations -> terms: what the subscript says they run over.

A trajectory's own a_t that is drawn anew, as in E_{a_t ~ π(·|s_t)}[…], becomes a variable; then nothing else below the
expectation may depend on a_t, not even through later states, or reading stops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sympy import Add, Expr, Integer

from derive.binding import free, is_random
from derive.book.binders import refuse_dependence
from derive.book.conditions import cut, end_of_run, given_at
from derive.book.context import Context, is_path, stop, undecided
from derive.book.data import named_law
from derive.book.draws import over_draws
from derive.book.elements import element, moment
from derive.book.instances import at_elements
from derive.book.joint_laws import is_moment, moments_of, on_trajectories, over_values, unbound
from derive.book.laws import distribution, path_probability
from derive.book.letters import (
    DISTRIBUTIONS,
    TRAJECTORY,
    function,
    law,
)
from derive.book.naming import written
from derive.book.next_states import without_accents
from derive.book.passing import apart, is_time, over_times, passes_through, policy_named
from derive.book.sorts import is_element, is_parameter, is_policy, label_of
from derive.book.tokens import Stopped
from derive.book.tower import of_variables
from derive.book.tree import Call, Dot, Expect, Items, Node, Relation, Sym, walk
from derive.book.variables import of_chance
from derive.book.visits import under_a_policy
from derive.context import Context as Known
from derive.terms import (
    Action,
    AtMost,
    Expectation,
    Given,
    Letter,
    Mean,
    State,
    Var,
)


def expectation(node: Expect, ctx: Context) -> Expr:
    """E_{τ}, E_{a ~ π}, E_{a_t ~ π(·|s_t)}, E_{π}, E_{τ \\ a_t}, E[· | s_t, a_t]."""
    node = without_accents(node)
    if node.sub is None:
        return _unnamed(node, replace(ctx, averaged=True))
    ctx, node = replace(ctx, averaged=True), _condition_behind(_bar_behind(node), ctx)
    assert node.sub is not None
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
    if len(parts) == 1 and is_time(parts[0]):
        return over_times(node, ctx)
    parts = apart(parts)
    if passes_through(parts, ctx):
        return _under_policy(node, policy_named(parts), ctx, parts)
    if all(isinstance(p, Sym) and _is_place(p, ctx) for p in parts) and (node.given or len(parts) > 1):
        return over_moments(node, parts, ctx)
    if node.given is not None and not _is_free(node.given, parts, ctx):
        raise stop("a condition in an expectation over a single draw", node)
    if _is_moment(parts):
        return over_moments(node, parts, ctx)
    if len(parts) == 1 and isinstance(parts[0], Sym) and (law := named_law(parts[0], node.body, ctx)) is not None:
        return over_draws(node, (law,), ctx)
    return over_draws(node, parts, ctx)


def _is_free(given: Items, parts: tuple[Node, ...], ctx: Context) -> bool:
    """A condition on what the expectation does not draw, and the law of what it draws is conditional on."""
    drawn = {written(p.sides[0]) for p in parts if isinstance(p, Relation)}
    plain = all(is_element(g, ctx.scope.survey) and written(g) not in drawn for g in given.parts)
    return plain and all(s == "," for s in given.separators)


def _path_policy(part: Node, ctx: Context) -> Letter | None:
    """The policy of an expectation over trajectories: τ, τ ~ π_θ, τ ~ P_θ(τ); None where it is another kind."""
    if is_path(part, ctx) or cut(part, ctx) is not None:
        return ctx.policy()
    if not (isinstance(part, Relation) and part.operators == ("~",)):
        return None
    first, source = part.sides
    if first is None or not (is_path(first, ctx) or cut(first, ctx) is not None):
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


def _law_of(head: Sym, path: Node) -> Call:
    """P_θ(τ), from P_θ and τ."""
    return Call(head.start, head.end, head, Items(path.start, path.end, (path,), ()))


def _over_paths(node: Expect, policy: Letter, ctx: Context) -> Expr:
    ctx = on_trajectories(ctx)
    body = ctx.read(node.body, ctx)
    process = ctx.process(policy)
    if node.given is None:
        return Expectation(body, process)
    return given_at(node.given, body, process, ctx)


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
    drawn = {written(one) for one in _drawn_inside(node.body)}
    if drawn and written(left_out) not in drawn:
        raise stop("what is left out of the trajectory is not what is drawn inside", left_out)
    at = moment(left_out.sub.only, ctx)
    body = ctx.read(node.body, ctx)
    refuse_dependence(body, 2 * at + (1 if left_out.name == "a" else 0), part, ctx)
    return Expectation(body, ctx.process(ctx.policy()))


def _drawn_inside(body: Node) -> Iterator[Sym]:
    """The moments of the trajectory that the expectations inside draw anew."""
    for part in (p for n in walk(body) if isinstance(n, Expect) and n.sub is not None for p in n.sub.parts):
        first = part.sides[0] if isinstance(part, Relation) else part
        if isinstance(first, Sym) and first.name in "saSA" and first.sub is not None:
            yield first


def _unnamed(node: Expect, ctx: Context) -> Expr:
    """E[…]: over trajectories, where its body is a function of the trajectory; else it does not say over what."""
    if isinstance(node.body, Sym) and node.body.head == "r" and node.body.sub is None and node.given is None:
        return _expected_reward(node, ctx)
    if node.given is None and (found := of_chance(node.body, ctx)) is not None:
        return found
    policy, node = _of_a_policy(node, ctx)
    body = ctx.read(node.body, ctx)
    if not is_random(body):
        raise undecided("an expectation that does not say over what", node)
    process = ctx.process(policy)
    if node.given is None:
        ctx.notes.assumed.add("E[…] read as E_τ[…]")
        return Expectation(body, process)
    return given_at(node.given, body, process, ctx)


def _of_a_policy(node: Expect, ctx: Context) -> tuple[Letter, Expect]:
    """π of E[X | π, s_0 = s], and E[X | s_0 = s]; the text's own policy, where none is named."""
    parts = node.given.parts if node.given is not None else ()
    named = [p for p in parts if isinstance(p, Sym) and _is_policy_mark(p, ctx)]
    if node.given is None or not named or len(named) > 1:
        return ctx.policy(), node
    mark = named[0]
    letter = ctx.policy()
    if is_policy(mark, ctx.scope.survey):
        found = distribution(mark, (ctx.domain("a"), ctx.domain("s")), ctx)
        if found is None:
            raise stop("a policy that is not known here", mark)
        letter = found
    kept = tuple(p for p in parts if p is not mark)
    given = Items(node.given.start, node.given.end, kept, (",",) * (len(kept) - 1)) if kept else None
    return letter, replace(node, given=given)


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
    return [p.name if isinstance(p, Sym) and p.sub is not None and p.sup is None else "" for p in parts] in (
        ["s"],
        ["S"],
    )


def _bar_behind(node: Expect) -> Expect:
    """E_{τ_{t:}|τ_{:t}}[X], E_{s_{t+1}|s_t,a_t}[X] as E[X | …]."""
    sub = node.sub
    if sub is None or sub.separators.count("|") != 1 or node.given is not None:
        return node
    bar = sub.separators.index("|") + 1
    before, behind = sub.parts[:bar], sub.parts[bar:]
    given = Items(behind[0].start, sub.end, behind, sub.separators[bar:])
    return replace(node, sub=Items(sub.start, before[-1].end, before, sub.separators[: bar - 1]), given=given)


def _condition_behind(node: Expect, ctx: Context) -> Expect:
    """E_{τ ~ P^π(τ | s_0 = s)}[X] as E_{τ ~ π}[X | s_0 = s]."""
    part = node.sub.only if node.sub is not None else None
    if not isinstance(part, Relation) or part.operators != ("~",) or node.given is not None:
        return node
    path, law = part.sides
    if not isinstance(path, Sym) or path.head != TRAJECTORY or not isinstance(law, Call):
        return node
    conditions = tuple(a for a in law.args.parts[1:] if not _is_policy_mark(a, ctx))
    if not conditions or law.args.separators[:1] != ("|",):
        return node
    marks = [*(law.head.sub.parts if law.head.sub else ()), *(law.head.sup.parts if law.head.sup else ())]
    named = [m for m in (*marks, *law.args.parts[1:]) if isinstance(m, Sym) and is_policy(m, ctx.scope.survey)]
    source: Node = named[0] if named else Sym(law.start, law.end, "pi")
    given = Items(conditions[0].start, law.end, conditions, (",",) * (len(conditions) - 1))
    drawn = Relation(part.start, part.end, (path, source), ("~",))
    return replace(node, sub=Items(part.start, part.end, (drawn,), ()), given=given)


def _is_policy_mark(node: Node, ctx: Context) -> bool:
    survey = ctx.scope.survey
    return is_parameter(node, survey) or (isinstance(node, Sym) and is_policy(node, survey))


def _is_place(node: Sym, ctx: Context) -> bool:
    """s_t, a_{t-1}, s_{0:t}."""
    plain = node.name in "sSaA" and node.sup is None and not (node.accents or node.primes or node.font)
    if not plain or node.sub is None:
        return False
    return end_of_run(node, ctx) is not None or (node.sub.only is not None and label_of(node.sub.only) is None)


def _before(places: Sequence[Expr]) -> Expr | None:
    """The last position before one place of the trajectory; None for several places."""
    (one,) = places if len(places) == 1 else (None,)
    return 2 * one.time + int(isinstance(one, Action)) - 1 if isinstance(one, (State, Action)) else None


def over_moments(node: Expect, parts: tuple[Node, ...], ctx: Context) -> Expr:
    """E_{s_t, a_t}[X], E_{s_{t+1}}[X | s_t, a_t], E_{s_{0:t}, a_{0:t-1}}[X] are averages over trajectories, for an X of
    nothing else on them than what is named, given or averaged inside."""
    places_named = [p for p in parts if is_moment(p)]
    ctx = unbound(places_named, ctx)
    try:
        body, process = ctx.read(node.body, ctx), ctx.process(ctx.policy())
    except Stopped:
        if (found := over_values(node, parts, ctx.policy(), ctx)) is None:
            raise
        return found
    given = [p for p in node.given.parts if isinstance(p, Sym)] if node.given is not None else []
    named = [p for p in (*parts, *given) if isinstance(p, Sym)]
    runs = [2 * end + int(p.name in "aA") for p in named if (end := end_of_run(p, ctx)) is not None]
    places = [element(p, ctx) for p in named if end_of_run(p, ctx) is None and p.name in "sSaA" and p.sub is not None]
    known = Known((*ctx.facts, *(AtMost(p, p) for p in runs)))
    before = _before(places) if node.given is None and not runs else None
    if before is not None and any(known.knows(n, before) for n in moments_of(body) if n not in places):
        return Given(body, before, process)  # E_{s_{t+1}}[X(s_t, a_t, s_{t+1})]: what is not averaged over is given
    moments = {n for n in moments_of(body) if not isinstance(n, Given)} - set(places)
    if not all(any(known.knows(n, place) for place in runs) for n in moments):
        raise stop("what is averaged depends on more of the trajectory than the index says", node)
    return Expectation(body, process) if node.given is None else given_at(node.given, body, process, ctx)


def _of_actions(node: Expect, policy: Letter, body: Expr, ctx: Context) -> Expr:
    """E_π[Q(s,a)]: over the one free action, at the one free state."""
    variables = [v for v in free(body) if isinstance(v, Var)]
    actions = [v for v in variables if v.domain == policy.domains[0] and v.name == "a"]
    states = [v for v in variables if v.domain == policy.domains[-1]]
    if len(actions) != 1 or len(states) != 1 or node.given is not None:
        raise stop("an expectation under a policy, of something that is no function of the trajectory", node)
    ctx.notes.assumed.add("E_π[…] over the action, given the state")
    return Mean(body, actions[0], policy(actions[0], states[0]))


def _under_policy(node: Expect, head: Sym, ctx: Context, drawn: tuple[Node, ...] = ()) -> Expr:
    """E_π[…] over trajectories of that policy; E_{s_t, a_t ~ π}[…] over some of their moments."""
    moments = [m for p in drawn if (m := p.sides[0] if isinstance(p, Relation) else p) is not None]
    ctx = unbound([m for m in moments if is_moment(m)], ctx) if drawn else on_trajectories(ctx)
    letter = distribution(head, (ctx.domain("a"), ctx.domain("s")), ctx)
    if letter is None:
        raise stop("a policy that is not known here", head)
    if (visits := under_a_policy(node, letter, ctx)) is not None:
        return visits
    try:
        body = ctx.read(node.body, ctx)
    except Stopped:
        if not moments or (found := over_values(node, moments, letter, ctx)) is None:
            raise
        return found
    if not is_random(body):
        return _of_actions(node, letter, body, ctx)
    process = ctx.process(letter)
    return Expectation(body, process) if node.given is None else given_at(node.given, body, process, ctx)
