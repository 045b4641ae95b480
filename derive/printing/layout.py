"""Terms and statements as presentation trees, with parentheses exactly where they are needed.

The grammar of what is printed: Σ and ∏ reach as far right as their product goes; ∇ and log take the one thing
that follows them; a conditional or evaluated term ends at its bar. `derive/printing/order.py` says what comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from sympy import Add, Basic, Expr, Integer, Max, Min, Mul, Pow, Rational, Symbol

from derive.binding import free
from derive.errors import IllFormed
from derive.printing import order
from derive.printing.boxes import (
    Applied,
    Big,
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
    called,
    is_tall,
    letters,
    listed,
    opens_with_digit,
    opens_with_operator,
    parts,
    scripted,
    spelled,
)
from derive.terms import (
    Action,
    Always,
    Apply,
    At,
    AtMost,
    Cases,
    Coincide,
    Defined,
    Definition,
    Domain,
    Draw,
    Equation,
    Exp,
    Expectation,
    Given,
    Gradient,
    History,
    Inequality,
    Letter,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    Possible,
    Process,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
    sort_of,
)


class Laid(NamedTuple):
    """A box and how tightly it holds together."""

    box: Box
    level: str


# What a piece is, seen from outside. Fences follow from this alone.
ATOM = "atom"  # a letter, f(x), E[…], a fraction
POWER = "power"  # x²
PREFIX = "prefix"  # ∇x, log x
OPEN = "open"  # Σ x: reaches to the right as far as it can
PRODUCT = "product"
EVALUATED = "evaluated"  # x|_{θ=0}
SUM = "sum"  # a + b, and -a
CASES = "cases"
_UNDER = {  # what may stand without fences …
    "term": {ATOM, POWER, PREFIX, OPEN, PRODUCT, EVALUATED},  # in a sum
    "factor": {ATOM, POWER},  # in a product, before the last
    "last": {ATOM, POWER, PREFIX, OPEN},  # in a product, at its end
    "operand": {ATOM, PREFIX, OPEN},  # after ∇ or log
    "scope": {ATOM, POWER, PREFIX, OPEN, PRODUCT},  # after Σ
    "base": {ATOM},  # under an exponent
    "evaluated": {ATOM, PREFIX},  # before a bar
}
_TAU = Ident("τ")


def layout(node: Any) -> Box:
    """The presentation tree of a term, a letter, a definition, a process or a statement."""
    if isinstance(node, Equation):
        return Row((layout(node.lhs), Sign("=", "relation"), layout(node.rhs)))
    if isinstance(node, Inequality):
        return Row((layout(node.lesser), Sign("≤", "relation"), layout(node.greater)))
    if isinstance(node, Always):
        return _always(node)
    if isinstance(node, AtMost):
        return _at_most(node)
    if isinstance(node, Positive):
        return Row((symbol(node.letter), Sign(">", "relation"), Number("0")))
    if isinstance(node, Coincide):
        return Row((symbol(node.letter), Sign("=", "relation"), symbol(node.other)))
    if isinstance(node, Possible):
        return Row((layout(PathProbability(node.process)), Sign(">", "relation"), Number("0")))
    return lay(node).box


def _at_most(fact: AtMost) -> Box:
    constant, rest = fact.greater.as_coeff_Add()
    strict = constant == -1 and rest != 0
    greater, sign = (rest, "<") if strict else (fact.greater, "≤")
    return Row((layout(fact.lesser), Sign(sign, "relation"), layout(greater)))


def _always(fact: Always) -> Box:
    """lhs = rhs, ∀ s, a: the elements that it speaks of are named, unless there are none."""
    equation = layout(Equation(fact.lhs, fact.rhs))
    elements = sorted((n for n in free(fact.lhs) | free(fact.rhs) if isinstance(n, Var)), key=lambda n: n.name)
    if not elements:
        return equation
    return Row((equation, Sign(",", "comma"), Sign("∀", "prefix"), listed(tuple(map(layout, elements)))))


@lru_cache(maxsize=20_000)
def lay(node: Basic) -> Laid:
    """A term's box and level."""
    rule = _RULES.get(type(node))
    if rule is None:
        rule = next((r for cls, r in _RULES.items() if isinstance(node, cls)), None)
    if rule is None:
        raise IllFormed(f"{node!r} is a {type(node).__name__}, which has no printed form; build it of derive.terms")
    return rule(node)


def _as(role: str, piece: Laid) -> Box:
    return piece.box if piece.level in _UNDER[role] else Fenced(piece.box)


def _text(node: Basic) -> str:
    return letters(lay(node).box)


# Names


def symbol(head: Letter | Definition) -> Box:
    """A letter with its parameter below it: π_θ, P; a definition that is a distribution likewise."""
    name = spelled(head.name)
    if isinstance(head, Definition) and head.form != "given":
        return name
    written = parts(name.sub) or (name.sub,) if isinstance(name, Script) and name.sub else ()
    missing = tuple(p for p in map(layout, order.parameters(head)) if p not in written)
    return scripted(name, listed(missing) if missing else None)


def _apply(node: Apply) -> Laid:
    letter, args = node.letter, node.args[1:]
    if _is_reward(node):
        return Laid(scripted(spelled("r"), layout(args[0].time)), ATOM)
    times = tuple(layout(a) for a, d in zip(args, letter.domains, strict=True) if d is None)
    others = tuple(layout(a) for a, d in zip(args, letter.domains, strict=True) if d is not None)
    return Laid(called(_indexed(symbol(letter), times), others, bar=letter.pmf), ATOM)


def _is_reward(node: Apply) -> bool:
    match node.letter.name, node.args[1:]:
        case "r", (State() as now, Action() as action, State() as after):
            return action.time == now.time and after.time - now.time == 1 and node.letter.parameter is None
    return False


def _indexed(head: Box, times: tuple[Box, ...]) -> Box:
    return scripted(head, listed(times)) if times else head


def _defined(node: Defined) -> Laid:
    definition, args = node.definition, node.args[1:]
    head, times = symbol(definition), tuple(layout(a) for a in args if _is_index(a))
    others = tuple(layout(a) for a in args if not _is_index(a))
    match definition.form:
        case "index":
            box = called(_indexed(head, times), others)
        case "path":
            box = called(_indexed(head, times), (*others, _TAU))
        case "objective":
            box = called(_indexed(head, times), (*map(layout, order.parameters(definition)), *others))
        case form:
            box = called(head, tuple(map(layout, args)), bar=form == "given")
    return Laid(box, ATOM)


def _is_index(node: Basic) -> bool:
    return bool(node.is_integer) and sort_of(node) is None


def _domain(node: Domain) -> Laid:
    if node.elements is None:
        return Laid(spelled(node.name), ATOM)
    return Laid(Fenced(listed(tuple(layout(Integer(e)) for e in node.elements)), "{}"), ATOM)


def _at_time(letter: str) -> Callable[[Any], Laid]:
    return lambda node: Laid(Script(Ident(letter), layout(node.time)), ATOM)


def _draw(node: Draw) -> Laid:
    """x_i; of the sets of the trajectory a^{(i)}, for a_i is the action at time i."""
    letter = next((c for c in node.domain.name.lower() if "a" <= c <= "z"), "x")
    if letter in "sah":
        return Laid(Script(Ident(letter), None, Fenced(layout(node.index))), ATOM)
    return Laid(Script(Ident(letter), layout(node.index)), ATOM)


# Processes, expectations, sums


def _is_standard(process: Process) -> bool:
    names = (process.initial.name, process.policy.name, process.transition.name)
    return names == ("rho_0", "pi", "P") and [p.name for p in order.parameters(process.policy)] == ["theta"]


def _law(process: Process) -> Box:
    """What tells this process from the usual one: its policy, or all three of its laws."""
    parts = (process.initial, process.policy, process.transition)
    usual = process.initial.name == "rho_0" and process.transition.name == "P"
    return symbol(process.policy) if usual else listed(tuple(map(symbol, parts)))


def _trajectory(process: Process) -> Box:
    if isinstance(process.horizon, Symbol) and process.horizon.name == "T":
        return _TAU
    return Script(_TAU, Row((Number("0"), Sign(":", "tight"), layout(process.horizon))))


def _drawn(process: Process) -> Box:
    path = _trajectory(process)
    return path if _is_standard(process) else Row((path, Sign("∼", "relation"), _law(process)))


def _expectation(node: Expectation) -> Laid:
    return Laid(Row((Script(Operator("E"), _drawn(node.process)), Fenced(layout(node.body), "[]"))), ATOM)


def _given(node: Given) -> Laid:
    usual = _is_standard(node.process) and _trajectory(node.process) == _TAU
    head = Operator("E") if usual else Script(Operator("E"), _drawn(node.process))
    body = lay(node.body)
    value = Fenced(body.box) if body.level == CASES else body.box
    inside = Row((value, Sign("|", "relation"), _history(node.position)))
    return Laid(Row((head, Fenced(inside, "[]"))), ATOM)


def _history(position: Expr) -> Box:
    """Position 2t is h_t, 2t+1 is h_t and a_t; any other has the events up to it, ℱ."""
    time, odd = position / 2, False
    if time.expand().as_coeff_Add()[0].q == 2:
        time, odd = (position - 1) / 2, True
    time = time.expand()
    if not time.is_integer or time.is_negative:
        return Script(Ident("ℱ"), layout(position))
    past = Script(Ident("h"), layout(time))
    return listed((past, Script(Ident("a"), layout(time))), Sign(",", "comma")) if odd else past


def _path_probability(node: PathProbability) -> Laid:
    process = node.process
    below = listed(tuple(map(layout, order.parameters(process.policy)))) if _is_standard(process) else _law(process)
    return Laid(called(Script(Ident("P"), below), (_trajectory(process),)), ATOM)


def _path_sum(node: PathSum) -> Laid:
    return _big("Σ", _trajectory(node.process), None, node.body)


def _process(node: Process) -> Laid:
    parts = (symbol(node.initial), symbol(node.policy), symbol(node.transition), layout(node.horizon))
    return Laid(Fenced(listed(parts, Sign(",", "comma"))), ATOM)


def _averaged(name: str) -> Callable[[Any], Laid]:
    def rule(node: Mean | Variance) -> Laid:
        below = Row((layout(node.var), Sign("∼", "relation"), _weight(node.weight, node.var)))
        return Laid(Row((Script(Operator(name), below), Fenced(layout(node.body), "[]"))), ATOM)

    return rule


def _samples(node: Samples) -> Laid:
    """E_{x_1, …, x_N ∼ p}[…]."""
    first, last = (layout(Draw(i, node.var.domain)) for i in (1, node.count))
    dots = () if node.count == 2 else (Sign("…", "tight"),)
    names = (first,) if node.count == 1 else (first, *dots, last)
    below = Row((listed(names), Sign("∼", "relation"), _weight(node.weight, node.var)))
    return Laid(Row((Script(Operator("E"), below), Fenced(layout(node.body), "[]"))), ATOM)


def _weight(weight: Expr, var: Var) -> Box:
    """π_θ or π_θ(·|s) where the weight is a distribution at the variable, else the weight itself."""
    if isinstance(weight, (Apply, Defined)) and weight.args[1:2] == (var,):
        head, rest = symbol(weight.args[0]), weight.args[2:]
        if not any(var in r.free_symbols for r in rest) and not any(map(_is_index, rest)):
            return called(head, (Sign("·", "tight"), *map(layout, rest)), bar=True) if rest else head
    return layout(weight)


def _below(var: Var) -> Box:
    """x, or x ∈ {0, 1} where the set is short."""
    domain = var.domain
    if domain.elements is not None and len(domain.elements) <= 6:
        return Row((layout(var), Sign("∈", "relation"), layout(domain)))
    return layout(var)


def _over_times(sign: str) -> Callable[[Any], Laid]:
    def rule(node: TimeSum | TimeProduct) -> Laid:
        lower = Row((layout(node.index), Sign("=", "relation"), layout(node.lower)))
        return _big(sign, lower, layout(node.upper), node.body)

    return rule


def _big(sign: str, lower: Box, upper: Box | None, body: Basic) -> Laid:
    return Laid(Big(sign, lower, upper, _as("scope", lay(body))), OPEN)


# Calculus


def _gradient(node: Gradient) -> Laid:
    """∇_θ f, and ∇²_θ f for the gradient of a gradient."""
    body, times = node.body, 1
    while isinstance(body, Gradient) and body.parameter == node.parameter:
        body, times = body.body, times + 1
    above = Number(str(times)) if times > 1 else None
    return _applied(Script(Sign("∇", "tight"), layout(node.parameter), above), body)


def _applied(operator: Box, body: Basic) -> Laid:
    piece = lay(body)
    return Laid(Applied(operator, _as("operand", piece)), OPEN if piece.level == OPEN else PREFIX)


def _at(node: At) -> Laid:
    place = Row((layout(node.parameter), Sign("=", "relation"), layout(node.value)))
    return Laid(Evaluated(_as("evaluated", lay(node.body)), place), EVALUATED)


def _exp(node: Exp) -> Laid:
    body = _exponent(node.body)
    if is_tall(body):
        return Laid(Row((Operator("exp"), Fenced(body))), ATOM)
    return Laid(Script(Ident("e"), None, body), ATOM)


def _cases(node: Cases) -> Laid:
    subject = layout(node.subject)
    rows = tuple((layout(e), Row((subject, Sign("=", "relation"), layout(v)))) for v, e in node.branches)
    return Laid(Branches(rows, layout(node.default)), CASES)


# Arithmetic


def _number(node: Rational) -> Laid:
    box: Box = Number(str(abs(node.p)))
    if node.q != 1:
        box = Fraction(box, Number(str(node.q)))
    return Laid(Row((Sign("-", "prefix"), box)), SUM) if node < 0 else Laid(box, ATOM)


def _exponent(node: Basic) -> Box:
    """A fraction in an exponent has a slash."""
    if not isinstance(node, Rational) or node.q == 1:
        return layout(node)
    slashed = (Number(str(abs(node.p))), Sign("/", "tight"), Number(str(node.q)))
    return Row((Sign("-", "prefix"), *slashed) if node < 0 else slashed)


def _power(node: Pow) -> Laid:
    base, exponent = node.base, node.exp
    if isinstance(exponent, Rational) and exponent < 0:
        return _product(node)
    if exponent == Rational(1, 2):
        return Laid(Root(layout(base)), ATOM)
    below = lay(base)
    loose = isinstance(below.box, Fraction) or isinstance(base, Exp) or opens_with_operator(below.box)
    box = below.box if below.level == ATOM and not loose else Fenced(below.box)
    if isinstance(box, Script) and box.sup is not None:
        box = Fenced(box)
    return Laid(scripted(box, None, _exponent(exponent)), POWER)


def _sum(node: Add) -> Laid:
    items: list[Box] = []
    for term in sorted(node.args, key=lambda a: order.term_key(a, bool(node.is_integer), _text)):
        negative = term.as_coeff_Mul()[0].is_negative
        if items or negative:
            items.append(Sign("-" if negative else "+", "binary" if items else "prefix"))
        items.append(_as("term", lay(-term if negative else term)))
    return Laid(Row(tuple(items)), SUM)


def _product(node: Mul | Pow) -> Laid:
    if node.as_coeff_Mul()[0].is_negative:
        return Laid(Row((Sign("-", "prefix"), _as("term", lay(-node)))), SUM)
    plan = order.arranged(node, _text)
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
        return _as("term", pieces[0]) if pieces[0].level == CASES else pieces[0].box
    return _juxtaposed(pieces)


def _juxtaposed(pieces: list[Laid]) -> Box:
    several = sum(p.level == OPEN for p in pieces) > 1
    items: list[Box] = []
    for i, piece in enumerate(pieces):
        role = "last" if i == len(pieces) - 1 and not (several and piece.level == OPEN) else "factor"
        box = _as(role, piece)
        if items and opens_with_digit(box):
            items.append(Sign("·", "binary"))
        items.append(box)
    return Product(tuple(items))


def _extreme(name: str) -> Callable[[Any], Laid]:
    def rule(node: Min | Max) -> Laid:
        args = tuple(layout(a) for a in sorted(node.args, key=_text))
        return Laid(Row((Operator(name), Fenced(listed(args, Sign(",", "comma"))))), ATOM)

    return rule


_RULES: dict[type, Callable[[Any], Laid]] = {
    Rational: _number,
    Symbol: lambda node: Laid(spelled(node.name), ATOM),
    Var: lambda node: Laid(spelled(node.name), ATOM),
    Domain: _domain,
    Letter: lambda node: Laid(symbol(node), ATOM),
    Definition: lambda node: Laid(symbol(node), ATOM),
    Apply: _apply,
    Defined: _defined,
    State: _at_time("s"),
    Action: _at_time("a"),
    Process: _process,
    PathProbability: _path_probability,
    PathSum: _path_sum,
    Expectation: _expectation,
    Given: _given,
    History: _at_time("h"),
    Draw: _draw,
    Samples: _samples,
    Maximum: lambda node: _big("max", _below(node.var), None, node.body),
    Mean: _averaged("E"),
    Variance: _averaged("Var"),
    SumOver: lambda node: _big("Σ", _below(node.var), None, node.body),
    TimeSum: _over_times("Σ"),
    TimeProduct: _over_times("∏"),
    Gradient: _gradient,
    At: _at,
    Log: lambda node: _applied(Operator("log"), node.body),
    Exp: _exp,
    Cases: _cases,
    Add: _sum,
    Mul: _product,
    Pow: _power,
    Min: _extreme("min"),
    Max: _extreme("max"),
}
