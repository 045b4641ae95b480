"""Processes, expectations and sums, as they are written."""

from __future__ import annotations

from sympy import Basic, Expr, Symbol

from derive.printing import order
from derive.printing.boxes import (
    Big,
    Box,
    Fenced,
    Ident,
    Number,
    Operator,
    Row,
    Script,
    Sign,
    called,
    listed,
)
from derive.printing.names import is_index, symbol
from derive.printing.pieces import ATOM, CASES, OPEN, Laid, boxed, fitted, lay, lays
from derive.terms import (
    Apply,
    Defined,
    Draw,
    Expectation,
    Given,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Process,
    Samples,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
)

_TAU = Ident("τ")


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
    return Script(_TAU, Row((Number("0"), Sign(":", "tight"), boxed(process.horizon))))


def _drawn(process: Process) -> Box:
    path = _trajectory(process)
    return path if _is_standard(process) else Row((path, Sign("∼", "relation"), _law(process)))


@lays(Expectation)
def _expectation(node: Expectation) -> Laid:
    return Laid(Row((Script(Operator("E"), _drawn(node.process)), Fenced(boxed(node.body), "[]"))), ATOM)


@lays(Given)
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
        return Script(Ident("ℱ"), boxed(position))
    past = Script(Ident("h"), boxed(time))
    return listed((past, Script(Ident("a"), boxed(time))), Sign(",", "comma")) if odd else past


@lays(PathProbability)
def _path_probability(node: PathProbability) -> Laid:
    process = node.process
    below = listed(tuple(map(boxed, order.parameters(process.policy)))) if _is_standard(process) else _law(process)
    return Laid(called(Script(Ident("P"), below), (_trajectory(process),)), ATOM)


@lays(PathSum)
def _path_sum(node: PathSum) -> Laid:
    return _big("Σ", _trajectory(node.process), None, node.body)


@lays(Process)
def _process(node: Process) -> Laid:
    parts = (symbol(node.initial), symbol(node.policy), symbol(node.transition), boxed(node.horizon))
    return Laid(Fenced(listed(parts, Sign(",", "comma"))), ATOM)


@lays(Mean, Variance)
def _averaged(node: Mean | Variance) -> Laid:
    below = Row((boxed(node.var), Sign("∼", "relation"), _weight(node.weight, node.var)))
    name = "E" if isinstance(node, Mean) else "Var"
    return Laid(Row((Script(Operator(name), below), Fenced(boxed(node.body), "[]"))), ATOM)


@lays(Samples)
def _samples(node: Samples) -> Laid:
    """E_{x_1, …, x_N ∼ p}[…]."""
    first, last = (boxed(Draw(i, node.var.domain)) for i in (1, node.count))
    dots = () if node.count == 2 else (Sign("…", "tight"),)
    names = (first,) if node.count == 1 else (first, *dots, last)
    below = Row((listed(names), Sign("∼", "relation"), _weight(node.weight, node.var)))
    return Laid(Row((Script(Operator("E"), below), Fenced(boxed(node.body), "[]"))), ATOM)


def _weight(weight: Expr, var: Var) -> Box:
    """π_θ or π_θ(·|s) where the weight is a distribution at the variable, else the weight itself."""
    if isinstance(weight, (Apply, Defined)) and weight.args[1:2] == (var,):
        head, rest = symbol(weight.args[0]), weight.args[2:]
        if not any(var in r.free_symbols for r in rest) and not any(map(is_index, rest)):
            return called(head, (Sign("·", "tight"), *map(boxed, rest)), bar=True) if rest else head
    return boxed(weight)


def _below(var: Var) -> Box:
    """x, or x ∈ {0, 1} where the set is short."""
    domain = var.domain
    if domain.elements is not None and len(domain.elements) <= 6:
        return Row((boxed(var), Sign("∈", "relation"), boxed(domain)))
    return boxed(var)


@lays(SumOver, Maximum)
def _over_elements(node: SumOver | Maximum) -> Laid:
    return _big("Σ" if isinstance(node, SumOver) else "max", _below(node.var), None, node.body)


@lays(TimeSum, TimeProduct)
def _over_times(node: TimeSum | TimeProduct) -> Laid:
    lower = Row((boxed(node.index), Sign("=", "relation"), boxed(node.lower)))
    return _big("Σ" if isinstance(node, TimeSum) else "∏", lower, boxed(node.upper), node.body)


def _big(sign: str, lower: Box, upper: Box | None, body: Basic) -> Laid:
    return Laid(Big(sign, lower, upper, fitted("scope", lay(body))), OPEN)
