"""Sums and products over ranges of time, or of samples."""

from __future__ import annotations

from sympy import Expr, Mul, Pow

from derive import kernel
from derive.binding import fresh, names, substitute
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.rewriting import HOLE, Given, everywhere
from derive.rules.linear import into_sums
from derive.rules.rule import Rule, first_of, rule
from derive.terms import SumOver, TimeProduct, TimeSum
from derive.timeline import linear


@rule("split of the sum", TimeSum, TimeProduct, once=True)
def split(node: Expr, given: Given, middle: Expr) -> Theorem:
    """Σ_{k=a}^{b} = Σ_{k=a}^{m-1} + Σ_{k=m}^{b}; products likewise."""
    return law("split", node, middle, given=given)


@rule("shift of the index", TimeSum, TimeProduct, once=True)
def shift(node: Expr, given: Given, by: Expr) -> Theorem:
    """Σ_{k=a}^{b} f(k) = Σ_{k=a+c}^{b+c} f(k-c)."""
    return law("shift", node, by, given=given)


@rule("product of products", TimeProduct)
def separate(node: Expr, given: Given) -> Theorem:
    """∏ f g = ∏ f ∏ g, ∏ f^n = (∏ f)^n."""
    return first_of("product_of_products", "product_of_powers")(node, given)


@rule("last factor apart", TimeSum, TimeProduct, once=True)
def last_apart(node: Expr, given: Given) -> Theorem:
    """∏_{k=a}^{b} f = ∏_{k=a}^{b-1} f · f(b) for a ≤ b; sums likewise."""
    parts = law("split", node, node.upper, given=given)
    return kernel.trans(parts, everywhere(parts.rhs, Rule("single", "", first_of("single")), given))


@rule("written out", TimeSum, TimeProduct)
def write_out(node: Expr, given: Given) -> Theorem:
    """A sum or product over numbers, term by term."""
    if linear(node.upper - node.lower)[1]:
        raise Refused("{} has no fixed number of terms", node)
    try:
        return first_of("empty", "single")(node, given)
    except (Refused, IllFormed):
        return law("split", node, node.upper, given=given)


@rule("number of terms", TimeSum, TimeProduct)
def count(node: Expr, given: Given) -> Theorem:
    """Σ_{k=a}^{b} c = (b - a + 1) c and ∏_k 1 = 1."""
    return first_of("count", "product_of_ones", "homogeneity")(node, given)


@rule("empty sum or product", TimeSum, TimeProduct)
def empty(node: Expr, given: Given) -> Theorem:
    """A sum over nothing is 0, a product over nothing 1."""
    return law("empty", node, given=given)


@rule("one term apart", TimeSum, TimeProduct)
def one_apart(node: Expr, given: Given, at: Expr) -> Theorem:
    """Σ_{k=a}^{b} f = Σ_{k=a}^{m-1} f + f(m) + Σ_{k=m+1}^{b} f for a ≤ m ≤ b; products likewise."""
    begun = law("split", node, at, given=given)
    rest = node.func(node.body, node.index, at, node.upper)
    ended = law("split", rest, at + 1, given=given)
    alone = law("single", node.func(node.body, node.index, at, at), given=given)
    for step in (ended, alone):
        begun = kernel.trans(begun, replaced(begun.rhs, step, given))
    return begun


def replaced(term: Expr, theorem: Theorem, given: Given) -> Theorem:
    """⊢ term = term with the left side of the theorem, one of its summands or factors, replaced by the right side."""
    rest = tuple(a for a in term.args if a != theorem.lhs)
    if len(rest) == len(term.args) or term.func(*rest, theorem.lhs) != term:
        raise Refused("{} stands not by itself in {}", theorem.lhs, term)
    return kernel.cong(theorem, term.func(*rest, HOLE), HOLE, given)


@rule("square of a sum", Pow)
def square_of_sum(node: Expr, given: Given) -> Theorem:
    """(Σ_k f(k))² = Σ_k Σ_l f(k) f(l)."""
    total, two = node.args
    if two != 2 or not isinstance(total, (TimeSum, SumOver)):
        raise Refused("{} is no square of a sum", node)
    index = fresh(total.args[1], names(total))
    other = total.func(substitute(total.body, {total.args[1]: index}), index, *total.args[2:])
    double = total.func(other * total.body, *total.args[1:])
    whole = kernel.sym(law("homogeneity", double, other, total.body, given=given))
    entered = kernel.trans(kernel.refl(node), whole)
    return kernel.trans(entered, everywhere(double, Rule("into_sums", "", into_sums, (Mul,)), given))
