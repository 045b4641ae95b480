"""r^* and π^* as r and π_r: what a text derives for any reward, it uses for the true one.

A step that fails for any r^* holds where r^* is r, with the definitions of the text for r; it is never refuted so.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from derive.book.claims import readings
from derive.book.letters import LABELS, POLICIES
from derive.book.scope import Scope
from derive.book.sorts import label_of, mark_of
from derive.book.tokens import Stopped
from derive.book.tree import Call, Node, Sym, walk
from derive.book.verdict import Judged, Setting
from derive.printing import latex

_REWARD = "r"


def unstarred(left: Node, right: Node, setting: Setting) -> Judged | None:
    """The verdict on the step for r^* = r; None where it speaks of no r^*, of r beside it, or does not pass."""
    heads = [n.head for n in walk((left, right)) if isinstance(n, Call)]
    beside = any(n.name == _REWARD and n.sup is None and n.sub is None for n in heads)
    if beside or not any(_is_starred(n) for n in heads):
        return None
    scope = setting.scope
    policy = _policy_of_the_reward(scope)
    known = frozenset(b.key.head for b in scope.bindings if _is_starred(_head(b.head)))
    one, two = (_plain(side, policy, known) for side in (left, right))
    there = replace(scope, bindings=tuple(replace(b, body=_plain(b.body, policy, known)) for b in scope.bindings))
    reading = readings(scope, [one, two])[0][0]
    try:
        claim = setting.claim(one, two, reading, scope=there)
    except Stopped:
        return None
    if (judgement := setting.passes(claim)) is None:
        return None
    message = f"for r^* = r, of which the text says more: {judgement.message}"
    return replace(judgement, verdict="holds", code="D004", message=message), latex(claim.equation)


def _head(node: Node) -> Node:
    return node.head if isinstance(node, Call) else node


def _is_starred(node: Node) -> bool:
    """r^*, π^*."""
    if not isinstance(node, Sym) or node.name not in (_REWARD, *POLICIES):
        return False
    marks = [p for items in (node.sub, node.sup) if items is not None for p in items.parts]
    return len(marks) == 1 and label_of(marks[0]) == "*"


def _policy_of_the_reward(scope: Scope) -> Sym | None:
    """π_r, where the text defines one policy by its name and no π^*."""
    found = {}
    for binding in scope.bindings:
        head = _head(binding.head)
        if not isinstance(head, Sym) or head.name not in POLICIES:
            continue
        marks = [mark_of(p, head) for p in (head.sub.parts if head.sub is not None else ())]
        if len(marks) == 1 and marks[0] is not None and marks[0] not in LABELS:
            found[binding.key] = head
    return next(iter(found.values())) if len(found) == 1 else None


def _plain(value: Any, policy: Sym | None, known: frozenset[str]) -> Any:
    """A tree with r for r^*, and π_r for a π^* that the text does not define."""
    if isinstance(value, tuple):
        return tuple(_plain(part, policy, known) for part in value)
    if not isinstance(value, Node):
        return value
    if isinstance(value, Sym) and _is_starred(value) and value.head not in known:
        if value.name == _REWARD:
            return replace(value, sub=None, sup=None)
        same = policy is not None and policy.name == value.name
        return replace(policy, start=value.start, end=value.end) if policy is not None and same else value
    names = (f.name for f in fields(value) if f.name not in ("start", "end"))
    return replace(value, **{name: _plain(getattr(value, name), policy, known) for name in names})
