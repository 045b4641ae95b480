"""Derived rules: the reasons that a line of a derivation may give. Untrusted: each ends in kernel theorems.

A rule has the words that a sheet prints, and a conversion of one node. Rules are oriented so that applying one
everywhere comes to an end; a line is justified when it and the line before it reach the same term
(derive/calc.py). To add a rule, write one here; it is found by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, Mul

import derive.axioms  # noqa: F401  (admits the laws)
from derive import kernel
from derive.binding import bound_name, fresh, names, substitute
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.rewriting import HOLE, Conversion, Given, everywhere
from derive.terms import (
    Apply,
    At,
    Cases,
    Defined,
    Definition,
    Exp,
    Expectation,
    Gradient,
    Log,
    Mean,
    PathSum,
    Process,
    SumOver,
    TimeProduct,
    TimeSum,
    Variance,
)
from derive.terms import Given as Conditional
from derive.timeline import linear

SUMS = (TimeSum, SumOver, PathSum)
AVERAGES = (Mean, Expectation, Conditional)


@dataclass(frozen=True)
class Rule:
    """A reason: `name` in the source, `words` on the sheet, `nodes` that it looks at.

    A rule is applied everywhere, innermost first (`outside_in`: outermost first); a `once` rule at one place.
    """

    name: str
    words: str
    convert: Conversion
    nodes: tuple[type, ...] = (Expr,)
    once: bool = False
    outside_in: bool = False

    def __call__(self, *args: Any) -> Rule:
        """The rule with arguments, such as split(t)."""
        whole: Callable[..., Theorem] = self.convert
        return replace(self, convert=lambda node, given: whole(node, given, *args))

    def apply(self, node: Expr, given: Given) -> Theorem:
        """⊢ node = what the rule makes of it."""
        if not isinstance(node, self.nodes):
            raise Refused("{} works on {}", self.name, ", ".join(k.__name__ for k in self.nodes))
        return self.convert(node, given)


RULES: dict[str, Rule] = {}


def _rule(
    words: str, *nodes: type, once: bool = False, outside_in: bool = False
) -> Callable[[Callable[..., Theorem]], Rule]:
    def register(convert: Callable[..., Theorem]) -> Rule:
        name = convert.__name__
        RULES[name] = Rule(name, words, convert, nodes or (Expr,), once, outside_in)
        return RULES[name]

    return register


def first_of(*laws: str) -> Conversion:
    """The first of several laws that applies and changes the node."""

    def convert(node: Expr, given: Given) -> Theorem:
        refusal: Exception = Refused("no law applies")
        for name in laws:
            try:
                theorem = law(name, node, given=given)
            except (Refused, IllFormed) as fault:
                refusal = fault
                continue
            if theorem.rhs != node:
                return theorem
        raise refusal

    return convert


# definitions


@_rule("definition", Defined)
def unfold(node: Expr, given: Given, *only: Definition) -> Theorem:
    """A name is what it stands for: every name, or only those given."""
    if only and node.definition not in only:
        raise Refused("{} is not to be unfolded here", node)
    return kernel.define(node, given)


@_rule("definition of expectation", Mean, Expectation)
def expectation(node: Expr, given: Given) -> Theorem:
    """E[X] = Σ_x p(x) X, or Σ_τ P(τ) X."""
    return kernel.define(node, given)


@_rule("definition of variance", Variance)
def variance(node: Expr, given: Given) -> Theorem:
    """Var X = E[X²] − (E X)²."""
    return kernel.define(node, given)


@_rule("arithmetic")
def arithmetic(node: Expr, given: Given) -> Theorem:
    """Both lines are the same rational function of their atoms."""
    raise Refused("arithmetic only compares two lines")


# linear operators


@_rule("linearity")
def linearity(node: Expr, given: Given) -> Theorem:
    """L(X + Y) = L X + L Y, L(c X) = c L(X) for averages and gradients, which pass through finite sums."""
    if isinstance(node, SUMS):
        return number_out(node, given)
    if isinstance(node, Mul):
        return into_sums(node, given)
    return first_of("vanishing", "gradient_constant", "additivity", "homogeneity", "average_of_one", "exchange")(
        node, given
    )


def number_out(node: Expr, given: Given) -> Theorem:
    """Σ (f + g) = Σ f + Σ g and Σ 2 f = 2 Σ f: numbers stand before a sum, all else in it."""
    number, rest = node.body.as_coeff_Mul()
    if number in (0, 1):
        return first_of("vanishing", "additivity")(node, given)
    return law("homogeneity", node, number, rest, given=given)


def into_sums(node: Expr, given: Given) -> Theorem:
    """c Σ_k f(k) = Σ_k c f(k), for a c that is no number."""
    for total in (a for a in node.args if isinstance(a, SUMS)):
        number, others = Mul(*(a for a in node.args if a is not total)).as_coeff_Mul()
        inner = _apart(total, others)
        merged = inner.func(others * inner.body, *inner.args[1:])
        if others == 1:
            continue
        try:
            entered = kernel.sym(law("homogeneity", merged, others, inner.body, given=given))
        except (Refused, IllFormed):
            continue
        return entered if number == 1 else kernel.cong(entered, number * HOLE, HOLE, given)
    raise Refused("no factor is a sum that the others may enter")


def _apart(total: Expr, others: Expr) -> Expr:
    name = bound_name(total)
    if name is None or name not in names(others):
        return total
    new = fresh(name, names(others) | names(total))
    return total.func(substitute(total.body, {name: new}), new, *total.args[2:])


@_rule("constants out of the sum", *SUMS, *AVERAGES)
def factor_out(node: Expr, given: Given) -> Theorem:
    """Σ_k c f(k) = c Σ_k f(k)."""
    return first_of("vanishing", "homogeneity", "average_of_one")(node, given)


@_rule("order of summation", *SUMS, once=True)
def reorder(node: Expr, given: Given) -> Theorem:
    """Σ_t Σ_k = Σ_k Σ_t."""
    return law("exchange", node, given=given)


@_rule("probabilities sum to one", SumOver)
def normalised(node: Expr, given: Given) -> Theorem:
    """Σ_x p(x) = 1 for a probability mass function."""
    return law("normalisation", node, given=given)


@_rule("derivative and finite sum exchanged", Gradient)
def gradient_of_sum(node: Expr, given: Given) -> Theorem:
    """∇ Σ_x f = Σ_x ∇f."""
    return first_of("exchange", "additivity")(node, given)


# gradients


@_rule("product rule", Gradient)
def product_rule(node: Expr, given: Given) -> Theorem:
    """∇(f g) = (∇f) g + f ∇g."""
    return first_of("gradient_constant", "homogeneity", "leibniz")(node, given)


@_rule("chain rule", Gradient)
def chain_rule(node: Expr, given: Given) -> Theorem:
    """The derivative of sums, powers, exponentials and of the parameter itself."""
    return first_of(
        "gradient_constant",
        "gradient_parameter",
        "additivity",
        "homogeneity",
        "gradient_power",
        "gradient_exp",
    )(node, given)


@_rule("does not depend on θ", Gradient)
def constant(node: Expr, given: Given) -> Theorem:
    """∇c = 0 and ∇(c f) = c ∇f where c does not depend on the parameter."""
    return first_of("gradient_constant", "homogeneity", "additivity")(node, given)


@_rule("∇p = p ∇log p", Gradient)
def log_derivative(node: Expr, given: Given) -> Theorem:
    """∇ log p = ∇p / p for p > 0."""
    return law("gradient_log", node, given=given)


@_rule("logarithm of a product", Log)
def log_of_product(node: Expr, given: Given) -> Theorem:
    """log ∏ f = Σ log f and log f^n = n log f for positive factors, log e^x = x."""
    return first_of("log_product", "log_power", "log_exp")(node, given)


@_rule("e to a sum", Exp)
def exp_of_sum(node: Expr, given: Given) -> Theorem:
    """e^(x+y) = e^x e^y, e^(n x) = (e^x)^n, e^0 = 1."""
    return first_of("exp_zero", "exp_sum", "exp_multiple")(node, given)


# the trajectory


@_rule("tower property", Expectation, Conditional, once=True)
def tower(node: Expr, given: Given, position: Expr) -> Theorem:
    """E[X] = E[E[X | up to position]]."""
    return law("tower", node, position, given=given)


@_rule("already known: a constant", Conditional)
def known(node: Expr, given: Given) -> Theorem:
    """E[c X | h] = c E[X | h] for c known given h."""
    return first_of("vanishing", "homogeneity", "average_of_one")(node, given)


@_rule("what comes later does not matter", Expectation, once=True)
def marginal(node: Expr, given: Given, steps: Expr) -> Theorem:
    """E[X] over T steps is E[X] over the first n, for X known at s_n."""
    return law("marginal", node, steps, given=given)


@_rule("no action is drawn in between", Conditional, Expectation, once=True)
def transport(node: Expr, given: Given, other: Expr) -> Theorem:
    """E_π[X | h_t, a_t] = E_μ[X | h_t, a_t] for X known at s_{t+1}; E_π[X] = E_μ[X] for X known at s_0."""
    return law("transport", node, other, given=given)


@_rule("draw the action", Conditional)
def draw_action(node: Expr, given: Given) -> Theorem:
    """E[f(h_t, a_t) | h_t] = Σ_a π(a|s_t) f(h_t, a)."""
    return law("draw_action", node, given=given)


@_rule("draw the next state", Conditional)
def draw_state(node: Expr, given: Given) -> Theorem:
    """E[f | h_t, a_t] = Σ_s' P(s'|s_t, a_t) f."""
    return law("draw_state", node, given=given)


@_rule("draw the first state", Expectation)
def draw_start(node: Expr, given: Given) -> Theorem:
    """E[f(s_0)] = Σ_s ρ_0(s) f(s)."""
    return law("draw_start", node, given=given)


@_rule("score function identity", Conditional)
def score_vanishes(node: Expr, given: Given) -> Theorem:
    """E[∇log π(a_t|s_t) | h_t] = Σ_a π ∇log π = ∇ Σ_a π = ∇1 = 0."""
    drawn = law("draw_action", node, given=given)
    opened = kernel.trans(drawn, everywhere(drawn.rhs, log_derivative, given))
    return kernel.trans(opened, _sum_of_gradients(opened.rhs, given))


def _sum_of_gradients(total: Expr, given: Given) -> Theorem:
    if not (isinstance(total, SumOver) and isinstance(total.body, Gradient)):
        raise Refused("{} is not a sum of gradients of probabilities", total)
    outside = Gradient(SumOver(total.body.body, total.var), total.body.parameter)
    exchanged = kernel.sym(law("exchange", outside, given=given))
    one = everywhere(outside, normalised, given)
    return kernel.trans(exchanged, kernel.trans(one, law("gradient_constant", one.rhs, given=given)))


@_rule("multiplication rule of probability")
def path_probability(node: Expr, given: Given) -> Theorem:
    """P(τ) step by step: the first state, then each action and the state it leads to."""
    return first_of("path_start", "path_step")(node, given)


@_rule("the same trajectories", PathSum, once=True)
def same_paths(node: Expr, given: Given, process: Process) -> Theorem:
    """Σ_τ X does not depend on what the trajectories are drawn with."""
    return law("paths_alike", node, process, given=given)


@_rule("sum over the last step first", PathSum)
def sum_last_step(node: Expr, given: Given) -> Theorem:
    """Σ_τ over n+1 steps is Σ_τ over n steps of the sums over the last action and state."""
    return first_of("paths_start", "paths_step")(node, given)


# ranges of time


@_rule("split of the sum", TimeSum, TimeProduct, once=True)
def split(node: Expr, given: Given, middle: Expr) -> Theorem:
    """Σ_{k=a}^{b} = Σ_{k=a}^{m-1} + Σ_{k=m}^{b}; products likewise."""
    return law("split", node, middle, given=given)


@_rule("shift of the index", TimeSum, TimeProduct, once=True)
def shift(node: Expr, given: Given, by: Expr) -> Theorem:
    """Σ_{k=a}^{b} f(k) = Σ_{k=a+c}^{b+c} f(k-c)."""
    return law("shift", node, by, given=given)


@_rule("product of products", TimeProduct)
def separate(node: Expr, given: Given) -> Theorem:
    """∏ f g = ∏ f ∏ g, ∏ f^n = (∏ f)^n."""
    return first_of("product_of_products", "product_of_powers")(node, given)


@_rule("last factor apart", TimeSum, TimeProduct, once=True)
def last_apart(node: Expr, given: Given) -> Theorem:
    """∏_{k=a}^{b} f = ∏_{k=a}^{b-1} f · f(b) for a ≤ b; sums likewise."""
    parts = law("split", node, node.upper, given=given)
    return kernel.trans(parts, everywhere(parts.rhs, Rule("single", "", first_of("single")), given))


@_rule("written out", TimeSum, TimeProduct)
def write_out(node: Expr, given: Given) -> Theorem:
    """A sum or product over numbers, term by term."""
    if linear(node.upper - node.lower)[1]:
        raise Refused("{} has no fixed number of terms", node)
    try:
        return first_of("empty", "single")(node, given)
    except (Refused, IllFormed):
        return law("split", node, node.upper, given=given)


@_rule("number of terms", TimeSum)
def count(node: Expr, given: Given) -> Theorem:
    """Σ_{k=a}^{b} c = (b - a + 1) c."""
    return first_of("count", "homogeneity")(node, given)


@_rule("empty sum or product", TimeSum, TimeProduct)
def empty(node: Expr, given: Given) -> Theorem:
    """A sum over nothing is 0, a product over nothing 1."""
    return law("empty", node, given=given)


@_rule("case by case", SumOver, Cases, outside_in=True)
def enumerate_cases(node: Expr, given: Given) -> Theorem:
    """A sum over a listed set written out, and its case distinctions decided."""
    return first_of("case", "sift", "enumeration")(node, given)


@_rule("at the old policy", Apply)
def at_old(node: Expr, given: Given) -> Theorem:
    """π_θ = π_old at the parameter in question; not under a gradient."""
    return law("coincidence", node, given=given)


@_rule("value at a point", At, Exp)
def evaluate_at(node: Expr, given: Given) -> Theorem:
    """f(θ) at θ = v, and e^0 = 1."""
    return first_of("evaluation", "exp_zero")(node, given)
