"""Sums, averages and gradients are linear; finite sums over a set. TRUSTED."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Pow, Rational

from derive.axioms.conditions import (
    AVERAGES,
    LINEAR,
    apart,
    draws_from_laws,
    is_constant_for,
    need,
    sums_to_one,
    with_body,
)
from derive.binding import bound_name, drawn, free, is_random, substitute
from derive.context import Context
from derive.kernel import axiom
from derive.terms import (
    AVERAGES_PATHS,
    ONE,
    ZERO,
    At,
    Cases,
    Expectation,
    Given,
    Gradient,
    Mean,
    PathSum,
    Samples,
    SumOver,
    TimeSum,
    sort_of,
)


@axiom
def additivity(context: Context, term: Expr) -> Expr:
    """L(X + Y) = L X + L Y."""
    need(isinstance(term, LINEAR), "{} is no linear operator", term)
    body = multiplied_out(Mul(*(multiplied_out(f) for f in Mul.make_args(term.body))))
    need(isinstance(body, Add), "{} is no sum", body)
    return Add(*(with_body(term, part) for part in body.args))


def multiplied_out(term: Expr) -> Expr:
    """Sums above the line multiplied out; what stands below, where it must be seen to be positive, stays as it is."""
    below = [f for f in Mul.make_args(term) if isinstance(f, Pow) and isinstance(f.exp, Rational) and f.exp < 0]
    above = Mul(*(f for f in Mul.make_args(term) if f not in below))
    parts = Add.make_args(above.expand(deep=False, power_base=False, power_exp=False, log=False, basic=False))
    return Add(*(Mul(part, *below) for part in parts))


@axiom
def homogeneity(context: Context, term: Expr, outside: Expr | None = None, inside: Expr | None = None) -> Expr:
    """L(c X) = c L(X) where c does not depend on what L runs over (under E[·|p]: c is known at p)."""
    need(isinstance(term, LINEAR), "{} is no linear operator", term)
    if outside is None or inside is None:
        factors = Mul.make_args(term.body)
        constants = [f for f in factors if is_constant_for(context, term, f)]
        need(bool(constants) and constants != [ONE], "no factor of {} is constant there", term.body)
        outside, inside = Mul(*constants), Mul(*(f for f in factors if f not in constants))
    need(outside * inside == term.body, "{} is not {} times {}", term.body, outside, inside)
    need(is_constant_for(context, term, outside), "{} is not constant there", outside)
    return outside * with_body(term, inside)


@axiom
def exchange(context: Context, term: Expr) -> Expr:
    """L(M X) = M(L X), for finite sums, and for an expectation or gradient over a finite sum that it does not weigh."""
    movable = (SumOver, TimeSum, PathSum)
    need(isinstance(term, LINEAR) and isinstance(term.body, LINEAR), "{} is no pair of linear operators", term)
    outer, inner = term, term.body
    need(isinstance(inner, movable), "{} cannot be moved out of {}", type(inner).__name__, type(outer).__name__)
    inner = apart(inner, frozenset().union(*(free(e) for e in outer.args[1:])) | {bound_name(outer)})
    ranges = [e for e in inner.args[1:] if e != bound_name(inner)]
    need(
        all(bound_name(outer) not in free(e) for e in ranges),
        "what {} runs over depends on {}",
        inner,
        bound_name(outer),
    )
    sizes = (inner.process.horizon,) if isinstance(inner, PathSum) else ranges
    fixed = all(is_constant_for(context, outer, e) for e in sizes)
    need(fixed, "what {} runs over is not fixed for {}", inner, outer)
    if isinstance(inner, PathSum):
        need(not isinstance(outer, AVERAGES_PATHS), "two averages over trajectories do not commute")
        need(
            not any(is_random(e) for e in outer.args[1:]),
            "{} depends on the trajectory outside its body",
            outer,
        )
    return with_body(inner, with_body(outer, inner.body))


@axiom
def vanishing(context: Context, term: Expr) -> Expr:
    """L(0) = 0."""
    need(isinstance(term, LINEAR) and term.body == 0, "{} is no linear operator on 0", term)
    return ZERO


@axiom
def average_of_one(context: Context, term: Expr) -> Expr:
    """E[1] = 1."""
    need(isinstance(term, AVERAGES) and term.body == 1, "{} is no average of 1", term)
    if isinstance(term, (Mean, Samples)):
        need(
            sums_to_one(term.weight, term.var),
            "{} is not known to be a distribution of {}",
            term.weight,
            term.var,
        )
    elif isinstance(term, (Expectation, Given)):
        draws_from_laws(term)
    return ONE


@axiom
def normalisation(context: Context, term: Expr) -> Expr:
    """Σ_x p(x | …) = 1 for a probability mass function p of x."""
    need(
        isinstance(term, SumOver) and sums_to_one(term.body, term.var),
        "{} is no sum of a distribution",
        term,
    )
    return ONE


@axiom
def enumeration(context: Context, term: Expr) -> Expr:
    """Σ_{x ∈ {u, v, …}} f(x) = f(u) + f(v) + …"""
    need(isinstance(term, SumOver) and term.var.domain.elements is not None, "{} has no listed domain", term)
    return Add(*(substitute(term.body, {term.var: Integer(e)}) for e in term.var.domain.elements))


@axiom
def case(context: Context, term: Expr) -> Expr:
    """The branch of a case distinction whose subject is a number, or is what it is first compared with."""
    if isinstance(term, Cases) and term.branches and term.branches[0][0] == term.subject:
        return term.branches[0][1]
    need(isinstance(term, Cases) and isinstance(term.subject, Integer), "{} is not decided by a number", term)
    need(all(isinstance(v, Integer) for v, _ in term.branches), "the branches of {} are not numbers", term)
    return next((e for v, e in term.branches if v == term.subject), term.default)


@axiom
def sift(context: Context, term: Expr) -> Expr:
    """Σ_x [x = e] f(x) = f(e), or 0 where e is not in the listed domain of x."""
    need(isinstance(term, SumOver), "{} is no sum over a set", term)
    factors = Mul.make_args(term.body)
    picks = [f for f in factors if isinstance(f, Cases) and f.subject == term.var and f.default == 0]
    need(bool(picks) and len(picks[0].branches) == 1, "{} picks out no single element", term.body)
    element, value = picks[0].branches[0]
    if sort_of(element) != term.var.domain or term.var in free(element):
        need(isinstance(element, Integer), "{} is not a number yet", element)
        need(term.var.domain.elements is not None, "{} has no listed domain", term)
        if element not in term.var.domain.elements:
            return ZERO
    return substitute(Mul(value, *(f for f in factors if f != picks[0])), {term.var: element})


@axiom
def distinguish(context: Context, term: Expr, subject: Expr, *values: Expr) -> Expr:
    """X is, case by case of x = u, v, … or none of these, what X is with its distinctions of x so decided."""
    need(bool(values) and all(isinstance(v, Integer) for v in values), "{} are not numbers", values)
    need(len(set(values)) == len(values), "{} are not different", values)
    branches = (part for value in values for part in (value, _decided(term, subject, value, values)))
    return Cases(subject, *branches, _decided(term, subject, None, values))


def _decided(term: Expr, subject: Expr, value: Expr | None, values: tuple[Expr, ...]) -> Expr:
    """Every case distinction of the subject decided for one of the values, or for none of them."""
    if isinstance(term, Cases) and term.subject == subject:
        need(all(v in values for v, _ in term.branches), "{} tells more apart than {}", term, values)
        chosen = next((e for v, e in term.branches if v == value), term.default)
        return _decided(chosen, subject, value, values)
    if not isinstance(term, Expr) or _is_another_inside(term, subject):
        return term
    return term.func(*(_decided(a, subject, value, values) for a in term.args)) if term.args else term


def _is_another_inside(term: Expr, subject: Expr) -> bool:
    """Whether the subject stands for something else, or is varied, inside a node."""
    if isinstance(term, (Gradient, At)):
        return term.parameter in free(subject)
    if isinstance(term, Samples):
        return term.var.domain in drawn(subject) or term.var in free(subject)
    return (isinstance(term, AVERAGES_PATHS) and is_random(subject)) or bound_name(term) in free(subject)
