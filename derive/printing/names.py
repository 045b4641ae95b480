"""Letters, definitions, states, actions and samples, as they are written."""

from __future__ import annotations

from sympy import Basic, Integer, Symbol

from derive.printing import order
from derive.printing.boxes import Box, Fenced, Ident, Script, called, listed, parts, scripted, spelled
from derive.printing.pieces import ATOM, Laid, boxed, lays
from derive.terms import (
    Action,
    Apply,
    Defined,
    Definition,
    Domain,
    Draw,
    History,
    Letter,
    State,
    Var,
    sort_of,
)

_TAU = Ident("τ")


def symbol(head: Letter | Definition) -> Box:
    """A letter with its parameter below it: π_θ, P; a definition that is a distribution likewise."""
    name = spelled(head.name)
    if isinstance(head, Definition) and head.form != "given":
        return name
    written = parts(name.sub) or (name.sub,) if isinstance(name, Script) and name.sub else ()
    missing = tuple(p for p in map(boxed, order.parameters(head)) if p not in written)
    return scripted(name, listed(missing) if missing else None)


@lays(Apply)
def _apply(node: Apply) -> Laid:
    letter, args = node.letter, node.args[1:]
    if _is_reward(node):
        return Laid(scripted(spelled("r"), boxed(args[0].time)), ATOM)
    times = tuple(boxed(a) for a, d in zip(args, letter.domains, strict=True) if d is None)
    others = tuple(boxed(a) for a, d in zip(args, letter.domains, strict=True) if d is not None)
    return Laid(called(_indexed(symbol(letter), times), others, bar=letter.pmf), ATOM)


def _is_reward(node: Apply) -> bool:
    match node.letter.name, node.args[1:]:
        case "r", (State() as now, Action() as action, State() as after):
            return action.time == now.time and after.time - now.time == 1 and node.letter.parameter is None
    return False


def _indexed(head: Box, times: tuple[Box, ...]) -> Box:
    return scripted(head, listed(times)) if times else head


@lays(Defined)
def _defined(node: Defined) -> Laid:
    definition, args = node.definition, node.args[1:]
    head, times = symbol(definition), tuple(boxed(a) for a in args if is_index(a))
    others = tuple(boxed(a) for a in args if not is_index(a))
    match definition.form:
        case "index":
            box = called(_indexed(head, times), others)
        case "path":
            box = called(_indexed(head, times), (*others, _TAU))
        case "objective":
            box = called(_indexed(head, times), (*map(boxed, order.parameters(definition)), *others))
        case form:
            box = called(head, tuple(map(boxed, args)), bar=form == "given")
    return Laid(box, ATOM)


def is_index(node: Basic) -> bool:
    return bool(node.is_integer) and sort_of(node) is None


@lays(Domain)
def _domain(node: Domain) -> Laid:
    if node.elements is None:
        return Laid(spelled(node.name), ATOM)
    return Laid(Fenced(listed(tuple(boxed(Integer(e)) for e in node.elements)), "{}"), ATOM)


@lays(Symbol, Var)
def _name(node: Symbol | Var) -> Laid:
    return Laid(spelled(node.name), ATOM)


@lays(Letter, Definition)
def _head(node: Letter | Definition) -> Laid:
    return Laid(symbol(node), ATOM)


@lays(State, Action, History)
def _at_time(node: State | Action | History) -> Laid:
    letter = "s" if isinstance(node, State) else "a" if isinstance(node, Action) else "h"
    return Laid(Script(Ident(letter), boxed(node.time)), ATOM)


@lays(Draw)
def _draw(node: Draw) -> Laid:
    """x_i; of the sets of the trajectory a^{(i)}, for a_i is the action at time i."""
    letter = next((c for c in node.domain.name.lower() if "a" <= c <= "z"), "x")
    if letter in "sah":
        return Laid(Script(Ident(letter), None, Fenced(boxed(node.index))), ATOM)
    return Laid(Script(Ident(letter), boxed(node.index)), ATOM)
