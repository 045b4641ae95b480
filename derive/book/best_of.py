"""max_π E[r] - β KL(π ‖ π_ref): a maximum reaches to the last term that depends on what it is taken over."""

from __future__ import annotations

from derive.book.letters import PARAMETERS, POLICIES
from derive.book.tree import Add, Best, Node, Sym, walk


def whole(node: Node) -> Node:
    """A sum that opens with a maximum over policies or parameters, as the maximum of the sum; else the node."""
    if not isinstance(node, Add) or len(node.terms) < 2:
        return node
    (sign, first), *rest = node.terms
    over = {p.name for p in first.sub.parts if isinstance(p, Sym)} if isinstance(first, Best) and first.sub else set()
    names = over & (POLICIES | PARAMETERS)
    if sign != 1 or not isinstance(first, Best) or not names:
        return node
    if not any(isinstance(n, Sym) and n.name in names for _, term in rest for n in walk(term)):
        return node
    body = Add(first.body.start, node.end, ((1, first.body), *rest))
    return Best(node.start, node.end, first.name, first.sub, body)
