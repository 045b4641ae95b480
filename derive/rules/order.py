"""Rules that lead to a line which is at least the one before."""

from __future__ import annotations

from sympy import Add, Expr, Max, Min, Mul

from derive import kernel
from derive.binding import fresh, names, substitute
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.rewriting import HOLE, Given
from derive.rules.rule import first_of, rule
from derive.terms import ZERO, Gradient, Inequality, Log, Maximum, real_symbol


@rule("what is added is at least zero", once=True)
def adding(node: Expr, given: Given, more: Expr) -> Theorem:
    """X ≤ X + Y for Y ≥ 0."""
    return kernel.monotone(law("nonnegative", ZERO, more, given=given), node + HOLE, HOLE, given)


@rule("no value is above the maximum", once=True)
def below_maximum(node: Expr, given: Given, maximum: Expr, at: Expr) -> Theorem:
    """f(v) ≤ max_x f(x)."""
    return law("below_maximum", node, maximum, at, given=given)


@rule("no difference is above the greatest", once=True)
def below_by(node: Expr, given: Given, maximum: Maximum, at: Expr) -> Theorem:
    """f(v) ≤ g(v) + max_x (f(x) − g(x))."""
    value = substitute(maximum.body, {maximum.var: at})
    if node not in Add.make_args(value):
        raise Refused("{} is no part of {}", node, value)
    return kernel.monotone(law("below_maximum", value, maximum, at, given=given), node - value + HOLE, HOLE, given)


@rule("constants out of the maximum", Maximum)
def constant_maximum(node: Expr, given: Given) -> Theorem:
    """max_x c = c and max_x (c + f(x)) = c + max_x f(x)."""
    return first_of("maximum_constant", "maximum_shift")(node, given)


@rule("neither is above the larger", once=True)
def below_larger(node: Expr, given: Given, larger: Expr) -> Theorem:
    """X ≤ max(X, Y)."""
    return law("below_larger", node, larger, given=given)


@rule("the smaller is below both", once=True)
def smaller_below(node: Expr, given: Given, part: Expr) -> Theorem:
    """min(X, Y) ≤ X."""
    return law("smaller_below", node, part, given=given)


@rule("no product is above that of the sizes", Mul, once=True)
def below_sizes(node: Expr, given: Given, first: Expr, second: Expr) -> Theorem:
    """x y ≤ |x| |y|."""
    return kernel.trans(kernel.ring(node, first * second, given), _of_sizes(first, second))


def _of_sizes(first: Expr, second: Expr) -> Theorem:
    x, y = (fresh(real_symbol(name), names(first) | names(second)) for name in "xy")
    order, size = Inequality(0, x), Max(x, -x)
    cases = []
    for up, case in ((x, order), (-x, Inequality(x, 0))):
        other = y if up == x else -y
        grown = kernel.monotone(law("below_larger", other, Max(y, -y)), up * HOLE, HOLE, [case])
        size_of_x = kernel.sym(law("extreme", size, up, given=[case]))
        cases.append(kernel.trans(grown, kernel.cong(size_of_x, HOLE * Max(y, -y), HOLE)))
    at_least, at_most = cases
    return kernel.inst(kernel.either(at_least, at_most, order), {x: first, y: second})


@rule("log x ≤ x − 1", Log, once=True)
def log_at_most(node: Expr, given: Given) -> Theorem:
    """log x ≤ x − 1 for x > 0."""
    return law("log_at_most", node, given=given)


@rule("1 − x ≤ −log x", Add, once=True)
def log_at_least(node: Expr, given: Given) -> Theorem:
    """1 − x ≤ −log x for x > 0."""
    inner = 1 - node
    below = kernel.monotone(law("log_at_most", Log(inner), given=given), node - Log(inner) + HOLE, HOLE, given)
    return kernel.trans(below, kernel.ring(below.rhs, -Log(inner), given))


@rule("by their order", Max, Min)
def by_order(node: Expr, given: Given) -> Theorem:
    """max(x, y) = x where y ≤ x, and min(x, y) = x where x ≤ y."""
    refusal: Exception = Refused("{} has no arguments", node)
    for chosen in node.args:
        try:
            return law("extreme", node, chosen, given=given)
        except (Refused, IllFormed) as fault:
            refusal = fault
    raise refusal


@rule("factor out of the larger or smaller", Max, Min)
def factor_of_extreme(node: Expr, given: Given, factor: Expr) -> Theorem:
    """max(c x, c y) = c max(x, y) for c ≥ 0, and c min(x, y) for c ≤ 0."""
    wanted = {f for f in Mul.make_args(factor) if not f.is_Rational}
    parts = [a / factor if a == 0 or wanted <= set(Mul.make_args(a)) else None for a in node.args]
    if None in parts or len(parts) != 2:
        raise Refused("{} is no factor of the two arguments of {}", factor, node)
    pair = [fresh(real_symbol(name), names(node)) for name in "xy"]  # for of the parts themselves SymPy may drop one
    size = factor if _is_at_least_zero(factor, given) else -factor
    kept = isinstance(node, Max) == (size == factor)
    orders = Inequality(*pair), Inequality(*reversed(pair))
    whole, inner = node.func(*(factor * part for part in pair)), (Max if kept else Min)(*pair)
    one, two = (_scaled(whole, inner, factor, size, (*given, order)) for order in orders)
    scaled = kernel.inst(kernel.either(one, two, orders[0], given), dict(zip(pair, parts, strict=True)))
    return kernel.trans(kernel.ring(node, scaled.lhs, given), scaled)


def _is_at_least_zero(factor: Expr, given: Given) -> bool:
    try:
        law("nonnegative", ZERO, factor, given=given)
    except Refused:
        return False
    return True


def _scaled(whole: Expr, inner: Expr, factor: Expr, size: Expr, given: Given) -> Theorem:
    """⊢ max(c x, c y) = c max(x, y) (or min) where the order of x and y, and |c|, are given."""
    decided = by_order.convert(inner, given)
    chosen, (other,) = decided.rhs, [a for a in inner.args if a != decided.rhs]
    gap = chosen - other if isinstance(inner, Max) else other - chosen
    outer = law("extreme", whole, factor * chosen, size * gap, given=given)
    return kernel.trans(outer, kernel.cong(kernel.sym(decided), factor * HOLE, HOLE, given))


@rule("gradient of the larger or smaller", Mul)
def gradient_of_extreme(node: Expr, given: Given) -> Theorem:
    """|x − y| ∇max(x, y) = max(x − y, 0) ∇x + max(y − x, 0) ∇y; for min, with ∇x for ∇y."""
    slopes = [f for f in node.args if isinstance(f, Gradient) and isinstance(f.body, (Max, Min))]
    for slope in slopes:
        x, y = slope.body.args
        distance = Max(x - y, y - x)
        if distance in node.args:
            rest = Mul(*(f for f in node.args if f not in (slope, distance)))
            moved = law("gradient_extreme", distance * slope, given=given)
            return kernel.cong(moved, rest * HOLE, HOLE, given)
    raise Refused("{} is no gradient of an extreme, weighed with a distance", node)
