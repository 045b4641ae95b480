"""Closed arithmetic in a text: exact rational numbers; `≈` is right when it is right to the digits printed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from flint import arb

from derive.book import judge as judging
from derive.book import tree
from derive.book.context import stop
from derive.book.elaborate import decimal
from derive.book.judge import Judgement, Judges
from derive.book.tree import Node, walk
from derive.terms import Equation

MAX_BITS = 4_000


def judge(left: Node, operator: str, right: Node, judges: Judges) -> Judgement:
    """A relation between two closed numbers: exact first, then with every decimal known to the digits printed."""
    if not (rational(left) and rational(right)):
        return _transcendental(left, operator, right)
    one, two = value(left), value(right)
    equation = Equation(decimal(str(one)), decimal(str(two)))
    if operator != "approx" and one == two:
        return judging.judge(equation, (), judges)
    if abs(one - two) <= _half_unit(left) + _half_unit(right) or (operator == "approx" and _overlap(left, right)):
        return _rounded(operator)
    judgement = judging.judge(equation, (), judges)
    return replace(judgement, code="D011") if judgement.verdict == "refuted" else judgement


def _rounded(operator: str) -> Judgement:
    if operator == "approx":
        return Judgement("holds", "D003", "right to the digits printed")
    return Judgement("unknown", "D057", "equal only to the digits printed; write ≈")


def _transcendental(left: Node, operator: str, right: Node) -> Judgement:
    """e^x and σ(x) of decimals, as balls: what does not certainly differ is right to the digits printed."""
    if _ball(left).overlaps(_ball(right)):
        return Judgement("holds", "D003", f"both sides are {_ball(left).str(8, radius=False)}")
    if _overlap(left, right):
        return _rounded(operator)
    found = " and ".join(_ball(side).str(8, radius=False) for side in (left, right))
    return Judgement("unknown", "D057", f"differs beyond the digits printed: {found}; check by hand")


def _overlap(left: Node, right: Node) -> bool:
    """Equal to the digits printed, where the decimals with the most places may have been rounded."""
    texts = [n.text for side in (left, right) for n in walk(side) if isinstance(n, tree.Num) and "." in n.text]
    most = max((len(t.split(".")[1]) for t in texts), default=None)
    return bool(_ball(left, rounded=most).overlaps(_ball(right, rounded=most)))


def rational(node: Node) -> bool:
    """Whether only rational operations occur."""
    return not any(isinstance(n, (tree.Fun, tree.Sym, tree.Call)) for n in walk(node))


def _ball(node: Node, *, rounded: int | None = None) -> arb:
    """The value in a ball; a decimal of `rounded` places or more is known to half a unit in its last place only."""
    if isinstance(node, tree.Num):
        exact = Fraction(node.text)
        places = len(node.text.split(".")[1]) if "." in node.text else None
        middle = arb(exact.numerator) / arb(exact.denominator)
        half = (
            arb(1) / (2 * arb(10) ** places)
            if places is not None and rounded is not None and places >= rounded
            else arb(0)
        )
        return middle + half * arb(0, 1)
    if isinstance(node, tree.Group) and node.items.only is not None:
        return _ball(node.items.only, rounded=rounded)
    if isinstance(node, tree.Add):
        return sum((sign * _ball(term, rounded=rounded) for sign, term in node.terms), arb(0))
    if isinstance(node, tree.Mul):
        product = arb(1)
        for factor in node.factors:
            product *= _ball(factor, rounded=rounded)
        return product
    if isinstance(node, tree.Div):
        return _ball(node.over, rounded=rounded) / _ball(node.under, rounded=rounded)
    if isinstance(node, tree.Pow):
        exponent = value(node.exponent)
        if exponent.denominator != 1 or abs(exponent) > 64:
            raise stop("the exponent is out of bounds (64)", node)
        return _ball(node.base, rounded=rounded) ** int(exponent)
    if isinstance(node, tree.Fun) and node.name in ("exp", "log"):
        inside = _ball(node.body, rounded=rounded)
        return inside.exp() if node.name == "exp" else inside.log()
    if isinstance(node, tree.Sym) and node.head == "e" and node.sup is not None and node.sup.only is not None:
        return _ball(node.sup.only, rounded=rounded).exp()
    if isinstance(node, tree.Call) and node.head.head == "sigma" and node.args.only is not None:
        return 1 / (1 + (-_ball(node.args.only, rounded=rounded)).exp())
    raise stop("this is no closed arithmetic", node)


def value(node: Node) -> Fraction:
    """The number that closed arithmetic denotes. Raises Stopped when it grows out of bounds."""
    found = _value(node)
    if found.numerator.bit_length() > MAX_BITS or found.denominator.bit_length() > MAX_BITS:
        raise stop("a number out of bounds", node)
    return found


def _value(node: Node) -> Fraction:
    if isinstance(node, tree.Num):
        return Fraction(node.text)
    if isinstance(node, tree.Group) and node.items.only is not None:
        return value(node.items.only)
    if isinstance(node, tree.Add):
        return sum((sign * value(term) for sign, term in node.terms), Fraction(0))
    if isinstance(node, tree.Mul):
        product = Fraction(1)
        for factor in node.factors:
            product *= value(factor)
        return product
    if isinstance(node, tree.Div):
        under = value(node.under)
        if under == 0:
            raise stop("division by zero", node)
        return value(node.over) / under
    if isinstance(node, tree.Pow):
        base, exponent = value(node.base), value(node.exponent)
        if exponent.denominator != 1 or abs(exponent) > 64 or (base == 0 and exponent < 0):
            raise stop("the exponent is out of bounds (64)", node)
        return Fraction(base) ** int(exponent)
    raise stop("this is no closed arithmetic", node)


def _half_unit(node: Node) -> Fraction:
    """Half a unit in the last place of a decimal that stands alone; 0 for whole numbers and for longer expressions."""
    literals = [n for n in walk(node) if isinstance(n, tree.Num)]
    if len(literals) != 1 or "." not in literals[0].text:
        return Fraction(0)
    return Fraction(1, 2 * 10 ** len(literals[0].text.split(".")[1]))
