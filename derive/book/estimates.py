r"""Sample means -> the expectations that they estimate: (1/N) Σ_i X(τ_i) is read as E_τ[X(τ)].

An estimate carries the number of its sample: τ_i, R(τ^{(i)}), a_t^{(i)}, G_{i,t}. Where every letter of the summand
that is drawn carries it, taking it off gives the summand of one trajectory (or of one action, where no time stands
beside it), and the mean of the sample has the expectation of that. Everything else is no sample mean.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from derive.book import tree
from derive.book.tree import Items, Node, Sym, walk

_DRAWN = frozenset({"s", "a", "r", "R", "G", "A", "S", "tau", "delta"})


def expected(node: Node) -> Node | None:
    """The tree with its sample mean replaced by an expectation; None where it has none, or more than one."""
    found = [n for n in walk(node) if _parts(n) is not None]
    outermost = [n for n in found if not any(n is not m and _inside(n, m) for m in found)]
    if len(outermost) != 1 or any(
        isinstance(n, (tree.Expect, tree.Grad)) and _inside(outermost[0], n) for n in walk(node)
    ):
        return None
    mean = _mean(outermost[0])
    return None if mean is None else _replaced(node, outermost[0], mean)


def conditional(left: Node, right: Node) -> Node | None:
    """E[left | s_t, a_t], where right is a value A(s_t,a_t), Q(s_t,a_t), V(s_t); None for anything else."""
    if not isinstance(right, tree.Call) or right.head.name not in ("A", "Q", "V") or right.head.accents:
        return None
    if any(not isinstance(a, Sym) or a.sub is None for a in right.args.parts):
        return None
    return tree.Expect(left.start, left.end, None, left, right.args)


def is_estimator(node: Node) -> bool:
    """Whether a letter carries the mark of an estimate: a hat, a tilde or a bar."""
    return isinstance(node, Sym) and bool(node.accents)


def _inside(node: Node, other: Node) -> bool:
    return other.start <= node.start and node.end <= other.end and any(n is node for n in walk(other))


def _parts(node: Node) -> tuple[Node, tree.Big] | None:
    r"""N (or |D|) and the sum of \frac{1}{N} \sum_i …."""
    if not isinstance(node, tree.Mul) or not isinstance(node.factors[-1], tree.Big):
        return None
    big, front = node.factors[-1], node.factors[-2]
    if isinstance(front, tree.Group) and front.items.only is not None:
        front = front.items.only
    if len(node.factors) != 2 or not isinstance(front, tree.Div) or big.kind != "sum" or big.sub is None:
        return None
    if not (isinstance(front.over, tree.Num) and front.over.text == "1") or len(big.sub.parts) != 1:
        return None
    return front.under, big


def _mean(node: Node) -> Node | None:
    found = _parts(node)
    assert found is not None
    size, big = found
    assert big.sub is not None
    part = big.sub.parts[0]
    if isinstance(part, tree.Relation) and part.operators == ("in",) and isinstance(size, tree.Size):
        drawn, pool = part.sides
        same = isinstance(pool, Sym) and isinstance(size.body, Sym) and pool.head == size.body.head
        if not (same and isinstance(drawn, Sym) and drawn.name == "tau" and drawn.sub is None):
            return None
        return tree.Expect(node.start, node.end, Items(drawn.start, drawn.end, (drawn,), ()), big.body, None)
    index = _counter(part)
    if index is None or not (_same(big.upper.only, size) if big.upper is not None else _counts(part, size)):
        return None
    return _over_one(node, big.body, index)


def _counter(part: Node) -> str | None:
    first = part.sides[0] if isinstance(part, tree.Relation) and part.operators == ("=",) else part
    plain = isinstance(first, Sym) and first == Sym(first.start, first.end, first.name)
    return first.name if plain and isinstance(first, Sym) and first.name in "ijnmbk" else None


def _counts(part: Node, size: Node) -> bool:
    """(1/N) Σ_i, whose end is not written."""
    return isinstance(part, Sym) and isinstance(size, Sym) and size.name.isupper() and size.sub is None


def _same(one: Node | None, two: Node) -> bool:
    if isinstance(one, Sym) and isinstance(two, Sym):
        return one.head == two.head and one.sub is None and two.sub is None
    return isinstance(one, tree.Num) and isinstance(two, tree.Num) and one.text == two.text


def _over_one(node: Node, body: Node, index: str) -> Node | None:
    """E_τ[body], or E_{a ~ π}[body] where single actions are drawn, with the sample's number taken off."""
    functions = {id(n.head) for n in walk(body) if isinstance(n, tree.Call) and n.head.sub is None}  # r of r(s_i, a_i)
    symbols = [n for n in walk(body) if isinstance(n, Sym) and id(n) not in functions]
    drawn = [n for n in symbols if n.name in _DRAWN and not n.accents]
    if any(_without(n, index) is n for n in drawn) or not drawn:
        return None
    stripped = _stripped(body, index)
    if any(isinstance(n, Sym) and n.name == index for n in walk(stripped)):
        return None
    names = {n.name for n in drawn}
    if names <= {"a", "r"} and all(_without(n, index).sub is None for n in drawn if n.name == "a"):
        if "a" not in names:
            return None
        action, policy = Sym(node.start, node.end, "a"), _policy(body)
        if policy is None:
            return None
        part: Node = tree.Relation(node.start, node.end, (action, policy), ("~",))
    else:
        part = Sym(node.start, node.end, "tau")
    return tree.Expect(node.start, node.end, Items(node.start, node.end, (part,), ()), stripped, None)


def _policy(body: Node) -> Sym | None:
    """The one policy that the body names."""
    heads = {n.head.name: n.head for n in walk(body) if isinstance(n, tree.Call) and n.head.name == "pi"}
    return heads.get("pi")


def _without(node: Sym, index: str) -> Sym:
    """x^{(i)}, x_{i,t}, x_{t}^{i}, τ_i without the number of the sample; the node itself where it has none."""
    if node.sup is not None and _is_index(node.sup.only, index):
        return replace(node, sup=None)
    if node.sub is None or any(s != "," for s in node.sub.separators):
        return node
    kept = tuple(p for p in node.sub.parts if not _is_index(p, index))
    if len(kept) == len(node.sub.parts) or len(node.sub.parts) > 2:
        return node
    return replace(node, sub=Items(node.sub.start, node.sub.end, kept, ()) if kept else None)


def _is_index(node: Node | None, index: str) -> bool:
    if isinstance(node, tree.Group) and node.items.only is not None:
        node = node.items.only
    return isinstance(node, Sym) and node.name == index and node.sub is None and node.sup is None


def _stripped(value: Any, index: str) -> Any:
    if isinstance(value, Sym) and value.name in _DRAWN:
        value = _without(value, index)
    return _mapped(value, lambda part: _stripped(part, index))


def _replaced(value: Any, old: Node, new: Node) -> Any:
    return new if value is old else _mapped(value, lambda part: _replaced(part, old, new))


def _mapped(value: Any, change: Any) -> Any:
    """A tree with its parts changed."""
    if isinstance(value, tuple):
        return tuple(change(part) for part in value)
    if not isinstance(value, Node):
        return value
    return replace(
        value, **{f.name: change(getattr(value, f.name)) for f in fields(value) if f.name not in ("start", "end")}
    )
