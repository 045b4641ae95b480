"""Closed arithmetic in a text: exact rational numbers; `≈` is right when it is right to the digits printed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.book import judge as judging
from derive.book import tree
from derive.book.context import stop
from derive.book.elaborate import decimal
from derive.book.judge import Judgement, Judges
from derive.book.tree import Node, walk
from derive.terms import Equation

MAX_BITS = 4_000


def judge(left: Node, operator: str, right: Node, judges: Judges) -> Judgement:
    """A relation between two closed numbers."""
    one, two = value(left), value(right)
    equation = Equation(decimal(str(one)), decimal(str(two)))
    if operator != "approx" and one == two:
        return judging.judge(equation, (), judges)
    if abs(one - two) <= _half_unit(left) + _half_unit(right):
        if operator == "approx":
            return Judgement("holds", "D003", "right to the digits printed")
        return Judgement("unknown", "D057", f"equal only to the digits printed: {one} and {two}; write ≈")
    judgement = judging.judge(equation, (), judges)
    return replace(judgement, code="D011") if judgement.verdict == "refuted" else judgement


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
