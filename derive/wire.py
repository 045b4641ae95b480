"""Terms as plain nested tuples, and back: for certificates, and for the second evaluator, which knows no SymPy.

    ("num", p, q) ("time", name) ("real", name) ("var", name, domain) ("domain", name, elements | None)
    ("letter", name, (domain | None, …), pmf, parameter | None)
    ("definition", name, (param, …), body, form)
    ("add" | "mul" | "pow", …)      and for every node of derive/terms.py (its class name, *args)

Nothing is evaluated: a tag that is not in the table is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Add, Basic, Expr, Max, Min, Mul, Pow, Rational, Symbol

from derive import terms
from derive.errors import DeriveError, Unreadable
from derive.terms import (
    Always,
    AtMost,
    Coincide,
    Definition,
    Domain,
    Equation,
    Hypothesis,
    Inequality,
    Letter,
    Positive,
    Possible,
    Var,
)

Wire = tuple[Any, ...]

NODES: dict[str, type] = {
    name: cls
    for name, cls in vars(terms).items()
    if isinstance(cls, type) and issubclass(cls, (terms.Term, terms.Process)) and not name.startswith("_")
    if cls is not terms.Term
}
ARITHMETIC: dict[str, type] = {"add": Add, "mul": Mul, "pow": Pow, "min": Min, "max": Max}
_TAG_OF = {cls: tag for tag, cls in (NODES | ARITHMETIC).items()}
MAX_DEPTH = 200
MAX_POWER = 10_000


def encode(node: Basic | Hypothesis | None) -> Any:
    """A term or hypothesis as nested tuples of strings, integers, booleans and None."""
    if node is None:
        return None
    if isinstance(node, Rational):
        return ("num", int(node.p), int(node.q))
    if isinstance(node, Symbol):
        return ("time" if node.is_integer else "real", node.name)
    if isinstance(node, Var):
        return ("var", node.name, encode(node.domain))
    if isinstance(node, Domain):
        return ("domain", node.name, node.elements)
    if isinstance(node, Letter):
        return ("letter", node.name, tuple(map(encode, node.domains)), node.pmf, encode(node.parameter))
    if isinstance(node, Definition):
        return ("definition", node.name, tuple(map(encode, node.params)), encode(node.body), node.form)
    if isinstance(node, tuple(_HYPOTHESES.values())):
        return (type(node).__name__, *(encode(v) for v in vars(node).values()))
    tag = _TAG_OF.get(type(node))
    if tag is None or not isinstance(node, Basic):
        raise Unreadable(f"{node!r} is a {type(node).__name__}, which is no node of the language")
    return (tag, *map(encode, node.args))


def decode(wire: Any, depth: int = 0) -> Any:
    """The term that was encoded. Raises Unreadable on anything that `encode` does not write."""
    if wire is None:
        return None
    if depth > MAX_DEPTH:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
    if not isinstance(wire, (tuple, list)) or not wire or not isinstance(wire[0], str):
        raise Unreadable(f"expected a tagged tuple, found {str(wire)[:80]!r}")
    tag, args = wire[0], wire[1:]
    if tag not in _ATOMS:
        return _built(tag, [decode(a, depth + 1) for a in args])
    try:
        return _ATOMS[tag](args, depth + 1)
    except DeriveError:
        raise
    except Exception as fault:
        raise Unreadable(f"cannot rebuild {tag!r} from {str(args)[:120]}: {fault}") from fault


def _built(tag: Any, parts: list[Any]) -> Any:
    try:
        if tag == "pow" and all(isinstance(p, Rational) for p in parts) and abs(parts[-1]) > MAX_POWER:
            raise Unreadable(f"a number to the power {parts[-1]} is not written out")  # SymPy would, at once
        if tag in ARITHMETIC:
            return ARITHMETIC[tag](*_reals(parts))
        if tag in NODES:
            return NODES[tag](*parts)
        if tag in _HYPOTHESES:
            return _HYPOTHESES[tag](*parts)
    except DeriveError:
        raise
    except Exception as fault:
        raise Unreadable(f"cannot rebuild {tag!r} from {str(parts)[:120]}: {fault}") from fault
    raise Unreadable(f"{tag!r} is no node of the language")


def _reals(parts: Sequence[Any]) -> list[Expr]:
    for part in parts:
        if not isinstance(part, Expr):
            raise Unreadable(f"{part!r} cannot stand in arithmetic")
    return list(parts)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > 80:
        raise Unreadable(f"{value!r} is no name")
    return value


def _number(args: Sequence[Any], depth: int) -> Rational:
    p, q = args
    if type(p) is not int or type(q) is not int or q <= 0:
        raise Unreadable(f"{p!r}/{q!r} is no rational number")
    return Rational(p, q)


def _domain(args: Sequence[Any], depth: int) -> Domain:
    name, elements = args
    if elements is not None and not all(type(e) is int for e in elements):
        raise Unreadable(f"the domain {name!r} has elements that are no integers: {elements!r}")
    return Domain(_text(name), None if elements is None else tuple(elements))


def _letter(args: Sequence[Any], depth: int) -> Letter:
    name, domains, pmf, parameter = args
    sorts = tuple(decode(d, depth) for d in domains)
    return Letter(_text(name), sorts, pmf=pmf is True, parameter=decode(parameter, depth))


def _definition(args: Sequence[Any], depth: int) -> Definition:
    name, params, body, form = args
    return Definition(_text(name), tuple(decode(p, depth) for p in params), decode(body, depth), _text(form))


class Table:
    """Terms that share their parts: each distinct node once, as [tag, place of each argument] or ["atom", wire]."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self._place: dict[Basic, int] = {}

    def add(self, node: Basic) -> int:
        """The place of a term in the table, entering what is new."""
        if node not in self._place:
            tag = _TAG_OF.get(type(node))
            row = ["atom", encode(node)] if tag is None else [tag, *(self.add(a) for a in node.args)]
            self._place[node] = len(self.rows)
            self.rows.append(row)
        return self._place[node]


def untable(rows: Sequence[Any]) -> list[Any]:
    """The terms of a table, in their places. Raises Unreadable as `decode` does."""
    built: list[Any] = []
    for row in rows:
        if not isinstance(row, list) or not row:
            raise Unreadable(f"expected a row of a table of terms, found {str(row)[:80]!r}")
        tag, *args = row
        if tag == "atom":
            built.append(decode(args[0]))
        elif all(type(a) is int and 0 <= a < len(built) for a in args):
            built.append(_built(tag, [built[a] for a in args]))
        else:
            raise Unreadable(f"row {len(built)} points at no earlier row: {str(row)[:80]}")
    return built


_ATOMS: dict[str, Any] = {
    "num": _number,
    "time": lambda args, depth: terms.time_symbol(_text(*args)),
    "real": lambda args, depth: terms.real_symbol(_text(*args)),
    "var": lambda args, depth: Var(_text(args[0]), decode(args[1], depth)),
    "domain": _domain,
    "letter": _letter,
    "definition": _definition,
}
_HYPOTHESES: dict[str, Any] = {
    "Equation": Equation,
    "Inequality": Inequality,
    "Always": Always,
    "AtMost": AtMost,
    "Positive": Positive,
    "Possible": Possible,
    "Coincide": Coincide,
}
