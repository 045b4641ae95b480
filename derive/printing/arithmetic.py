"""Arithmetic and calculus, as they are written: the field's order of terms and factors, fences where needed."""

from __future__ import annotations

from sympy import Add, Basic, Max, Min, Mul, Pow, Rational

from derive.printing import order
from derive.printing.boxes import (
    Applied,
    Box,
    Branches,
    Evaluated,
    Fenced,
    Fraction,
    Ident,
    Number,
    Operator,
    Product,
    Root,
    Row,
    Script,
    Sign,
    is_tall,
    listed,
    opens_with_digit,
    opens_with_operator,
    scripted,
)
from derive.printing.pieces import (
    ATOM,
    CASES,
    EVALUATED,
    OPEN,
    POWER,
    PREFIX,
    PRODUCT,
    SUM,
    Laid,
    boxed,
    fitted,
    lay,
    lays,
    plain,
)
from derive.terms import At, Cases, Exp, Gradient, Log


@lays(Gradient)
def _gradient(node: Gradient) -> Laid:
    """∇_θ f, and ∇²_θ f for the gradient of a gradient."""
    body, times = node.body, 1
    while isinstance(body, Gradient) and body.parameter == node.parameter:
        body, times = body.body, times + 1
    above = Number(str(times)) if times > 1 else None
    return _applied(Script(Sign("∇", "tight"), boxed(node.parameter), above), body)


def _applied(operator: Box, body: Basic) -> Laid:
    piece = lay(body)
    return Laid(Applied(operator, fitted("operand", piece)), OPEN if piece.level == OPEN else PREFIX)


@lays(Log)
def _log(node: Log) -> Laid:
    return _applied(Operator("log"), node.body)


@lays(At)
def _at(node: At) -> Laid:
    place = Row((boxed(node.parameter), Sign("=", "relation"), boxed(node.value)))
    return Laid(Evaluated(fitted("evaluated", lay(node.body)), place), EVALUATED)


@lays(Exp)
def _exp(node: Exp) -> Laid:
    body = _exponent(node.body)
    if is_tall(body):
        return Laid(Row((Operator("exp"), Fenced(body))), ATOM)
    return Laid(Script(Ident("e"), None, body), ATOM)


@lays(Cases)
def _cases(node: Cases) -> Laid:
    subject = boxed(node.subject)
    rows = tuple((boxed(e), Row((subject, Sign("=", "relation"), boxed(v)))) for v, e in node.branches)
    return Laid(Branches(rows, boxed(node.default)), CASES)


@lays(Rational)
def _number(node: Rational) -> Laid:
    box: Box = Number(str(abs(node.p)))
    if node.q != 1:
        box = Fraction(box, Number(str(node.q)))
    return Laid(Row((Sign("-", "prefix"), box)), SUM) if node < 0 else Laid(box, ATOM)


def _exponent(node: Basic) -> Box:
    """A fraction in an exponent has a slash."""
    if not isinstance(node, Rational) or node.q == 1:
        return boxed(node)
    slashed = (Number(str(abs(node.p))), Sign("/", "tight"), Number(str(node.q)))
    return Row((Sign("-", "prefix"), *slashed) if node < 0 else slashed)


@lays(Pow)
def _power(node: Pow) -> Laid:
    base, exponent = node.base, node.exp
    if isinstance(exponent, Rational) and exponent < 0:
        return _product(node)
    if exponent == Rational(1, 2):
        return Laid(Root(boxed(base)), ATOM)
    below = lay(base)
    loose = isinstance(below.box, Fraction) or isinstance(base, Exp) or opens_with_operator(below.box)
    box = below.box if below.level == ATOM and not loose else Fenced(below.box)
    if isinstance(box, Script) and box.sup is not None:
        box = Fenced(box)
    return Laid(scripted(box, None, _exponent(exponent)), POWER)


@lays(Add)
def _sum(node: Add) -> Laid:
    items: list[Box] = []
    for term in sorted(node.args, key=lambda a: order.term_key(a, bool(node.is_integer), plain)):
        negative = term.as_coeff_Mul()[0].is_negative
        if items or negative:
            items.append(Sign("-" if negative else "+", "binary" if items else "prefix"))
        items.append(fitted("term", lay(-term if negative else term)))
    return Laid(Row(tuple(items)), SUM)


@lays(Mul)
def _product(node: Mul | Pow) -> Laid:
    if node.as_coeff_Mul()[0].is_negative:
        return Laid(Row((Sign("-", "prefix"), fitted("term", lay(-node)))), SUM)
    plan = order.arranged(node, plain)
    pieces = [_piece(part) for part in plan]
    return pieces[0] if len(pieces) == 1 else Laid(_juxtaposed(pieces), PRODUCT)


def _piece(part: Basic | order.Quotient) -> Laid:
    if not isinstance(part, order.Quotient):
        return lay(part)
    above, below = (_factors(p) for p in (part.above, part.below))
    return Laid(Fraction(above, below), ATOM)


def _factors(parts: tuple[Basic, ...]) -> Box:
    pieces = [lay(p) for p in parts]
    if len(pieces) == 1:
        return fitted("term", pieces[0]) if pieces[0].level == CASES else pieces[0].box
    return _juxtaposed(pieces)


def _juxtaposed(pieces: list[Laid]) -> Box:
    several = sum(p.level == OPEN for p in pieces) > 1
    items: list[Box] = []
    for i, piece in enumerate(pieces):
        role = "last" if i == len(pieces) - 1 and not (several and piece.level == OPEN) else "factor"
        box = fitted(role, piece)
        if items and opens_with_digit(box):
            items.append(Sign("·", "binary"))
        items.append(box)
    return Product(tuple(items))


@lays(Min, Max)
def _extreme(node: Min | Max) -> Laid:
    if isinstance(node, Max) and len(node.args) == 2 and node.args[0] == -node.args[1]:
        inside = next((a for a in node.args if not a.could_extract_minus_sign()), node.args[0])
        return Laid(Fenced(boxed(inside), "||"), ATOM)
    args = tuple(boxed(a) for a in sorted(node.args, key=plain))
    name = "min" if isinstance(node, Min) else "max"
    return Laid(Row((Operator(name), Fenced(listed(args, Sign(",", "comma"))))), ATOM)
