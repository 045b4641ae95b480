"""Expectations over trajectories, and their probabilities. TRUSTED."""

from __future__ import annotations

from sympy import Expr

from derive.axioms.conditions import apart, draws_from_laws, need, with_body
from derive.binding import free, fresh, is_random, meaning
from derive.context import Context
from derive.errors import Refused
from derive.kernel import axiom
from derive.terms import (
    ZERO,
    Action,
    Defined,
    Domain,
    Expectation,
    Given,
    History,
    Letter,
    PathProbability,
    PathSum,
    Process,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    sort_of,
)
from derive.timeline import linear


@axiom
def tower(context: Context, term: Expr, position: Expr) -> Expr:
    """E[X] = E[ E[X | up to p] ] for 0 ≤ p ≤ 2T; E[X | q] = E[ E[X | p] | q ] for q ≤ p."""
    need(isinstance(term, (Expectation, Given)), "{} is no expectation over trajectories", term)
    draws_from_laws(term)
    context.at_most(ZERO if isinstance(term, Expectation) else term.position, position)
    context.at_most(position, 2 * term.process.horizon)
    return with_body(term, Given(term.body, position, term.process))


@axiom
def marginal(context: Context, term: Expr, steps: Expr) -> Expr:
    """E[X] over T steps is E[X] over n steps, for X known at s_n and 0 ≤ n ≤ T."""
    need(isinstance(term, Expectation), "{} is no expectation over trajectories", term)
    draws_from_laws(term)
    context.at_most(ZERO, steps)
    context.at_most(steps, term.process.horizon)
    context.known(term.body, 2 * steps)
    return Expectation(term.body, term.process.until(steps))


@axiom
def transport(context: Context, term: Expr, other: Expr) -> Expr:
    """E_π[X | h_t, a_t] = E_μ[X | h_t, a_t] for X known at s_{t+1}, 0 ≤ t < T; E_π[X] = E_μ[X] for X known at s_0."""
    need(isinstance(term, (Given, Expectation)), "{} is no expectation over trajectories", term)
    draws_from_laws(term)
    own = term.process
    need(isinstance(other, Letter) and other.pmf and other.domains == own.policy.domains, "{} is no policy", other)
    if isinstance(term, Given):
        _inside(context, term, _half(term.position - 1))
    context.known(term.body, term.position + 1 if isinstance(term, Given) else ZERO)
    return term.func(*term.args[:-1], own.func(own.initial, other, *own.args[2:]))


@axiom
def draw_start(context: Context, term: Expr) -> Expr:
    """E[f(s_0)] = Σ_s ρ_0(s) f(s)."""
    need(isinstance(term, Expectation), "{} is no expectation over trajectories", term)
    draws_from_laws(term)
    context.known(term.body, ZERO)
    s = _new_state(term, term.process.states)
    return SumOver(term.process.initial(s) * _put(context, term.body, ZERO, s), s)


@axiom
def draw_action(context: Context, term: Expr) -> Expr:
    """E[f(h_t, a_t) | h_t] = Σ_a π(a|s_t) f(h_t, a) for 0 ≤ t < T."""
    need(isinstance(term, Given), "{} is no conditional expectation", term)
    draws_from_laws(term)
    time = _half(term.position)
    _inside(context, term, time)
    context.known(term.body, term.position + 1)
    a = _new_action(term, term.process.actions)
    weight = term.process.policy(a, State(time, term.process.states))
    return SumOver(weight * _put(context, term.body, term.position + 1, a), a)


@axiom
def draw_state(context: Context, term: Expr) -> Expr:
    """E[f(h_t, a_t, s_{t+1}) | h_t, a_t] = Σ_s' P(s'|s_t,a_t) f(h_t, a_t, s') for 0 ≤ t < T."""
    need(isinstance(term, Given), "{} is no conditional expectation", term)
    draws_from_laws(term)
    time = _half(term.position - 1)
    _inside(context, term, time)
    context.known(term.body, term.position + 1)
    s = _new_state(term, term.process.states)
    weight = term.process.transition(s, State(time, term.process.states), Action(time, term.process.actions))
    return SumOver(weight * _put(context, term.body, term.position + 1, s), s)


def _half(position: Expr) -> Expr:
    constant, terms = linear(position)
    need(constant % 2 == 0 and all(c % 2 == 0 for _, c in terms), "position {} is of the other kind", position)
    return position / 2


def _inside(context: Context, term: Given, time: Expr) -> None:
    context.at_most(ZERO, time)
    context.at_most(time, term.process.horizon - 1)


def _new_state(term: Expr, domain: Domain) -> Var:
    return fresh(Var("s", domain), free(term))


def _new_action(term: Expr, domain: Domain) -> Var:
    return fresh(Var("a", domain), free(term))


def _put(context: Context, term: Expr, position: Expr, value: Expr) -> Expr:
    """Replace what stands at `position` of the time line by a value, in a term that is known there."""
    named = isinstance(term, Defined) and not is_random(term.definition)
    if not is_random(term) or (not named and context.knows(term, position - 1)):
        return term
    if isinstance(term, (State, Action)):
        place = 2 * term.time + (1 if isinstance(term, Action) else 0)
        need(
            linear(place - position) == (0, ()),
            "cannot tell whether {} stands at position {}",
            term,
            position,
        )
        need(term.domain == sort_of(value), "{} is of another set than {}", term, value)
        return value
    if isinstance(term, Defined) and not named:
        return _put(context, meaning(term), position, value)
    if isinstance(term, (Expectation, PathSum, Given, PathProbability, History)):
        raise Refused("nothing can be put inside {}", term)
    if isinstance(term, (TimeSum, TimeProduct)):
        lower, upper = (_put(context, bound, position, value) for bound in (term.lower, term.upper))
        with context.opened(term, position) as (index, body):
            return term.func(_put(context, body, position, value), index, lower, upper)
    term = apart(term, free(value))
    return term.func(*(_put(context, a, position, value) for a in term.args))


@axiom
def path_start(context: Context, term: Expr) -> Expr:
    """P(τ) = ρ_0(s_0) for no steps."""
    need(isinstance(term, PathProbability) and term.process.horizon == 0, "{} is no path of no steps", term)
    return term.process.initial(State(0, term.process.states))


@axiom
def path_step(context: Context, term: Expr) -> Expr:
    """P(τ of n+1 steps) = P(τ of n steps) π(a_n|s_n) P(s_{n+1}|s_n, a_n): the multiplication rule."""
    need(isinstance(term, PathProbability), "{} is no path probability", term)
    process, n = term.process, term.process.horizon - 1
    context.at_most(ZERO, n)
    here, act = State(n, process.states), Action(n, process.actions)
    step = process.policy(act, here) * process.transition(State(n + 1, process.states), here, act)
    return PathProbability(process.until(n)) * step


@axiom
def paths_alike(context: Context, term: Expr, process: Expr) -> Expr:
    """Σ_τ X runs over the same trajectories whatever policy, dynamics and initial law they are drawn with."""
    need(isinstance(term, PathSum), "{} is no sum over paths", term)
    own = term.process
    same = own.args[3:] == process.args[3:] if isinstance(process, Process) else False
    need(same, "{} has not the horizon, states and actions of {}", process, own)
    return PathSum(term.body, process)


@axiom
def paths_start(context: Context, term: Expr) -> Expr:
    """Σ_τ f(s_0) = Σ_s f(s) for no steps."""
    need(isinstance(term, PathSum) and term.process.horizon == 0, "{} is no sum over paths of no steps", term)
    context.known(term.body, ZERO)
    s = _new_state(term, term.process.states)
    return SumOver(_put(context, term.body, ZERO, s), s)


@axiom
def paths_step(context: Context, term: Expr) -> Expr:
    """Σ_{τ of n+1 steps} X = Σ_{τ of n steps} Σ_a Σ_s' X with a_n = a, s_{n+1} = s'."""
    need(isinstance(term, PathSum), "{} is no sum over paths", term)
    process, n = term.process, term.process.horizon - 1
    context.at_most(ZERO, n)
    context.known(term.body, 2 * n + 2)
    s, a = fresh(Var("s'", process.states), free(term)), _new_action(term, process.actions)
    body = _put(context, term.body, 2 * n + 2, s)
    body = _put(context, body, 2 * n + 1, a)
    return PathSum(SumOver(SumOver(body, s), a), process.until(n))
