r"""s_0, a_0, \dots, s_T, a_T is τ; E_{a_t, s_{t+1}, \dots}[X] is E[X | s_t]: trajectories that a text spells out.

A list of moments that begins with the first state and leaves out what is clear is the whole trajectory. One that begins
later draws everything from there on, and what comes before is given: E_{s_{t+1}, a_{t+1}, …} is E[· | s_t, a_t].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from derive.book.letters import HORIZONS, TRAJECTORY
from derive.book.tree import Add, Call, Dots, Expect, Items, Node, Nothing, Num, Relation, Sym


def gathered(value: Any) -> Any:
    """The tree with its lists of moments read as trajectories."""
    if isinstance(value, tuple):
        return tuple(gathered(part) for part in value)
    if not isinstance(value, Node):
        return value
    found = replace(value, **{f.name: gathered(getattr(value, f.name)) for f in fields(value) if f.name not in _PLACE})
    if isinstance(found, Call):
        return replace(found, args=_path_first(found.args))
    if isinstance(found, Expect) and found.sub is not None and _commas(found.sub):
        return _expectation(found, found.sub)
    return found


_PLACE = ("start", "end")


def _commas(items: Items) -> bool:
    return all(s == "," for s in items.separators)


def _path_first(args: Items) -> Items:
    """p(s_1, a_1, …, s_T, a_T | θ): the arguments before the bar, where they spell a trajectory."""
    stop = next((n + 1 for n, s in enumerate(args.separators) if s != ","), len(args.parts))
    if not _spells(args.parts[:stop]) or _begins(args.parts[0]) is None:
        return args
    parts = (_path(args.parts[:stop]), *args.parts[stop:])
    return replace(args, parts=parts, separators=args.separators[stop - 1 :])


def _expectation(node: Expect, sub: Items) -> Expect:
    moments, source = sub.parts, None
    last = sub.parts[-1]
    if isinstance(last, Relation) and last.operators == ("~",) and last.sides[0] is not None:
        moments, source = (*sub.parts[:-1], last.sides[0]), last.sides[1]
    if not _spells(moments) and not _runs_on(moments):
        return node
    path: Node = _path(moments)
    if source is not None:
        path = _drawn_from(path, source)
    whole = _begins(moments[0]) is not None or all(map(_from_the_first, moments))
    given = None if whole else _before(moments)
    if (given is None and not whole) or (given is not None and node.given is not None):
        return node
    return replace(node, sub=Items(sub.start, sub.end, (path,), ()), given=given or node.given)


def _drawn_from(path: Node, source: Node) -> Relation:
    return Relation(path.start, source.end, (path, source), ("~",))


def _path(parts: Sequence[Node]) -> Sym:
    return Sym(parts[0].start, parts[-1].end, TRAJECTORY)


def _spells(parts: Sequence[Node]) -> bool:
    """Moments with an ellipsis among them, and at least one before it."""
    dots = [n for n, part in enumerate(parts) if isinstance(part, Dots)]
    return len(dots) == 1 and dots[0] > 0 and all(_is_moment(p) for n, p in enumerate(parts) if n != dots[0])


def _is_moment(node: Node) -> bool:
    plain = isinstance(node, Sym) and not node.accents and not node.font and not node.primes and node.sup is None
    return (
        plain and isinstance(node, Sym) and node.name in "sSaArR" and node.sub is not None and len(node.sub.parts) == 1
    )


def _runs_on(parts: Sequence[Node]) -> bool:
    r"""s_{t+1:\infty}, a_{t:\infty}."""
    return len(parts) == 2 and all(_start_of_run(p) is not None for p in parts)


def _start_of_run(node: Node) -> Node | None:
    if not isinstance(node, Sym) or node.name not in "sSaA" or node.sup is not None or node.sub is None:
        return None
    if node.sub.separators != (":",):
        return None
    start, end = node.sub.parts
    return start if (isinstance(end, Nothing) or is_last(end)) and not isinstance(start, Nothing) else None


def is_last(node: Node) -> bool:
    """∞, T, T - 1, H: where a trajectory ends."""
    first = node.terms[0][1] if isinstance(node, Add) else node
    return isinstance(first, Sym) and first.sub is None and first.name in {"infty", *HORIZONS}


def _from_the_first(node: Node) -> bool:
    """s_{0:T}, a_{1:T}."""
    start = _start_of_run(node)
    return isinstance(start, Num) and start.text in ("0", "1")


def _begins(node: Node) -> int | None:
    """0 for s_0, 1 for s_1: the first moment of a trajectory."""
    only = node.sub.only if isinstance(node, Sym) and node.name in "sS" and node.sub is not None else None
    return int(only.text) if isinstance(only, Num) and only.text in ("0", "1") else None


def _before(moments: Sequence[Node]) -> Items | None:
    """s_t, where the list begins with a_t; s_t, a_t, where it begins with s_{t+1} and a_{t+1}."""
    runs = {m.name.lower(): _start_of_run(m) for m in moments if isinstance(m, Sym)} if _runs_on(moments) else None
    if runs is not None:
        state, action = runs.get("s"), runs.get("a")
        at = _previous(state)
        if at is None or action is None:
            return None
        later = _text(action) == _text(state)
        if not later and _text(action) != _text(at):
            return None
        return _given(moments[0], at, with_action=later)
    first = moments[0]
    if not isinstance(first, Sym) or first.sub is None or first.sub.only is None:
        return None
    if first.name in "aA":
        return _given(first, first.sub.only, with_action=False)
    at = _previous(first.sub.only) if first.name in "sS" else None
    return _given(first, at, with_action=True) if at is not None else None


def _previous(node: Node | None) -> Node | None:
    """t, of t+1."""
    if isinstance(node, Add) and len(node.terms) == 2 and isinstance(node.terms[1][1], Num):
        (sign, first), (plus, one) = node.terms
        if sign == plus == 1 and isinstance(one, Num) and one.text == "1":
            return first
    return None


def _text(node: Node | None) -> str:
    parts = (node.terms if isinstance(node, Add) else ((1, node),)) if node is not None else ()
    return " ".join(f"{sign}{getattr(n, 'head', getattr(n, 'text', '?'))}" for sign, n in parts)


def _given(place: Node, at: Node, *, with_action: bool) -> Items:
    start, end = place.start, place.end
    index = Items(start, end, (at,), ())
    parts = tuple(Sym(start, end, name, sub=index) for name in ("sa" if with_action else "s"))
    return Items(start, end, parts, (",",) * (len(parts) - 1))
