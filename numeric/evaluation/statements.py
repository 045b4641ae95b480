"""A statement as plain nested tuples, read into nodes that are equal only if identical.

    ("num", p, q) ("time", name) ("real", name) ("var", name, domain) ("domain", name, elements | None)
    ("letter", name, (domain | None, …), pmf, parameter | None) ("definition", name, (param, …), body, form)
    (tag, *nodes) for every operator of ARITY

Reading checks the shape of every node and collects the names that are free in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from numeric.errors import UnevaluableError

__all__ = ["Name", "Node", "Reader", "draws", "is_histories"]

Name = tuple[str, ...]  # ("time", t), ("real", x), ("var", a, domain), or ("draws", domain): x_1, …, x_N together
MAX_DEPTH = 120

ARITY: dict[str, tuple[int, int | None]] = {  # least and greatest number of arguments
    "add": (1, None), "mul": (1, None), "pow": (2, 2), "min": (1, None), "max": (1, None),
    "Apply": (1, None), "Defined": (1, None), "State": (2, 2), "Action": (2, 2), "History": (1, 1), "Process": (6, 6),
    "PathProbability": (1, 1), "PathSum": (2, 2), "Expectation": (2, 2), "Given": (3, 3),
    "Draw": (2, 2), "Samples": (4, 4),
    "Mean": (3, 3), "Variance": (3, 3), "SumOver": (2, 2), "Maximum": (2, 2), "TimeSum": (4, 4), "TimeProduct": (4, 4),
    "Gradient": (2, 2), "At": (3, 3), "Log": (1, 1), "Exp": (1, 1), "Cases": (2, None),
}  # fmt: skip
BINDS: dict[str, tuple[int, tuple[int, ...]]] = {  # the place of the bound name, and of its scopes
    "Mean": (1, (0, 2)), "Variance": (1, (0, 2)), "SumOver": (1, (0,)), "Maximum": (1, (0,)),
    "TimeSum": (1, (0,)), "TimeProduct": (1, (0,)),
}  # fmt: skip
SORTS: dict[tuple[str, int], tuple[str, ...]] = {  # arguments that must be a node of one kind
    ("Apply", 0): ("letter",), ("Defined", 0): ("definition",),
    ("State", 1): ("domain",), ("Action", 1): ("domain",),
    ("Draw", 1): ("domain",), ("Samples", 1): ("var",),
    ("Mean", 1): ("var",), ("Variance", 1): ("var",), ("SumOver", 1): ("var",), ("Maximum", 1): ("var",),
    ("TimeSum", 1): ("time",), ("TimeProduct", 1): ("time",),
    ("Gradient", 1): ("real",), ("At", 1): ("real",),
    ("PathProbability", 0): ("Process",), ("PathSum", 1): ("Process",), ("Expectation", 1): ("Process",),
    ("Given", 2): ("Process",),
    ("Process", 0): ("letter", "definition"), ("Process", 1): ("letter", "definition"),
    ("Process", 2): ("letter", "definition"), ("Process", 4): ("domain",), ("Process", 5): ("domain",),
}  # fmt: skip
RANDOM = {"State", "Action", "History", "PathProbability", "Given"}
HISTORIES = ("H", None)  # the domain of s_0 a_0 … s_t, for every t
CLOSED = {"Expectation", "PathSum", "Process"}


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One node. `free` are its free names in order, `depends` the parameters of its letters, `random` says
    whether it is a function of the trajectory."""

    tag: str
    args: tuple[Any, ...]
    free: tuple[Name, ...] = ()
    depends: frozenset[str] = frozenset()
    random: bool = False

    @property
    def name(self) -> Name:
        """The name that a variable, time or real symbol is."""
        return ("var", self.args[0], self.args[1].args[0]) if self.tag == "var" else (self.tag, self.args[0])


def draws(domain: Node) -> Name:
    """The name under which the samples of a domain are bound."""
    return ("draws", domain.args[0], str(domain.args[1]))


@dataclass(slots=True)
class Reader:
    """Reads wires; equal wires give the same node, so that a value found once is found again."""

    nodes: dict[Any, Node] = field(default_factory=dict)

    def read(self, wire: Any, depth: int = 0) -> Node:
        """The node of a wire. Raises UnevaluableError for a tag or shape that the language does not have."""
        if depth > MAX_DEPTH:
            raise UnevaluableError(f"the statement is nested deeper than {MAX_DEPTH} levels")
        if not isinstance(wire, (tuple, list)) or not wire or not isinstance(wire[0], str):
            raise UnevaluableError(f"expected a tagged tuple, found {str(wire)[:80]!r}")
        tag, args = wire[0], wire[1:]
        if tag in _ATOMS:
            return self._keep(tag, _ATOMS[tag](self, args, depth + 1))
        if tag not in ARITY:
            raise UnevaluableError(f"{tag!r} is no node that has a value")
        least, most = ARITY[tag]
        if len(args) < least or (most is not None and len(args) > most):
            raise UnevaluableError(f"{tag} has {len(args)} arguments: {str(wire)[:80]}")
        nodes = []
        for place, arg in enumerate(args):
            node = self.read(arg, depth + 1)
            if node.tag not in SORTS.get((tag, place), (node.tag,)):
                raise UnevaluableError(f"argument {place} of {tag} is a {node.tag}: {str(arg)[:80]}")
            nodes.append(node)
        _check_histories(tag, nodes)
        return self._keep(tag, tuple(nodes))

    def _keep(self, tag: str, args: tuple[Any, ...]) -> Node:
        key = (tag, *(id(a) if isinstance(a, Node) else _ids(a) for a in args))
        if key not in self.nodes:
            self.nodes[key] = _node(tag, args)
        return self.nodes[key]


def _check_histories(tag: str, nodes: list[Node]) -> None:
    """A history is no number: it stands for the arguments of a letter that are histories, and for nothing else."""
    sorts = nodes[0].args[1] if tag == "Apply" else ()
    wanted = [False, *(sort is not None and is_histories(sort) for sort in sorts)] if tag == "Apply" else []
    for place, node in enumerate(nodes):
        if (node.tag == "History") != (place < len(wanted) and wanted[place]):
            raise UnevaluableError(f"argument {place} of {tag} is a {node.tag}: a history goes where one is taken")


def is_histories(domain: Node) -> bool:
    """Whether a domain is that of all histories."""
    return domain.args == HISTORIES


def _ids(part: Any) -> Any:
    return tuple(id(p) if isinstance(p, Node) else p for p in part) if isinstance(part, tuple) else part


def _node(tag: str, args: tuple[Any, ...]) -> Node:
    if tag in ("num", "domain"):
        return Node(tag, args)
    if tag in ("time", "real", "var"):
        return Node(tag, args, free=(Node(tag, args).name,))
    if tag == "letter":
        return Node(tag, args, depends=frozenset() if args[3] is None else frozenset({args[3].args[0]}))
    if tag == "definition":
        body = args[2]
        return Node(tag, args, _sorted(set(body.free) - {p.name for p in args[1]}), body.depends, body.random)
    depends = frozenset[str]().union(*(a.depends for a in args))
    random = tag in RANDOM or (tag not in CLOSED and any(a.random for a in args))
    return Node(tag, args, _free(tag, args), depends, random)


def _free(tag: str, args: tuple[Node, ...]) -> tuple[Name, ...]:
    if tag == "At":
        return _sorted((set(args[0].free) - {args[1].name}) | set(args[2].free))
    if tag == "Samples":  # averages over the x_i of its body, and binds the variable in the weight
        body, var, weight, count = args
        return _sorted((set(body.free) - {draws(var.args[1])}) | (set(weight.free) - {var.name}) | set(count.free))
    place, scopes = BINDS.get(tag, (None, ()))
    names: set[Name] = {draws(args[1])} if tag == "Draw" else set()
    for i, arg in enumerate(args):
        if i != place:
            names |= set(arg.free) - ({args[place].name} if place is not None and i in scopes else set())
    return _sorted(names)


def _sorted(names: set[Name]) -> tuple[Name, ...]:
    return tuple(sorted(names))


def _num(reader: Reader, args: Any, depth: int) -> tuple[Any, ...]:
    if len(args) != 2 or not all(type(a) is int for a in args) or args[1] <= 0:
        raise UnevaluableError(f"{str(args)[:80]} is no rational number")
    return (args[0], args[1])


def _symbol(reader: Reader, args: Any, depth: int) -> tuple[Any, ...]:
    if len(args) != 1 or not isinstance(args[0], str):
        raise UnevaluableError(f"{str(args)[:80]} is no name")
    return (args[0],)


def _var(reader: Reader, args: Any, depth: int) -> tuple[Any, ...]:
    if len(args) != 2 or not isinstance(args[0], str):
        raise UnevaluableError(f"{str(args)[:80]} is no variable over a domain")
    return (args[0], _of(reader, args[1], ("domain",), depth))


def _domain(reader: Reader, args: Any, depth: int) -> tuple[Any, ...]:
    if len(args) != 2 or not isinstance(args[0], str):
        raise UnevaluableError(f"{str(args)[:80]} is no domain")
    name, elements = args
    if elements is None:
        return (name, None)
    if not isinstance(elements, (tuple, list)) or not all(type(e) is int for e in elements):
        raise UnevaluableError(f"the domain {name} has elements that are no integers: {str(elements)[:80]}")
    return (name, tuple(elements))


def _letter(reader: Reader, args: Any, depth: int) -> tuple[Any, ...]:
    if len(args) != 4 or not isinstance(args[0], str) or not isinstance(args[1], (tuple, list)):
        raise UnevaluableError(f"{str(args)[:80]} is no letter")
    sorts = tuple(None if d is None else _of(reader, d, ("domain",), depth) for d in args[1])
    if args[2] is True and (not sorts or sorts[0] is None):
        raise UnevaluableError(f"the distribution {args[0]} needs a domain for its first argument")
    parameter = None if args[3] is None else _of(reader, args[3], ("real",), depth)
    return (args[0], sorts, args[2] is True, parameter)


def _definition(reader: Reader, args: Any, depth: int) -> tuple[Any, ...]:
    if len(args) != 4 or not isinstance(args[0], str) or not isinstance(args[1], (tuple, list)):
        raise UnevaluableError(f"{str(args)[:80]} is no definition")
    params = tuple(_of(reader, p, ("var", "time", "real"), depth) for p in args[1])
    return (args[0], params, reader.read(args[2], depth + 1))


def _of(reader: Reader, wire: Any, tags: tuple[str, ...], depth: int) -> Node:
    node = reader.read(wire, depth + 1)
    if node.tag not in tags:
        raise UnevaluableError(f"expected a {' or '.join(tags)}, found {str(wire)[:80]}")
    return node


_ATOMS: dict[str, Callable[[Reader, Any, int], tuple[Any, ...]]] = {
    "num": _num,
    "time": _symbol,
    "real": _symbol,
    "var": _var,
    "domain": _domain,
    "letter": _letter,
    "definition": _definition,
}
