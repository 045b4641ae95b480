"""Gradients, logarithms and exponentials. TRUSTED."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Pow

from derive.axioms.conditions import need
from derive.binding import substitute
from derive.context import Context
from derive.errors import Refused
from derive.kernel import axiom
from derive.terms import (
    ONE,
    ZERO,
    Apply,
    At,
    Cases,
    Coincide,
    Exp,
    Gradient,
    Log,
    TimeProduct,
    TimeSum,
)
from derive.timeline import is_linear


@axiom
def leibniz(context: Context, term: Expr) -> Expr:
    """∇(f g) = (∇f) g + f ∇g."""
    need(isinstance(term, Gradient) and isinstance(term.body, Mul), "{} is no gradient of a product", term)
    factors = term.body.args
    others = (Mul(*factors[:i], *factors[i + 1 :]) for i in range(len(factors)))
    return Add(*(Gradient(f, term.parameter) * rest for f, rest in zip(factors, others, strict=True)))


@axiom
def gradient_power(context: Context, term: Expr) -> Expr:
    """∇ f^n = n f^(n-1) ∇f for an integer n; f > 0 where n may be below 1."""
    need(isinstance(term, Gradient) and isinstance(term.body, Pow), "{} is no gradient of a power", term)
    base, n = term.body.base, term.body.exp
    need(is_linear(n), "the exponent {} is no integer", n)
    if not context.shows(ONE, n):
        context.positive(base)
    return n * base ** (n - 1) * Gradient(base, term.parameter)


@axiom
def gradient_log(context: Context, term: Expr) -> Expr:
    """∇ log f = ∇f / f for f > 0."""
    need(isinstance(term, Gradient) and isinstance(term.body, Log), "{} is no gradient of a logarithm", term)
    inner = term.body.body
    context.positive(inner)
    return Gradient(inner, term.parameter) / inner


@axiom
def gradient_exp(context: Context, term: Expr) -> Expr:
    """∇ e^f = e^f ∇f."""
    need(isinstance(term, Gradient) and isinstance(term.body, Exp), "{} is no gradient of an exponential", term)
    return term.body * Gradient(term.body.body, term.parameter)


@axiom
def gradient_case(context: Context, term: Expr) -> Expr:
    """∇{f if x = u, else g} = {∇f if x = u, else ∇g}, where x and u do not depend on the parameter."""
    need(isinstance(term, Gradient) and isinstance(term.body, Cases), "{} is no gradient of cases", term)
    cases, theta = term.body, term.parameter
    for told in (cases.subject, *(value for value, _ in cases.branches)):
        context.constant(told, term.parameter)
    branches = (part for value, then in cases.branches for part in (value, Gradient(then, theta)))
    return Cases(cases.subject, *branches, Gradient(cases.default, theta))


@axiom
def exp_zero(context: Context, term: Expr) -> Expr:
    """e^0 = 1."""
    need(isinstance(term, Exp) and term.body == 0, "{} is not e^0", term)
    return ONE


@axiom
def exp_sum(context: Context, term: Expr) -> Expr:
    """e^(x + y) = e^x e^y."""
    need(isinstance(term, Exp) and isinstance(term.body, Add), "{} is not e to a sum", term)
    return Mul(*(Exp(part) for part in term.body.args))


@axiom
def exp_multiple(context: Context, term: Expr) -> Expr:
    """e^(n x) = (e^x)^n for an integer n."""
    need(isinstance(term, Exp), "{} is no power of e", term)
    n, rest = term.body.as_coeff_Mul()
    need(isinstance(n, Integer) and n != 1 and rest != 1, "{} is not e to a multiple", term)
    return Exp(rest) ** n


@axiom
def gradient_parameter(context: Context, term: Expr) -> Expr:
    """∇_θ θ = 1 for a parameter that is a number."""
    need(
        isinstance(term, Gradient) and term.body == term.parameter,
        "{} is not the gradient of its parameter",
        term,
    )
    return ONE


@axiom
def gradient_constant(context: Context, term: Expr) -> Expr:
    """∇ c = 0 where c does not depend on the parameter."""
    need(isinstance(term, Gradient), "{} is no gradient", term)
    context.constant(term.body, term.parameter)
    return ZERO


@axiom
def log_product(context: Context, term: Expr) -> Expr:
    """log(f g) = log f + log g and log ∏_k f(k) = Σ_k log f(k), for positive factors."""
    need(isinstance(term, Log), "{} is no logarithm", term)
    body = term.body
    if isinstance(body, TimeProduct):
        with context.opened(body) as (_, factor):
            context.positive(factor)
        return TimeSum(Log(body.body), *body.args[1:])
    need(isinstance(body, Mul), "{} is no product", body)
    for factor in body.args:
        context.positive(factor)
    return Add(*(Log(factor) for factor in body.args))


@axiom
def coincidence(context: Context, term: Expr) -> Expr:
    """π(a|s) = μ(a|s) at a parameter where the two coincide (so never under a gradient)."""
    need(isinstance(term, Apply), "{} is no letter applied", term)
    for hypothesis in context.given:
        if isinstance(hypothesis, Coincide) and hypothesis.letter == term.letter:
            context.used.add(hypothesis)
            return hypothesis.other(*term.args[1:])
    raise Refused("nothing says what {} coincides with", term)


@axiom
def log_power(context: Context, term: Expr) -> Expr:
    """log f^n = n log f for an integer n and f > 0."""
    need(isinstance(term, Log) and isinstance(term.body, Pow), "{} is no logarithm of a power", term)
    base, n = term.body.args
    need(isinstance(n, Integer), "the exponent {} is no integer", n)
    context.positive(base)
    return n * Log(base)


@axiom
def log_exp(context: Context, term: Expr) -> Expr:
    """log e^x = x, for a real x."""
    need(isinstance(term, Log) and isinstance(term.body, Exp), "{} is no logarithm of a power of e", term)
    context.real(term.body.body)
    return term.body.body


@axiom
def evaluation(context: Context, term: Expr) -> Expr:
    """f(θ) at θ = v is f(v), where f is written without a gradient and v is real."""
    need(isinstance(term, At), "{} is no evaluation", term)
    context.real(term.value)
    return substitute(term.body, {term.parameter: term.value})
