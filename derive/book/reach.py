r"""How far a ∇ reaches: ∇π \log π is (∇π) \log π as it stands, and may be meant as ∇(π \log π)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import product
from typing import Any

from derive.book.scope import Scope
from derive.book.tree import Call, Grad, Mul, Node, Sym, walk

MOST = 4  # products of a step in which a ∇ may reach further, each one way or the other


def wider(left: Node, right: Node, scope: Scope) -> Iterator[tuple[Node, Node]] | None:
    """The sides with every choice of how far each ∇ reaches but the nearest for all; None where there are too many."""
    places = [n for side in (left, right) for n in walk(side) if isinstance(n, Mul) and _reach(n, scope) is not None]
    if len(places) > MOST:
        return None
    return _choices(left, right, places, scope)


def _choices(left: Node, right: Node, places: list[Mul], scope: Scope) -> Iterator[tuple[Node, Node]]:
    for chosen in product((False, True), repeat=len(places)):
        wide = {id(place) for place, one in zip(places, chosen, strict=True) if one}
        if wide:
            yield _widened(left, wide, scope), _widened(right, wide, scope)


def _reach(node: Mul, scope: Scope) -> int | None:
    """The place of a ∇ that is followed by factors of its product which depend on the parameter."""
    for i, factor in enumerate(node.factors[:-1]):
        if (
            isinstance(factor, Grad)
            and isinstance(factor.body, (Sym, Call))
            and any(_depends(f, scope) for f in node.factors[i + 1 :])
        ):
            return i
    return None


def _widened(value: Any, wide: set[int], scope: Scope) -> Any:
    """A tree in which the ∇ of some of its products reaches to their ends."""
    if isinstance(value, tuple):
        return tuple(_widened(part, wide, scope) for part in value)
    if not isinstance(value, Node):
        return value
    names = [f.name for f in fields(value) if f.name not in ("start", "end")]
    changed = replace(value, **{name: _widened(getattr(value, name), wide, scope) for name in names})
    if not isinstance(value, Mul) or not isinstance(changed, Mul) or id(value) not in wide:
        return changed
    at = _reach(value, scope)
    assert at is not None
    grad = changed.factors[at]
    assert isinstance(grad, Grad)
    body = Mul(grad.body.start, value.end, (grad.body, *changed.factors[at + 1 :]))
    whole = replace(grad, end=value.end, body=body)
    return replace(changed, factors=(*changed.factors[:at], whole)) if at else whole


def _depends(node: Node, scope: Scope) -> bool:
    return any(
        isinstance(n, Sym) and (n.name in ("pi", "J", "P") or n.head in (scope.survey.parameters or {"theta"}))
        for n in walk(node)
    )
