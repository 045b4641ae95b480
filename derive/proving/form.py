"""The rules of the form, by the kind of node: names and averages over a variable written out, gradients and logarithms
pushed as far down as they go, ∇ log p as ∇p / p, expectations as sums over time of expectations of products, V and Q
settled, and what vanishes zero. Untrusted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import Expr, Integer, Mul
from sympy.core.basic import Basic

from derive import kernel
from derive.binding import canonical, free
from derive.calc import Lemma
from derive.errors import Refused
from derive.kernel import Theorem, law
from derive.proving.conditional import (
    carry,
    from_the_start,
    last_action_drawn,
    later_score,
    score_times,
    settle,
    split_at_the_score,
)
from derive.proving.normal import Conversions
from derive.proving.paths import log_of_path, slope, step_by_step
from derive.proving.products import EVERY_SUM, NOT_OVER_SETS, constants_out, into
from derive.proving.samples import ABOUT_SAMPLES
from derive.proving.slopes import slopes_vanish
from derive.rewriting import HOLE, Conversion, Given
from derive.rules import (
    RULES,
    chain_rule,
    exp_of_sum,
    first_of,
    linearity,
    log_derivative,
    log_of_product,
    normalised,
    product_rule,
    separate,
    unfold,
    variance,
)
from derive.terms import (
    Apply,
    At,
    Cases,
    Coincide,
    Defined,
    Exp,
    Expectation,
    Gradient,
    Letter,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    Samples,
    SumOver,
    TimeProduct,
    TimeSum,
    Variance,
)
from derive.terms import Given as Conditional


def paths_folded(node: PathSum, given: Given) -> Theorem:
    """Σ_τ P(τ) X = E[X]."""
    here = PathProbability(node.process)
    rest = Mul(*(f for f in Mul.make_args(node.body) if f != here))
    if rest * here != node.body:
        raise Refused("{} is no factor of {}", here, node.body)
    return kernel.sym(kernel.define(Expectation(rest, node.process), given))


def gradient_of_expectation(node: Gradient, given: Given) -> Theorem:
    """∇ E[X] = Σ_τ (∇P(τ) X + P(τ) ∇X)."""
    if not isinstance(node.body, Expectation) or Positive(node.body.process.policy) not in given:
        raise Refused("{} is no gradient of an expectation under a positive policy", node)
    opened = kernel.cong(kernel.define(node.body, given), Gradient(HOLE, node.parameter), HOLE, given)
    exchanged = kernel.trans(opened, law("exchange", opened.rhs, given=given))
    paths = exchanged.rhs
    if not isinstance(paths.body.body, Mul):
        return exchanged
    product = law("leibniz", paths.body, given=given)
    return kernel.trans(exchanged, kernel.cong(product, paths.func(HOLE, *paths.args[1:]), HOLE, given))


def few_paths(node: Expectation | PathProbability | PathSum, given: Given) -> Theorem:
    """The trajectories of a process whose laws are listed and whose horizon is a number, one by one."""
    if isinstance(node.process.initial, Letter) or not isinstance(node.process.horizon, Integer):
        raise Refused("the trajectories of {} cannot be listed", node.process)
    return kernel.define(node, given) if isinstance(node, Expectation) else _path_by_path(node, given)


_path_by_path = first_of("path_start", "path_step", "paths_start", "paths_step")


def score_outside(node: TimeSum, given: Given) -> Theorem:
    """Σ_k Σ_t E[r_k z_t] = Σ_t Σ_k E[r_k z_t]; without a score to tell, the order that comes first in print."""
    if not isinstance(node.body, TimeSum):
        raise Refused("{} is no double sum", node)
    exchanged = law("exchange", node, given=given)
    scored = {name for time in score_times(_innermost(node)) for name in free(time)}
    outer, inner = node.index in scored, node.body.index in scored
    if inner and not outer:
        return exchanged
    if outer == inner and _printed_first(exchanged.rhs, node):
        return exchanged
    raise Refused("the sums of {} stand in their order", node)


def _innermost(node: Expr) -> Expr:
    return _innermost(node.body) if isinstance(node, (TimeSum, SumOver)) else node


def _printed_first(one: Basic, other: Basic) -> bool:
    return str(canonical(one)) < str(canonical(other))


def sets_in_order(node: SumOver, given: Given) -> Theorem:
    """Σ_x Σ_y = Σ_y Σ_x, in the order that comes first in print; sums over time stand outside."""
    if not isinstance(node.body, (SumOver, TimeSum)):
        raise Refused("{} is no double sum", node)
    exchanged = law("exchange", node, given=given)
    if not isinstance(node.body, SumOver) or _printed_first(exchanged.rhs, node):
        return exchanged
    raise Refused("the sums of {} stand in their order", node)


def constant_terms(node: TimeSum, given: Given) -> Theorem:
    """Σ_{k=a}^{b} c = (b − a + 1) c."""
    if node.index in free(node.body):
        raise Refused("the terms of {} differ", node)
    return RULES["count"].apply(node, given)


def at_old(node: Apply, given: Given) -> Theorem:
    """π_θ = π_old at the parameter in question, as the one of the two that is known to be positive."""
    for same in (h for h in given if isinstance(h, Coincide)):
        if Positive(same.letter) in given and Positive(same.other) not in given and node.letter == same.other:
            return kernel.sym(law("coincidence", same.letter(*node.args[1:]), given=given))
        if node.letter == same.letter and not (Positive(same.letter) in given and Positive(same.other) not in given):
            return law("coincidence", node, given=given)
    raise Refused("nothing says what {} coincides with", node)


def _used_at(lemma: Lemma) -> tuple[type, Conversion]:
    """A lemma that opens P(τ) is used below a logarithm only: elsewhere P(τ) belongs to an expectation."""
    if not isinstance(lemma.theorem.lhs, PathProbability):
        return type(lemma.theorem.lhs), lemma.apply

    def opened(node: Log, given: Given) -> Theorem:
        return kernel.cong(lemma.apply(node.body, given), Log(HOLE), HOLE, given)

    return Log, opened


def _not_listed(convert: Callable[[SumOver, Given], Theorem]) -> Conversion:
    """A rule for sums over sets of any size; those over a listed set are written out."""

    def apply(node: SumOver, given: Given) -> Theorem:
        if node.var.domain.elements is not None:
            raise Refused("{} has a listed domain", node)
        return convert(node, given)

    return apply


_LINEAR: tuple[Conversion, ...] = (linearity.apply,)
_CASES = first_of("case", "sift", "enumeration")
FORM: dict[type, tuple[Conversion, ...]] = {
    Defined: (unfold.apply,),
    Variance: (variance.apply,),
    Mean: (kernel.define,),
    Expectation: (few_paths, *_LINEAR, settle, carry, from_the_start, later_score),
    Conditional: (*_LINEAR, settle, carry, later_score),
    PathSum: (few_paths, first_of("vanishing", "additivity", "homogeneity", "exchange"), paths_folded),
    PathProbability: (few_paths,),
    Log: (log_of_path, log_of_product.apply),
    Exp: (exp_of_sum.apply,),
    At: (RULES["evaluate_at"].apply,),
    Gradient: (
        slope,
        gradient_of_expectation,
        product_rule.apply,
        chain_rule.apply,
        *_LINEAR,
        log_derivative.apply,
    ),
    SumOver: (_CASES, *_LINEAR, normalised.apply, slopes_vanish, _not_listed(sets_in_order)),
    Cases: (_CASES,),
    TimeSum: (RULES["write_out"].apply, *_LINEAR, constant_terms, score_outside, split_at_the_score),
    TimeProduct: (RULES["write_out"].apply,),
    Mul: (into(EVERY_SUM),),
    Apply: (at_old,),
    Maximum: (RULES["constant_maximum"].apply,),
}


LINEAR, APART, PRENEX, DRAWN, OPENED = "linear", "apart", "prenex", "drawn", "opened"
_SHALLOW: dict[type, tuple[Conversion, ...]] = dict.fromkeys(
    (Expectation, Conditional, PathSum, Samples, Mean, SumOver, TimeSum), _LINEAR
) | {Variance: (variance.apply,), Mul: (into(EVERY_SUM),), Gradient: (RULES["constant"].apply,)}


def form_with(lemmas: Sequence[Lemma], samples: bool, style: str) -> Conversions:
    """The rules of a style, with lemmas before and those about samples after them.

    linear: nothing but linearity, names left closed; apart: constants leave sums over sets; prenex: they enter them;
    drawn: as apart, and the last action of an expectation is drawn; opened: as apart, and P(τ) is written out.
    """
    if style == LINEAR:
        return _SHALLOW
    rules = dict(FORM)
    for kind, use in map(_used_at, lemmas):
        rules[kind] = (use, *rules.get(kind, ()))
    if style != PRENEX:
        rules[Mul] = (into(NOT_OVER_SETS),)
        rules[SumOver] = (_CASES, constants_out, slopes_vanish, _not_listed(sets_in_order))
    if style == OPENED:
        rules |= {PathProbability: (few_paths, step_by_step), TimeProduct: (*rules[TimeProduct], separate.apply)}
    if style == DRAWN:
        for kind in (Expectation, Conditional):
            rules[kind] = (*rules[kind], last_action_drawn)
    for kind, more in ABOUT_SAMPLES.items() if samples else ():
        rules[kind] = (*rules.get(kind, ()), *more)
    return rules
