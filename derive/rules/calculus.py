"""Gradients, logarithms and exponentials."""

from __future__ import annotations

from sympy import Expr

from derive.kernel import Theorem, law
from derive.rewriting import Given
from derive.rules.rule import first_of, rule
from derive.terms import At, Exp, Gradient, Log


@rule("product rule", Gradient)
def product_rule(node: Expr, given: Given) -> Theorem:
    """∇(f g) = (∇f) g + f ∇g."""
    return first_of("gradient_constant", "homogeneity", "leibniz")(node, given)


@rule("chain rule", Gradient)
def chain_rule(node: Expr, given: Given) -> Theorem:
    """The derivative of sums, powers, exponentials and of the parameter itself."""
    return first_of(
        "gradient_constant",
        "gradient_parameter",
        "additivity",
        "homogeneity",
        "gradient_power",
        "gradient_exp",
        "gradient_case",
    )(node, given)


@rule("does not depend on θ", Gradient)
def constant(node: Expr, given: Given) -> Theorem:
    """∇c = 0 and ∇(c f) = c ∇f where c does not depend on the parameter."""
    return first_of("gradient_constant", "homogeneity", "additivity")(node, given)


@rule("∇p = p ∇log p", Gradient)
def log_derivative(node: Expr, given: Given) -> Theorem:
    """∇ log p = ∇p / p for p > 0."""
    return law("gradient_log", node, given=given)


@rule("logarithm of a product", Log)
def log_of_product(node: Expr, given: Given) -> Theorem:
    """log ∏ f = Σ log f and log f^n = n log f for positive factors, log e^x = x."""
    return first_of("log_product", "log_power", "log_exp")(node, given)


@rule("e to a sum", Exp)
def exp_of_sum(node: Expr, given: Given) -> Theorem:
    """e^(x+y) = e^x e^y, e^(n x) = (e^x)^n, e^0 = 1."""
    return first_of("exp_zero", "exp_sum", "exp_multiple")(node, given)


@rule("value at a point", At, Exp)
def evaluate_at(node: Expr, given: Given) -> Theorem:
    """f(θ) at θ = v, and e^0 = 1."""
    return first_of("evaluation", "exp_zero")(node, given)
