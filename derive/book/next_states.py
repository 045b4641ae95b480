"""Σ_{s',r} p(s',r|s,a): the next state and the reward, drawn together."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from derive.book.letters import (
    ELEMENTS,
)
from derive.book.tree import Big, Call, Items, Mul, Node, Relation, Sym, walk


def of_next_states(node: Big) -> Node:
    """Σ_{s',r} p(s',r|s,a) X as Σ_{s'} p(s'|s,a) X, its r being r(s,a,s'); Σ_r p(s',r|s,a) as p(s'|s,a); any other
    sum as it is."""
    if node.kind != "sum" or node.sub is None:
        return node
    parts, body = _opened(node)
    rewards = [p for p in parts if _is_plain(p, "r")]
    law = next((n for n in walk(body) if isinstance(n, Call) and _of_reward(n)), None)
    if len(rewards) != 1 or len(parts) > 2 or law is None:
        return node
    after, paid, *given = law.args.parts
    start, end = law.start, law.end
    moves = replace(law, args=Items(start, end, (after, *given), ("|", ",")))
    states = tuple(p for p in parts if p is not rewards[0])
    if not states:
        return moves if body == law else node
    if not isinstance(after, Sym) or not isinstance(states[0], Sym) or after.head != states[0].head:
        return node
    reward = Call(start, end, Sym(start, end, "r"), Items(start, end, (*given, after), (",", ",")))
    changed = replaced(replaced(body, law, moves), paid, reward)
    assert isinstance(changed, Node)
    return replace(node, sub=Items(node.sub.start, node.sub.end, states, ()), body=changed)


def _opened(node: Big) -> tuple[tuple[Node, ...], Node]:
    """What two sums, one directly or behind factors in the other, run over, and what they sum."""
    assert node.sub is not None
    parts, body = tuple(map(_member, node.sub.parts)), node.body
    factors = body.factors if isinstance(body, Mul) else (body,)
    inner = factors[-1]
    if not isinstance(inner, Big) or inner.kind != "sum" or inner.sub is None or inner.upper or node.upper:
        return parts, body
    whole = Mul(body.start, body.end, (*factors[:-1], inner.body)) if len(factors) > 1 else inner.body
    return (*parts, *map(_member, inner.sub.parts)), whole


def _member(part: Node) -> Node:
    """s', of s' ∈ S."""
    first = part.sides[0] if isinstance(part, Relation) and part.operators == ("in",) else None
    return first or part


def _of_reward(node: Call) -> bool:
    """p(s', r | s, a)."""
    parts = node.args.parts
    return (
        node.head.name in ("p", "P")
        and node.args.separators == (",", "|", ",")
        and _is_plain(parts[1], "r")
        and all(isinstance(p, Sym) and p.name in ELEMENTS for p in (parts[0], *parts[2:]))
    )


def _is_plain(node: Node, name: str) -> bool:
    return isinstance(node, Sym) and node.name == name and node == Sym(node.start, node.end, name)


def without_accents(node: Any) -> Any:
    r"""Σ_{\bar s}, E_{\tilde a ∼ π}: what a sum or an expectation runs over, with primes of its own for an accent."""
    for part in node.sub.parts if node.sub is not None else ():
        first = part.sides[0] if isinstance(part, Relation) and part.operators in (("in",), ("~",)) else part
        if (
            isinstance(first, Sym)
            and first.name in ("s", "a")
            and first.accents
            and first.sub is None
            and not first.sup
        ):
            node = replaced(node, first, unused(first, node))
        elif isinstance(node, Big) and isinstance(first, Sym) and _is_an_action(first, node.body):
            node = replaced(node, first, unused(Sym(first.start, first.end, "a"), node))
    return node


def _is_an_action(letter: Sym, body: Node) -> bool:
    """b of Σ_b π(b|s) X(b): what a policy chooses, whatever else the text calls so."""
    plain = letter == Sym(letter.start, letter.end, letter.name) and letter.name in "bcuz"
    laws = (n for n in walk(body) if isinstance(n, Call) and n.head.name == "pi" and n.args.separators[:1] == ("|",))
    firsts = [n.args.parts[0] for n in laws]
    return plain and any(
        isinstance(f, Sym) and replace(f, start=0, end=0) == replace(letter, start=0, end=0) for f in firsts
    )


def unused(letter: Sym, inside: Node) -> Sym:
    """s or a with more primes than any there."""
    name = "a" if letter.name in "aA" else "s"
    most = max((n.primes for n in walk(inside) if isinstance(n, Sym) and n.name.lower() == name), default=0)
    return Sym(letter.start, letter.end, name, primes=most + 2)


def replaced(value: Any, old: Node, new: Node) -> Any:
    """A tree with every part that is written like `old` replaced by `new`."""
    if isinstance(value, tuple):
        return tuple(replaced(part, old, new) for part in value)
    if not isinstance(value, Node):
        return value
    if type(value) is type(old) and replace(value, start=old.start, end=old.end) == old:
        return new
    if isinstance(value, Call) and isinstance(old, Sym):  # the letter itself, not a function of the same name
        return replace(value, args=replaced(value.args, old, new))
    parts = {
        f.name: replaced(getattr(value, f.name), old, new) for f in fields(value) if f.name not in ("start", "end")
    }
    return replace(value, **parts)
