"""The parse tree of a formula: every ambiguity is kept as a node (`Call` is an application or a product), nothing is
decided here. Each node knows its span in the LaTeX it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Node:
    start: int
    end: int


@dataclass(frozen=True)
class Num(Node):
    text: str


@dataclass(frozen=True)
class Sym(Node):
    """A letter with what hangs on it: \\hat R_t^{(i)}. `font` is bb, cal, bf … or empty; `sup` is one parsed node."""

    name: str
    font: str = ""
    accents: tuple[str, ...] = ()
    primes: int = 0
    sub: Items | None = None
    sup: Items | None = None

    @property
    def head(self) -> str:
        """The letter with its font, accents and primes, as text."""
        return "".join(f"{a}:" for a in (*self.accents, self.font) if a) + self.name + "'" * self.primes


@dataclass(frozen=True)
class Items(Node):
    """Parts between separators: `a, b | c ; d`. One part and no separator is a plain group."""

    parts: tuple[Node, ...]
    separators: tuple[str, ...]

    @property
    def only(self) -> Node | None:
        return self.parts[0] if len(self.parts) == 1 else None


@dataclass(frozen=True)
class Call(Node):
    """A symbol before a parenthesis: application or product, decided where the symbol's meaning is known."""

    head: Sym
    args: Items


@dataclass(frozen=True)
class Group(Node):
    bracket: str
    items: Items


@dataclass(frozen=True)
class Add(Node):
    terms: tuple[tuple[int, Node], ...]  # sign, term


@dataclass(frozen=True)
class Mul(Node):
    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Div(Node):
    over: Node
    under: Node


@dataclass(frozen=True)
class Pow(Node):
    base: Node
    exponent: Node


@dataclass(frozen=True)
class Big(Node):
    kind: str  # sum, prod or int
    sub: Items | None
    upper: Items | None
    body: Node


@dataclass(frozen=True)
class Expect(Node):
    sub: Items | None
    body: Node
    given: Items | None


@dataclass(frozen=True)
class Grad(Node):
    sub: Items | None
    body: Node


@dataclass(frozen=True)
class Fun(Node):
    name: str
    body: Node


@dataclass(frozen=True)
class Best(Node):
    """max_x, min_x, argmax_x, argmin_x of what follows."""

    name: str
    sub: Items | None
    body: Node


@dataclass(frozen=True)
class Size(Node):
    """|x|: an absolute value, a length or the size of a set."""

    body: Node


@dataclass(frozen=True)
class At(Node):
    """X|_{θ = θ_k}: an expression at a value of one of its letters."""

    body: Node
    where: Items


@dataclass(frozen=True)
class Indexed(Node):
    """Something in brackets with an index or a mark on it: {a_i}_{i=1}^G, [f(x)]_a, (x - y)^⊤."""

    body: Node
    sub: Items | None
    sup: Items | None


@dataclass(frozen=True)
class Foreign(Node):
    """What is read and has no value here: x ⊙ y, ⟨x, y⟩, ‖x‖, a matrix."""

    name: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Branches(Node):
    rows: tuple[tuple[Node, Items | None], ...]  # value, condition (None: otherwise)


@dataclass(frozen=True)
class Text(Node):
    text: str


@dataclass(frozen=True)
class Nothing(Node):
    """The side of a colon that is left out: τ_{:t}."""


@dataclass(frozen=True)
class Dot(Node):
    """The placeholder of a distribution's own argument: π(·|s)."""


@dataclass(frozen=True)
class Dots(Node):
    """An ellipsis."""


@dataclass(frozen=True)
class Set(Node):
    items: Items


@dataclass(frozen=True)
class Constant(Node):
    """Terms that the text says do not depend on a parameter."""

    parameter: Sym | None


@dataclass(frozen=True)
class Relation(Node):
    """a = b = c, or a ~ p: sides and the relations between them. The first side is None in a continuation."""

    sides: tuple[Node | None, ...]
    operators: tuple[str, ...]


def children(node: Node) -> Iterator[Node]:
    """The nodes right below one."""
    for field in fields(node):
        value = getattr(node, field.name)
        yield from _nodes(value)


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


def walk(node: Any) -> Iterator[Node]:
    """Every node of a tree, the node itself first."""
    left = [node]
    while left:
        here = left.pop()
        if isinstance(here, tuple):
            left.extend(reversed(here))
        elif isinstance(here, Node):
            yield here
            left.extend(getattr(here, name) for name in _parts(type(here)))


def _parts(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold nodes, the last one first."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(f.name for f in reversed(fields(kind)) if f.name not in ("start", "end"))
    return _FIELDS[kind]


_FIELDS: dict[type[Node], tuple[str, ...]] = {}
