"""The calculus of finite sums, expectations and gradients: laws admitted without proof. TRUSTED.

A law takes a context and a term, checks its side condition on the context, and returns what the term equals. Its
docstring is its statement. Linear operators L are Σ_x, Σ_{t=a}^{b}, Σ_τ, E_x, E_τ, E[· | up to p] and ∇. None
speaks of a return, a value, an advantage, a surrogate or an objective.
"""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Pow

from derive.binding import bound_name, free, fresh, is_random, meaning, substitute
from derive.context import Context
from derive.errors import Refused
from derive.kernel import axiom
from derive.terms import (
    AVERAGES_PATHS,
    ONE,
    ZERO,
    Action,
    Apply,
    At,
    Cases,
    Coincide,
    Defined,
    Domain,
    Exp,
    Expectation,
    Given,
    Gradient,
    Letter,
    Log,
    Mean,
    PathProbability,
    PathSum,
    Process,
    State,
    SumOver,
    Term,
    TimeProduct,
    TimeSum,
    Var,
)
from derive.timeline import linear

LINEAR = (SumOver, TimeSum, PathSum, Mean, Expectation, Given, Gradient)
AVERAGES = (Mean, Expectation, Given)


def _need(condition: bool, message: str, *parts: object) -> None:
    if not condition:
        raise Refused(message, *parts)


def _with_body(node: Term, body: Expr) -> Expr:
    return node.func(body, *node.args[1:])


def _is_constant_for(context: Context, operator: Term, factor: Expr) -> bool:
    """Whether a factor of the body may stand outside the operator."""
    if isinstance(operator, Gradient):
        return operator.parameter not in free(factor)  # "constant" is constant in θ
    if isinstance(operator, (Expectation, PathSum)):
        return context.knows(factor, None)
    if isinstance(operator, Given):
        return context.knows(factor, operator.position)
    return bound_name(operator) not in free(factor)


# linear operators


@axiom
def additivity(context: Context, term: Expr) -> Expr:
    """L(X + Y) = L X + L Y."""
    _need(isinstance(term, LINEAR), "{} is no linear operator", term)
    body = _multiplied_out(Mul(*(_multiplied_out(f) for f in Mul.make_args(term.body))))
    _need(isinstance(body, Add), "{} is no sum", body)
    return Add(*(_with_body(term, part) for part in body.args))


def _multiplied_out(term: Expr) -> Expr:
    return term.expand(deep=False, power_base=False, power_exp=False, log=False, basic=False)


@axiom
def homogeneity(context: Context, term: Expr, outside: Expr | None = None, inside: Expr | None = None) -> Expr:
    """L(c X) = c L(X) where c does not depend on what L runs over (under E[·|p]: c is known at p)."""
    _need(isinstance(term, LINEAR), "{} is no linear operator", term)
    if outside is None or inside is None:
        factors = Mul.make_args(term.body)
        constants = [f for f in factors if _is_constant_for(context, term, f)]
        _need(bool(constants) and constants != [ONE], "no factor of {} is constant there", term.body)
        outside, inside = Mul(*constants), Mul(*(f for f in factors if f not in constants))
    _need(outside * inside == term.body, "{} is not {} times {}", term.body, outside, inside)
    _need(_is_constant_for(context, term, outside), "{} is not constant there", outside)
    return outside * _with_body(term, inside)


@axiom
def exchange(context: Context, term: Expr) -> Expr:
    """L(M X) = M(L X), for finite sums, and for an expectation or gradient over a finite sum that it does not weigh."""
    movable = (SumOver, TimeSum, PathSum)
    _need(isinstance(term, LINEAR) and isinstance(term.body, LINEAR), "{} is no pair of linear operators", term)
    outer, inner = term, term.body
    _need(isinstance(inner, movable), "{} cannot be moved out of {}", type(inner).__name__, type(outer).__name__)
    inner = _apart(inner, outer)
    ranges = [e for e in inner.args[1:] if e != bound_name(inner)]
    _need(
        all(bound_name(outer) not in free(e) for e in ranges),
        "what {} runs over depends on {}",
        inner,
        bound_name(outer),
    )
    sizes = (inner.process.horizon,) if isinstance(inner, PathSum) else ranges
    fixed = all(_is_constant_for(context, outer, e) for e in sizes)
    _need(fixed, "what {} runs over is not fixed for {}", inner, outer)
    if isinstance(inner, PathSum):
        _need(not isinstance(outer, AVERAGES_PATHS), "two averages over trajectories do not commute")
        _need(
            not any(is_random(e) for e in outer.args[1:]),
            "{} depends on the trajectory outside its body",
            outer,
        )
    return _with_body(inner, _with_body(outer, inner.body))


def _apart(inner: Term, outer: Term) -> Term:
    """The inner operator with a bound name that the outer one neither binds nor mentions."""
    name = bound_name(inner)
    taken = frozenset().union(*(free(e) for e in outer.args[1:])) | {bound_name(outer)}
    if name is None or name not in taken:
        return inner
    new = fresh(name, taken | free(inner))
    return inner.func(substitute(inner.body, {name: new}), new, *inner.args[2:])


@axiom
def vanishing(context: Context, term: Expr) -> Expr:
    """L(0) = 0."""
    _need(isinstance(term, LINEAR) and term.body == 0, "{} is no linear operator on 0", term)
    return ZERO


@axiom
def average_of_one(context: Context, term: Expr) -> Expr:
    """E[1] = 1."""
    _need(isinstance(term, AVERAGES) and term.body == 1, "{} is no average of 1", term)
    if isinstance(term, Mean):
        _need(
            _sums_to_one(term.weight, term.var),
            "{} is not known to be a distribution of {}",
            term.weight,
            term.var,
        )
    elif isinstance(term, (Expectation, Given)):
        _distributions(term)
    return ONE


def _distributions(term: Term) -> None:
    """What the process draws from sums to one: then what comes later does not weigh what came before."""
    parts = (term.process.initial, term.process.policy, term.process.transition)
    _need(all(isinstance(p, Letter) and p.pmf for p in parts), "{} are not all distributions by declaration", parts)


@axiom
def normalisation(context: Context, term: Expr) -> Expr:
    """Σ_x p(x | …) = 1 for a probability mass function p of x."""
    _need(
        isinstance(term, SumOver) and _sums_to_one(term.body, term.var),
        "{} is no sum of a distribution",
        term,
    )
    return ONE


def _sums_to_one(weight: Expr, var: Var) -> bool:
    if not (isinstance(weight, Apply) and weight.letter.pmf):
        return False
    return weight.args[1] == var and all(var not in free(a) for a in weight.args[2:])


@axiom
def enumeration(context: Context, term: Expr) -> Expr:
    """Σ_{x ∈ {u, v, …}} f(x) = f(u) + f(v) + …"""
    _need(isinstance(term, SumOver) and term.var.domain.elements is not None, "{} has no listed domain", term)
    return Add(*(substitute(term.body, {term.var: Integer(e)}) for e in term.var.domain.elements))


@axiom
def case(context: Context, term: Expr) -> Expr:
    """The branch of a case distinction whose subject is a number."""
    _need(isinstance(term, Cases) and isinstance(term.subject, Integer), "{} is not decided by a number", term)
    _need(all(isinstance(v, Integer) for v, _ in term.branches), "the branches of {} are not numbers", term)
    return next((e for v, e in term.branches if v == term.subject), term.default)


@axiom
def sift(context: Context, term: Expr) -> Expr:
    """Σ_x [x = e] f(x) = f(e), or 0 where e is not in the listed domain of x."""
    _need(isinstance(term, SumOver) and term.var.domain.elements is not None, "{} has no listed domain", term)
    factors = Mul.make_args(term.body)
    picks = [f for f in factors if isinstance(f, Cases) and f.subject == term.var and f.default == 0]
    _need(bool(picks) and len(picks[0].branches) == 1, "{} picks out no single element", term.body)
    element, value = picks[0].branches[0]
    _need(isinstance(element, Integer), "{} is not a number yet", element)
    if element not in term.var.domain.elements:
        return ZERO
    return substitute(Mul(value, *(f for f in factors if f != picks[0])), {term.var: element})


# sums and products over time


@axiom
def split(context: Context, term: Expr, middle: Expr) -> Expr:
    """Σ_{k=a}^{b} f = Σ_{k=a}^{m-1} f + Σ_{k=m}^{b} f for a ≤ m ≤ b+1; products likewise."""
    _need(isinstance(term, (TimeSum, TimeProduct)), "{} is no sum or product over time", term)
    context.at_most(term.lower, middle)
    context.at_most(middle, term.upper + 1)
    parts = (
        term.func(term.body, term.index, term.lower, middle - 1),
        term.func(term.body, term.index, middle, term.upper),
    )
    return Add(*parts) if isinstance(term, TimeSum) else Mul(*parts)


@axiom
def single(context: Context, term: Expr) -> Expr:
    """Σ_{k=a}^{a} f(k) = f(a); products likewise."""
    _need(isinstance(term, (TimeSum, TimeProduct)), "{} is no sum or product over time", term)
    _need(linear(term.upper - term.lower) == (0, ()), "{} has not exactly one index", term)
    return substitute(term.body, {term.index: term.lower})


@axiom
def empty(context: Context, term: Expr) -> Expr:
    """Σ_{k=a}^{b} f = 0 and ∏_{k=a}^{b} f = 1 for b < a."""
    _need(isinstance(term, (TimeSum, TimeProduct)), "{} is no sum or product over time", term)
    context.at_most(term.upper + 1, term.lower)
    return ZERO if isinstance(term, TimeSum) else ONE


@axiom
def shift(context: Context, term: Expr, by: Expr) -> Expr:
    """Σ_{k=a}^{b} f(k) = Σ_{k=a+c}^{b+c} f(k-c); products likewise."""
    _need(isinstance(term, (TimeSum, TimeProduct)), "{} is no sum or product over time", term)
    _need(term.index not in free(by), "the shift {} mentions {}", by, term.index)
    linear(by)
    body = substitute(term.body, {term.index: term.index - by})
    return term.func(body, term.index, term.lower + by, term.upper + by)


@axiom
def count(context: Context, term: Expr) -> Expr:
    """Σ_{k=a}^{b} 1 = b - a + 1 for a ≤ b+1."""
    _need(isinstance(term, TimeSum) and term.body == 1, "{} is no sum of ones over time", term)
    context.at_most(term.lower, term.upper + 1)
    return term.upper - term.lower + 1


@axiom
def product_of_products(context: Context, term: Expr) -> Expr:
    """∏_k f(k) g(k) = ∏_k f(k) ∏_k g(k)."""
    _need(isinstance(term, TimeProduct) and isinstance(term.body, Mul), "{} is no product of products", term)
    return Mul(*(_with_body(term, factor) for factor in term.body.args))


@axiom
def product_of_powers(context: Context, term: Expr) -> Expr:
    """∏_k f(k)^n = (∏_k f(k))^n for an integer n; f > 0 where n < 0."""
    _need(isinstance(term, TimeProduct) and isinstance(term.body, Pow), "{} is no product of powers", term)
    base, n = term.body.args
    _need(isinstance(n, Integer), "the exponent {} is no integer", n)
    return _with_body(term, base) ** n


# expectations over trajectories


@axiom
def tower(context: Context, term: Expr, position: Expr) -> Expr:
    """E[X] = E[ E[X | up to p] ] for 0 ≤ p ≤ 2T; E[X | q] = E[ E[X | p] | q ] for q ≤ p."""
    _need(isinstance(term, (Expectation, Given)), "{} is no expectation over trajectories", term)
    _distributions(term)
    context.at_most(ZERO if isinstance(term, Expectation) else term.position, position)
    context.at_most(position, 2 * term.process.horizon)
    return _with_body(term, Given(term.body, position, term.process))


@axiom
def marginal(context: Context, term: Expr, steps: Expr) -> Expr:
    """E[X] over T steps is E[X] over n steps, for X known at s_n and 0 ≤ n ≤ T."""
    _need(isinstance(term, Expectation), "{} is no expectation over trajectories", term)
    _distributions(term)
    context.at_most(ZERO, steps)
    context.at_most(steps, term.process.horizon)
    context.known(term.body, 2 * steps)
    return Expectation(term.body, term.process.until(steps))


@axiom
def transport(context: Context, term: Expr, other: Expr) -> Expr:
    """E_π[X | h_t, a_t] = E_μ[X | h_t, a_t] for X known at s_{t+1}, 0 ≤ t < T; E_π[X] = E_μ[X] for X known at s_0."""
    _need(isinstance(term, (Given, Expectation)), "{} is no expectation over trajectories", term)
    _distributions(term)
    own = term.process
    _need(isinstance(other, Letter) and other.pmf and other.domains == own.policy.domains, "{} is no policy", other)
    if isinstance(term, Given):
        _inside(context, term, _half(term.position - 1))
    context.known(term.body, term.position + 1 if isinstance(term, Given) else ZERO)
    return term.func(*term.args[:-1], own.func(own.initial, other, *own.args[2:]))


@axiom
def draw_start(context: Context, term: Expr) -> Expr:
    """E[f(s_0)] = Σ_s ρ_0(s) f(s)."""
    _need(isinstance(term, Expectation), "{} is no expectation over trajectories", term)
    _distributions(term)
    context.known(term.body, ZERO)
    s = _new_state(term, term.process.states)
    return SumOver(term.process.initial(s) * _put(context, term.body, ZERO, s), s)


@axiom
def draw_action(context: Context, term: Expr) -> Expr:
    """E[f(h_t, a_t) | h_t] = Σ_a π(a|s_t) f(h_t, a) for 0 ≤ t < T."""
    _need(isinstance(term, Given), "{} is no conditional expectation", term)
    _distributions(term)
    time = _half(term.position)
    _inside(context, term, time)
    context.known(term.body, term.position + 1)
    a = _new_action(term, term.process.actions)
    weight = term.process.policy(a, State(time, term.process.states))
    return SumOver(weight * _put(context, term.body, term.position + 1, a), a)


@axiom
def draw_state(context: Context, term: Expr) -> Expr:
    """E[f(h_t, a_t, s_{t+1}) | h_t, a_t] = Σ_s' P(s'|s_t,a_t) f(h_t, a_t, s') for 0 ≤ t < T."""
    _need(isinstance(term, Given), "{} is no conditional expectation", term)
    _distributions(term)
    time = _half(term.position - 1)
    _inside(context, term, time)
    context.known(term.body, term.position + 1)
    s = _new_state(term, term.process.states)
    weight = term.process.transition(s, State(time, term.process.states), Action(time, term.process.actions))
    return SumOver(weight * _put(context, term.body, term.position + 1, s), s)


def _half(position: Expr) -> Expr:
    constant, terms = linear(position)
    _need(constant % 2 == 0 and all(c % 2 == 0 for _, c in terms), "position {} is of the other kind", position)
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
        _need(
            linear(place - position) == (0, ()),
            "cannot tell whether {} stands at position {}",
            term,
            position,
        )
        return value
    if isinstance(term, Defined) and not named:
        return _put(context, meaning(term), position, value)
    if isinstance(term, (Expectation, PathSum, Given, PathProbability)):
        raise Refused("nothing can be put inside {}", term)
    if isinstance(term, (TimeSum, TimeProduct)):
        lower, upper = (_put(context, bound, position, value) for bound in (term.lower, term.upper))
        with context.opened(term, position) as (index, body):
            return term.func(_put(context, body, position, value), index, lower, upper)
    name = bound_name(term)
    if name is not None and name in free(value):
        renamed = fresh(name, free(term) | free(value))
        term = term.func(*(substitute(a, {name: renamed}) for a in term.args))
    return term.func(*(_put(context, a, position, value) for a in term.args))


@axiom
def path_start(context: Context, term: Expr) -> Expr:
    """P(τ) = ρ_0(s_0) for no steps."""
    _need(isinstance(term, PathProbability) and term.process.horizon == 0, "{} is no path of no steps", term)
    return term.process.initial(State(0, term.process.states))


@axiom
def path_step(context: Context, term: Expr) -> Expr:
    """P(τ of n+1 steps) = P(τ of n steps) π(a_n|s_n) P(s_{n+1}|s_n, a_n): the multiplication rule."""
    _need(isinstance(term, PathProbability), "{} is no path probability", term)
    process, n = term.process, term.process.horizon - 1
    context.at_most(ZERO, n)
    here, act = State(n, process.states), Action(n, process.actions)
    step = process.policy(act, here) * process.transition(State(n + 1, process.states), here, act)
    return PathProbability(process.until(n)) * step


@axiom
def paths_alike(context: Context, term: Expr, process: Expr) -> Expr:
    """Σ_τ X runs over the same trajectories whatever policy, dynamics and initial law they are drawn with."""
    _need(isinstance(term, PathSum), "{} is no sum over paths", term)
    own = term.process
    same = own.args[3:] == process.args[3:] if isinstance(process, Process) else False
    _need(same, "{} has not the horizon, states and actions of {}", process, own)
    return PathSum(term.body, process)


@axiom
def paths_start(context: Context, term: Expr) -> Expr:
    """Σ_τ f(s_0) = Σ_s f(s) for no steps."""
    _need(isinstance(term, PathSum) and term.process.horizon == 0, "{} is no sum over paths of no steps", term)
    context.known(term.body, ZERO)
    s = _new_state(term, term.process.states)
    return SumOver(_put(context, term.body, ZERO, s), s)


@axiom
def paths_step(context: Context, term: Expr) -> Expr:
    """Σ_{τ of n+1 steps} X = Σ_{τ of n steps} Σ_a Σ_s' X with a_n = a, s_{n+1} = s'."""
    _need(isinstance(term, PathSum), "{} is no sum over paths", term)
    process, n = term.process, term.process.horizon - 1
    context.at_most(ZERO, n)
    context.known(term.body, 2 * n + 2)
    s, a = fresh(Var("s'", process.states), free(term)), _new_action(term, process.actions)
    body = _put(context, term.body, 2 * n + 2, s)
    body = _put(context, body, 2 * n + 1, a)
    return PathSum(SumOver(SumOver(body, s), a), process.until(n))


# gradients and logarithms


@axiom
def leibniz(context: Context, term: Expr) -> Expr:
    """∇(f g) = (∇f) g + f ∇g."""
    _need(isinstance(term, Gradient) and isinstance(term.body, Mul), "{} is no gradient of a product", term)
    factors = term.body.args
    others = (Mul(*factors[:i], *factors[i + 1 :]) for i in range(len(factors)))
    return Add(*(Gradient(f, term.parameter) * rest for f, rest in zip(factors, others, strict=True)))


@axiom
def gradient_power(context: Context, term: Expr) -> Expr:
    """∇ f^n = n f^(n-1) ∇f for an integer n; f > 0 where n < 0."""
    _need(isinstance(term, Gradient) and isinstance(term.body, Pow), "{} is no gradient of a power", term)
    base, n = term.body.base, term.body.exp
    _need(isinstance(n, Integer), "the exponent {} is no integer", n)
    if n < 0:
        context.positive(base)
    return n * base ** (n - 1) * Gradient(base, term.parameter)


@axiom
def gradient_log(context: Context, term: Expr) -> Expr:
    """∇ log f = ∇f / f for f > 0."""
    _need(isinstance(term, Gradient) and isinstance(term.body, Log), "{} is no gradient of a logarithm", term)
    inner = term.body.body
    context.positive(inner)
    return Gradient(inner, term.parameter) / inner


@axiom
def gradient_exp(context: Context, term: Expr) -> Expr:
    """∇ e^f = e^f ∇f."""
    _need(isinstance(term, Gradient) and isinstance(term.body, Exp), "{} is no gradient of an exponential", term)
    return term.body * Gradient(term.body.body, term.parameter)


@axiom
def exp_zero(context: Context, term: Expr) -> Expr:
    """e^0 = 1."""
    _need(isinstance(term, Exp) and term.body == 0, "{} is not e^0", term)
    return ONE


@axiom
def exp_sum(context: Context, term: Expr) -> Expr:
    """e^(x + y) = e^x e^y."""
    _need(isinstance(term, Exp) and isinstance(term.body, Add), "{} is not e to a sum", term)
    return Mul(*(Exp(part) for part in term.body.args))


@axiom
def exp_multiple(context: Context, term: Expr) -> Expr:
    """e^(n x) = (e^x)^n for an integer n."""
    _need(isinstance(term, Exp), "{} is no power of e", term)
    n, rest = term.body.as_coeff_Mul()
    _need(isinstance(n, Integer) and n != 1 and rest != 1, "{} is not e to a multiple", term)
    return Exp(rest) ** n


@axiom
def gradient_parameter(context: Context, term: Expr) -> Expr:
    """∇_θ θ = 1 for a parameter that is a number."""
    _need(
        isinstance(term, Gradient) and term.body == term.parameter,
        "{} is not the gradient of its parameter",
        term,
    )
    return ONE


@axiom
def gradient_constant(context: Context, term: Expr) -> Expr:
    """∇ c = 0 where c does not depend on the parameter."""
    _need(isinstance(term, Gradient), "{} is no gradient", term)
    context.constant(term.body, term.parameter)
    return ZERO


@axiom
def log_product(context: Context, term: Expr) -> Expr:
    """log(f g) = log f + log g and log ∏_k f(k) = Σ_k log f(k), for positive factors."""
    _need(isinstance(term, Log), "{} is no logarithm", term)
    body = term.body
    if isinstance(body, TimeProduct):
        with context.opened(body) as (_, factor):
            context.positive(factor)
        return TimeSum(Log(body.body), *body.args[1:])
    _need(isinstance(body, Mul), "{} is no product", body)
    for factor in body.args:
        context.positive(factor)
    return Add(*(Log(factor) for factor in body.args))


@axiom
def coincidence(context: Context, term: Expr) -> Expr:
    """π(a|s) = μ(a|s) at a parameter where the two coincide (so never under a gradient)."""
    _need(isinstance(term, Apply), "{} is no letter applied", term)
    for hypothesis in context.given:
        if isinstance(hypothesis, Coincide) and hypothesis.letter == term.letter:
            context.used.add(hypothesis)
            return hypothesis.other(*term.args[1:])
    raise Refused("nothing says what {} coincides with", term)


@axiom
def log_power(context: Context, term: Expr) -> Expr:
    """log f^n = n log f for an integer n and f > 0."""
    _need(isinstance(term, Log) and isinstance(term.body, Pow), "{} is no logarithm of a power", term)
    base, n = term.body.args
    _need(isinstance(n, Integer), "the exponent {} is no integer", n)
    context.positive(base)
    return n * Log(base)


@axiom
def log_exp(context: Context, term: Expr) -> Expr:
    """log e^x = x."""
    _need(isinstance(term, Log) and isinstance(term.body, Exp), "{} is no logarithm of a power of e", term)
    return term.body.body


@axiom
def evaluation(context: Context, term: Expr) -> Expr:
    """f(θ) at θ = v is f(v), where f is written without a gradient."""
    _need(isinstance(term, At), "{} is no evaluation", term)
    return substitute(term.body, {term.parameter: term.value})
