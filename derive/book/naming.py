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
from derive.book.sorts import (
    integer,
    is_action_value,
    is_element,
    is_other_parameter,
    is_parameter,
    label_of,
    sort_of,
)
from derive.book.tree import Call, Node, Relation, Sym, walk

_OPERATORS = frozenset({"E", "Var", "Cov", "Pr", "KL", "D", "log", "Ent"})


def named(node: Node, survey: Survey) -> str | None:
    """The name that stands on the left of an equation: its letter, marks and arity; None where it names nothing new."""
    if isinstance(node, tree.Indexed) and isinstance(node.body, Sym) and node.sup is None:  # A^{(l)}_p[j]
        name = named(node.body, survey)
        return f"{name}[]" if name is not None else None
    head = node.head if isinstance(node, Call) else node
    if not isinstance(head, Sym) or head.name in _OPERATORS or head.name in (survey.parameters or {"theta"}):
        return None
    if isinstance(node, Call):
        if not _names_a_function(node, survey):
            return None
    elif _is_random(head) or head.name in (*HORIZONS, TRAJECTORY) or (head.name in POLICIES and not head.sup):
        return None
    marks = [_mark(p) for items in (head.sub, head.sup) if items is not None for p in items.parts]
    arity = len(node.args.parts) if isinstance(node, Call) else 0
    return f"{head.head}[{','.join(m for m in marks if m)}]{arity}"


def _is_random(head: Sym) -> bool:
    """s_t, a', S_{t+1}: a state, an action, an outcome; not Â_t, S^p_{ij}, a capital that carries more than a time."""
    if head.name not in ELEMENTS:
        return False
    indices = head.sub.parts if head.sub is not None else ()
    many = len(indices) > 1 or any(isinstance(i, tree.Mul) for i in indices)
    return head.name.islower() or not (head.accents or head.font or head.sup is not None or many)


def _names_a_function(node: Call, survey: Survey) -> bool:
    parts = node.args.parts
    if ">" in node.args.separators:  # P(i > j), p(y_1 ≻ y_2 | x)
        return True
    if any(isinstance(p, Relation) for p in parts):
        return False
    if any(integer(p) is not None or not isinstance(p, (Sym, tree.Dot, tree.Dots)) for p in parts):
        return False
    if node.head.name in DISTRIBUTIONS | POLICIES and not is_action_value(node, survey):
        only_parameters = {sort_of(p, survey) for p in parts} == {"param"}
        return only_parameters or bool(node.head.sup) or _is_no_element(parts[0], survey)
    return True


def _is_no_element(node: Node, survey: Survey) -> bool:
    """σ^i of P(σ^i | x): what is neither an element of a set nor a part of a trajectory."""
    plain = isinstance(node, Sym) and node.name not in (*ELEMENTS, TRAJECTORY) and not is_element(node, survey)
    return plain and isinstance(node, Sym) and not is_parameter(node, survey) and not is_other_parameter(node)


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
    for node in walk(right):
        if isinstance(node, (Call, Sym, tree.Indexed)) and named(node, survey) == name:
            return True
        if isinstance(left, Call) and isinstance(node, Call) and written(node.head) == written(left.head):
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
