r"""What a text uses a letter for: to run over a set, as z in Σ_z q(z), or to count, as G in Σ_{i=1}^G r_i.

Letters of the field (s, a, x, y, t, T, θ, …) have their role without this. A letter that is used in two ways has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from derive.book import tree
from derive.book.letters import COUNTERS, ELEMENTS, HORIZONS, PARAMETERS, POLICIES, TIMES, TRAJECTORY
from derive.book.tree import Call, Items, Node, Sym, walk

_TAKEN = frozenset({*ELEMENTS, *TIMES, *COUNTERS, *HORIZONS, *PARAMETERS, *POLICIES, TRAJECTORY, "e", "d", "r", "f"})
_ACTIONS = frozenset(name for name, domain in ELEMENTS.items() if domain == ELEMENTS["a"])
Seen = dict[str, set[str]]  # a letter and the names of the sets that it was seen to run over


def note_roles(node: Node, elements: Seen, counts: set[str], policies: set[str]) -> None:
    """Adds what one node of a tree shows."""
    if isinstance(node, tree.Big):
        _note_run(node.sub, elements)
        _note_count(node, counts)
    elif isinstance(node, tree.Expect):
        _note_run(node.sub, elements)
    elif isinstance(node, tree.Indexed) and node.sup is not None and _indexes(node.sub):
        counts |= _plain_names(node.sup.parts)
    elif isinstance(node, Call):
        _note_law(node, elements)
        policies |= {node.head.name} if _is_a_policy(node) else set()


def note_place(node: Node, beside_states: Seen) -> None:
    """h(s, b), θ_{s,b}: what stands beside a state; π(b): what a policy without states is given."""
    if isinstance(node, Call):
        head, items = node.head, node.args
    elif isinstance(node, Sym) and node.name in PARAMETERS and node.sub is not None:
        head, items = node, node.sub
    else:
        return
    if not items.parts or any(s != "," for s in items.separators) or len(items.parts) > 2:
        return
    *states, last = items.parts
    of_state = [ELEMENTS.get(name) for name in _plain_names(states)] == [ELEMENTS["s"]]
    if of_state or (not states and head.name in POLICIES and isinstance(node, Call)):
        beside_states.setdefault(head.name, set()).update(_plain_names([last]))


def settled(elements: Seen, heads: Iterable[str], beside_states: Seen) -> tuple[tuple[str, str], ...]:
    """The letters with one role, and the name of their set: A where a policy draws them, or where they stand in a
    function at the place of an action, S where the dynamics draw them."""
    functions = set(heads)
    like_actions = set().union(*(names for names in beside_states.values() if names & _ACTIONS))
    found = []
    for letter, names in sorted(elements.items()):
        known = sorted((names | ({"A"} if letter in like_actions else set())) - {letter.upper()})
        if letter not in functions and len(known) <= 1:
            found.append((letter, known[0] if known else letter.upper()))
    return tuple(found)


def _note_run(sub: Items | None, elements: Seen) -> None:
    for part in sub.parts if sub is not None else ():
        first = part
        if isinstance(part, tree.Relation):
            if part.operators not in (("~",), ("in",)):
                continue
            first = part.sides[0] or part
        for name in _plain_names(first.items.parts if isinstance(first, tree.Group) else (first,)):
            bare = name.isupper() and not isinstance(part, tree.Relation)  # E_{X,Y}, ∫_B
            if name not in _TAKEN and len(name) == 1 and (name.islower() or bare):
                elements.setdefault(name, set()).add(name.upper())


def _note_count(node: tree.Big, counts: set[str]) -> None:
    """N of Σ_{i=1}^N; the last index of a time stays a horizon."""
    if node.upper is not None and _indexes(node.sub):
        names = _plain_names(node.upper.parts)
        counts |= {n for n in names if n not in HORIZONS and (n.isupper() or n in "nm" or _numbers_outcomes(node))}


def _numbers_outcomes(node: tree.Big) -> bool:
    """Σ_{i=1}^k R(x, y_i): what i numbers are responses, no times."""
    first = node.sub.parts[0] if node.sub is not None else None
    index = first.sides[0] if isinstance(first, tree.Relation) else None
    if not isinstance(index, Sym) or index.name not in COUNTERS:
        return False
    return any(
        isinstance(n, Sym)
        and n.name in ("x", "y")
        and n.sub is not None
        and n.sub.only == replace(index, start=n.sub.parts[0].start, end=n.sub.parts[0].end)
        for n in walk(node.body)
    )


def _indexes(sub: Items | None) -> bool:
    """i = 1, with whatever condition stands beside it."""
    first = sub.parts[0] if sub is not None else None
    return isinstance(first, tree.Relation) and first.operators == ("=",)


def _note_law(node: Call, elements: Seen) -> None:
    """π(b|s), P(z|s,a): b is an action, z a state; π(o|q), π(o_t|q,o_{<t}): o and q run over sets of their own."""
    parts, separators = node.args.parts, node.args.separators
    if node.head.name not in (*POLICIES, "P", "p") or separators[:1] != ("|",):
        return
    given = "".join(ELEMENTS[p.name].name for p in parts[1:] if isinstance(p, Sym) and p.name in ELEMENTS)
    wanted = "A" if node.head.name in POLICIES and given == "S" else "S" if given == "SA" else ""
    if not wanted and node.head.name in POLICIES:
        letters = {p.name for p in parts if isinstance(p, Sym) and not p.accents and not p.font}
        for name in letters:
            if name not in _TAKEN and len(name) == 1 and name.islower():
                elements.setdefault(name, set()).add(name.upper())
    for name in _plain_names(parts[:1]):
        if wanted and name not in _TAKEN and len(name) == 1 and name.islower():
            elements.setdefault(name, set()).add(wanted)


def _is_a_policy(node: Call) -> bool:
    """b(a|s), β(A_t|S_t), of a letter that is no reward and no dynamics."""
    parts = node.args.parts
    if len(parts) != 2 or node.args.separators != ("|",) or node.head.name in (*POLICIES, "P", "p", "r", "R"):
        return False
    sorts = [ELEMENTS[p.name].name for p in parts if isinstance(p, Sym) and p.name in ELEMENTS]
    return sorts == ["A", "S"] and (len(node.head.name) == 1 or node.head.name == "beta")


def _plain_names(parts: Iterable[Node]) -> set[str]:
    """The letters among some parts that nothing hangs on but primes."""
    plain = (p for p in parts if isinstance(p, Sym) and p.sub is None and p.sup is None)
    return {p.name for p in plain if not p.accents and not p.font}
