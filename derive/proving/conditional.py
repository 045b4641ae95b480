"""Conditional expectations: settled where the rest is known, carried to another policy, and zero for a later score.

E[Y E[X|p]] = E[Y X] for Y known at p, so V_t and Q_t become the rewards to come wherever they stand beside the past.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Mul

from derive import kernel
from derive.binding import free
from derive.context import Context
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.proving.slopes import slopes_vanish
from derive.rewriting import HOLE, Given
from derive.terms import Action, Expectation, Gradient, Log, SumOver, TimeSum
from derive.terms import Given as Conditional
from derive.timeline import is_linear, linear

Average = Expectation | Conditional


def settle(node: Average, given: Given) -> Theorem:
    """E[Y E[X|p]] = E[Y X], and the same under E[·|q] for q ≤ p."""
    for inner, rest in _conditionals(node, given):
        if inner.process == node.process:
            return _joined(node, inner, rest, given)
    raise Refused("no conditional expectation of {} can be settled", node)


def _conditionals(node: Average, given: Given) -> Iterator[tuple[Conditional, Expr]]:
    """The conditional expectations in the body beside which everything else is known."""
    factors = Mul.make_args(node.body)
    context = Context(given)
    for inner in (f for f in factors if isinstance(f, Conditional)):
        rest = Mul(*(f for f in factors if f is not inner))
        if rest * inner == node.body and context.knows(rest, inner.position):
            yield inner, rest


def _joined(node: Average, inner: Conditional, rest: Expr, given: Given) -> Theorem:
    """E[Y E[X|p]] = E[Y X]: the tower property backwards."""
    merged = node.func(rest * inner.body, *node.args[1:])
    towered = law("tower", merged, inner.position, given=given)
    if rest == 1:
        return kernel.sym(towered)
    out = law("homogeneity", towered.rhs.body, rest, inner.body, given=given)
    whole = kernel.cong(out, node.func(HOLE, *node.args[1:]), HOLE, given)
    return kernel.sym(kernel.trans(towered, whole))


def carry(node: Average, given: Given) -> Theorem:
    """E_μ[Y E_π[X|h_t,a_t]] = E_μ[Y E_μ[X|h_t,a_t]] for X known at s_{t+1}, or averaged from there."""
    for inner, rest in _conditionals(node, given):
        if inner.process == node.process or inner.process.func(*_other_policy(inner, node)) != node.process:
            continue
        moved = _carried(inner, node.process.policy, given)
        return kernel.cong(moved, node.func(rest * HOLE, *node.args[1:]), HOLE, given)
    raise Refused("no conditional expectation of {} can be carried to its policy", node)


def _other_policy(inner: Conditional, outer: Average) -> tuple[Expr, ...]:
    initial, _, *rest = inner.process.args
    return initial, outer.process.policy, *rest


def _carried(inner: Conditional, policy: Expr, given: Given) -> Theorem:
    if Context(given).knows(inner.body, inner.position + 1):
        return law("transport", inner, policy, given=given)
    towered = law("tower", inner, inner.position + 1, given=given)
    return kernel.trans(towered, law("transport", towered.rhs, policy, given=given))


def from_the_start(node: Expectation, given: Given) -> Theorem:
    """E_μ[E_π[X|s_0]] = E_π[X]: the first state does not hang on the policy."""
    for inner, rest in _conditionals(node, given):
        if inner.process != node.process and linear(inner.position) == (0, ()) and rest == 1:
            moved = law("transport", node, inner.process.policy, given=given)
            return kernel.trans(moved, settle(moved.rhs, given))
    raise Refused("{} does not begin with a conditional expectation", node)


def later_score(node: Average, given: Given) -> Theorem:
    """E[X z_t] = E[X E[z_t|h_t]] = 0 for X known before a_t."""
    context = Context(given)
    for quotient, rest, time in _scores(node):
        if not context.knows(rest, 2 * time):
            continue
        try:
            return _without(node, quotient, rest, time, given)
        except (Refused, IllFormed):
            continue
    raise Refused("no score of {} has everything else in its past", node)


def _scores(node: Average) -> Iterator[tuple[Expr, Expr, Expr]]:
    """∇π/π or ∇ log π at a time, and the other factors."""
    factors = Mul.make_args(node.body)
    for slope in (f for f in factors if isinstance(f, Gradient)):
        inner = slope.body.body if isinstance(slope.body, Log) else slope.body
        times = [a.time for a in inner.args if isinstance(a, Action)]
        if not times:
            continue
        quotient = slope if isinstance(slope.body, Log) else slope / inner
        rest = Mul(*(f for f in factors if f is not slope))
        yield quotient, rest if isinstance(slope.body, Log) else rest * inner, times[0]


def _without(node: Average, score: Expr, rest: Expr, time: Expr, given: Given) -> Theorem:
    if score * rest != node.body:
        raise Refused("{} is no factor of {}", score, node.body)
    theorem = kernel.refl(node)
    inner: Expr = node
    if not (isinstance(node, Conditional) and linear(node.position - 2 * time) == (0, ())):
        theorem = law("tower", node, 2 * time, given=given)
        inner = theorem.rhs.body
    zero = kernel.refl(inner)
    if rest != 1:
        zero = law("homogeneity", inner, rest, score, given=given)
    vanished = _mean_score(inner.func(score, *inner.args[1:]), given)
    context = rest * HOLE
    zero = kernel.trans(zero, kernel.cong(vanished, context, HOLE, given) if rest != 1 else vanished)
    if inner is node:
        return zero
    outer = kernel.cong(zero, node.func(HOLE, *node.args[1:]), HOLE, given)
    return kernel.trans(kernel.trans(theorem, outer), law("vanishing", outer.rhs, given=given))


def _mean_score(node: Conditional, given: Given) -> Theorem:
    """E[∇π/π | h_t] = Σ_a ∇π = ∇1 = 0."""
    drawn = law("draw_action", node, given=given)
    total = drawn.rhs
    slopes = [f for f in Mul.make_args(total.body) if isinstance(f, Gradient)]
    if len(slopes) != 1:
        raise Refused("{} is no sum of scores", total)
    if isinstance(slopes[0].body, Log):
        opened = law("gradient_log", slopes[0], given=given)
        rest = Mul(*(f for f in total.args[0].args if f is not slopes[0]))
        drawn = kernel.trans(drawn, kernel.cong(opened, SumOver(rest * HOLE, total.var), HOLE, given))
        slope = Gradient(slopes[0].body.body, slopes[0].parameter)
    else:
        slope = slopes[0]
    plain = SumOver(slope, total.var)
    if drawn.rhs != plain:
        drawn = kernel.trans(drawn, kernel.ring(drawn.rhs, plain, given))
    return kernel.trans(drawn, slopes_vanish(plain, given))


def split_at_the_score(node: TimeSum, given: Given) -> Theorem:
    """Σ_k E[r_k z_t] split at k = t, so that the past stands alone."""
    for time in score_times(node.body):
        if node.index in free(time) or not is_linear(time):
            continue
        if any(linear(time - end) == (0, ()) for end in (node.lower, node.upper + 1) if is_linear(end)):
            continue
        return law("split", node, time, given=given)
    raise Refused("{} has no score to be split at", node)


def score_times(body: Expr) -> list[Expr]:
    """The times t of the scores below an expectation."""
    return [
        time
        for factor in Mul.make_args(body)
        if isinstance(factor, (Expectation, Conditional))
        for _, _, time in _scores(factor)
    ]


def last_action_drawn(node: Average, given: Given) -> Theorem:
    """E[f(h_t, a_t)] = E[Σ_a π(a|s_t) f(h_t, a)], for the last action of the body."""
    for time in sorted(_actions(node.body), key=str):
        if not Context(given).knows(node.body, 2 * time + 1):
            continue
        if isinstance(node, Conditional) and linear(node.position - 2 * time) == (0, ()):
            return law("draw_action", node, given=given)
        towered = law("tower", node, 2 * time, given=given)
        drawn = law("draw_action", towered.rhs.body, given=given)
        return kernel.trans(towered, kernel.cong(drawn, node.func(HOLE, *node.args[1:]), HOLE, given))
    raise Refused("no action of {} is its last", node)


def _actions(body: Expr) -> set[Expr]:
    """The times of the actions in a body, outside other expectations and sums."""
    if isinstance(body, Action):
        return {body.time}
    if isinstance(body, (Expectation, Conditional, TimeSum)):
        return set()
    return set().union(*(_actions(part) for part in body.args if isinstance(part, Expr)))
