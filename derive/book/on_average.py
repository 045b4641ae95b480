"""max_π E_{x∼D}[…] - β KL(π(·|x) ‖ p(·|x)): an objective means the divergence on average over the x that it draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from derive.book.divergences import kind
from derive.book.tree import Call, Expect, Items, Node, Relation, Sym, walk


def everywhere(objective: Node) -> Node:
    """The objective with each divergence at an x that only another part of it draws, averaged over that x."""
    laws = {name: law for n in walk(objective) if isinstance(n, Expect) for name, law in _drawn(n).items()}
    found = _averaged(objective, laws, frozenset())
    assert isinstance(found, Node)
    return found


def _drawn(node: Expect) -> dict[str, Relation]:
    """x ~ D, by the name of x."""
    parts = node.sub.parts if node.sub is not None else ()
    drawn = ((p, p.sides[0]) for p in parts if isinstance(p, Relation) and p.operators == ("~",))
    return {one.head: part for part, one in drawn if isinstance(one, Sym) and one.sub is None}


def _averaged(value: Any, laws: Mapping[str, Relation], bound: frozenset[str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_averaged(part, laws, bound) for part in value)
    if not isinstance(value, Node):
        return value
    if isinstance(value, Call) and kind(value) is not None:
        given = {
            a.head for p in value.args.parts if isinstance(p, Call) for a in p.args.parts[1:] if isinstance(a, Sym)
        }
        over = [laws[name] for name in sorted(given - bound) if name in laws]
        start, end = value.start, value.end
        return Expect(start, end, Items(start, end, (over[0],), ()), value, None) if over else value
    bound |= _drawn(value).keys() if isinstance(value, Expect) else frozenset()
    names = (f.name for f in fields(value) if f.name not in ("start", "end"))
    return replace(value, **{name: _averaged(getattr(value, name), laws, bound) for name in names})
