r"""Probabilities of events on a trajectory: P(s_t = s), P(s_t = s, a_t = a | π), Pr{S_{t+1} = s' | S_t = s, A_t = a}.

The probability of an event is the expectation of its indicator; given another event, the quotient of two of them. What
the process says outright is its own law: ρ_0(s), π(a|s), P(s'|s,a).
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Integer, Mul, Pow

from derive.book.context import Context, stop, undecided
from derive.book.elements import element
from derive.book.joint_laws import of_moments
from derive.book.laws import distribution
from derive.book.letters import law
from derive.book.sorts import is_parameter, is_policy
from derive.book.tree import Call, Node, Relation, Sym
from derive.terms import Action, Apply, Cases, Expectation, Letter, State

_HEADS = frozenset({"P", "p", "Pr", "d"})
Event = tuple[Expr, Expr]  # a moment of the trajectory, and what it is


def probability(node: Call, ctx: Context) -> Expr | None:
    """The probability of an event; None where no argument is one."""
    parts, separators = node.args.parts, node.args.separators
    if (joint := of_moments(node, ctx)) is not None:
        return joint
    if node.head.name not in _HEADS or not any(isinstance(p, Relation) for p in parts):
        return None
    bar = separators.index("|") + 1 if "|" in separators else len(parts)
    policy, conditions = ctx.policy(), []
    for part in parts[bar:]:
        if is_policy(part, ctx.scope.survey) and isinstance(part, Sym):
            named = distribution(part, (ctx.domain("a"), ctx.domain("s")), ctx)
            policy = named or policy
        elif not is_parameter(part, ctx.scope.survey):
            conditions.append(_event(part, ctx))
    events = [_event(part, ctx) for part in parts[:bar]]
    if any(s not in (",", "|", ";") for s in separators):
        raise stop("a separator in an event that is not known here", node)
    return _outright(events, conditions, policy, ctx) or _quotient(events, conditions, policy, ctx)


def _event(part: Node, ctx: Context) -> Event:
    if not isinstance(part, Relation) or part.operators != ("=",) or part.sides[0] is None or part.sides[1] is None:
        raise undecided("the probability of something that is no value of a state or an action", part)
    moment, value = (element(side, ctx) for side in part.sides if side is not None)
    if not isinstance(moment, (State, Action)):
        raise undecided("the probability of something that is no moment of the trajectory", part)
    return moment, value


def _outright(events: Sequence[Event], conditions: Sequence[Event], policy: Letter, ctx: Context) -> Expr | None:
    """What the start, the policy or the dynamics say."""
    if len(events) != 1:
        return None
    moment, value = events[0]
    given = {type(m): (m.time, v) for m, v in conditions if isinstance(m, (State, Action))}
    states, actions = ctx.domain("s"), ctx.domain("a")
    if isinstance(moment, State) and not conditions and moment.time == 0:
        return Apply(law("rho_0", (states,)), value)
    if isinstance(moment, Action) and set(given) == {State} and given[State][0] == moment.time:
        return Apply(policy, value, given[State][1])
    if isinstance(moment, State) and set(given) == {State, Action}:
        before = moment.time - 1
        if given[State][0] == before and given[Action][0] == before:
            return Apply(law("P", (states, states, actions)), value, given[State][1], given[Action][1])
    return None


def _quotient(events: Sequence[Event], conditions: Sequence[Event], policy: Letter, ctx: Context) -> Expr:
    process = ctx.process(policy)

    def chance(what: Sequence[Event]) -> Expr:
        return Expectation(Mul(*(Cases(m, v, Integer(1), Integer(0)) for m, v in what)), process)

    whole = chance([*events, *conditions])
    return whole if not conditions else Mul(whole, Pow(chance(conditions), Integer(-1)))
