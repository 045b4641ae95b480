r"""Which name an equation gives to its right side, whether or not the right side can be read.

L(φ, D) = …, \hat A_t^{(n)} = …, P(i > j) = … introduce L, Â^{(n)} and the probability of a preference, where the name
is new and does not stand on the right as well. What is random or what a text of this field starts from is named by
no equation: s_t, P(s'|s,a), π_θ(a|s).
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from derive.book import tree
from derive.book.letters import DISTRIBUTIONS, ELEMENTS, HORIZONS, POLICIES, TRAJECTORY
from derive.book.scope import Survey
from derive.book.sorts import integer, is_action_value, label_of, sort_of
from derive.book.tree import Call, Node, Relation, Sym, walk

_OPERATORS = frozenset({"E", "Var", "Cov", "Pr", "KL", "D", "log", "Ent"})


def named(node: Node, survey: Survey) -> str | None:
    """The name that stands on the left of an equation: its letter, marks and arity; None where it names nothing new."""
    head = node.head if isinstance(node, Call) else node
    if not isinstance(head, Sym) or head.name in _OPERATORS or head.name in (survey.parameters or {"theta"}):
        return None
    if isinstance(node, Call):
        if not _names_a_function(node, survey):
            return None
    elif head.name in ELEMENTS or head.name in (*HORIZONS, TRAJECTORY) or (head.name in POLICIES and not head.sup):
        return None
    marks = [_mark(p) for items in (head.sub, head.sup) if items is not None for p in items.parts]
    arity = len(node.args.parts) if isinstance(node, Call) else 0
    return f"{head.head}[{','.join(m for m in marks if m)}]{arity}"


def _names_a_function(node: Call, survey: Survey) -> bool:
    parts = node.args.parts
    if ">" in node.args.separators:  # P(i > j), p(y_1 ≻ y_2 | x)
        return True
    if any(isinstance(p, Relation) for p in parts):
        return False
    if any(integer(p) is not None or not isinstance(p, (Sym, tree.Dot)) for p in parts):
        return False
    if node.head.name in DISTRIBUTIONS | POLICIES and not is_action_value(node, survey):
        return {sort_of(p, survey) for p in parts} == {"param"} or bool(node.head.sup)
    return True


def _mark(part: Node) -> str:
    """What tells X_old from X_new; the name of an index tells nothing."""
    label = label_of(part)
    if label is not None:
        return label
    if isinstance(part, Sym) and part.name.islower() and len(part.name) == 1:
        return "·"
    return written(part)


def recursive(left: Node, right: Node, survey: Survey) -> bool:
    """Whether the name on the left stands on the right as well: V(s) = … V(s') …, P(A,B) = P(B|A) P(A)."""
    name = named(left, survey)
    head = left.head if isinstance(left, Call) else left
    assert isinstance(head, Sym)
    for node in walk(right):
        if isinstance(node, (Call, Sym)) and named(node, survey) == name:
            return True
        if isinstance(left, Call) and isinstance(node, Call) and written(node.head) == written(head):
            return True
    return False


def written(value: Any) -> str:
    """A tree as text, whatever its place: equal for trees that are written alike."""
    if isinstance(value, tuple):
        return f"({' '.join(map(written, value))})"
    if not isinstance(value, Node):
        return str(value)
    parts = [written(getattr(value, f.name)) for f in fields(value) if f.name not in ("start", "end")]
    return f"{type(value).__name__}{{{' '.join(parts)}}}"
