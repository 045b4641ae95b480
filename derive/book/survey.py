"""One pass over a whole text before any step is read: its parameters, its last index, the forms of its rewards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from derive.book import tree
from derive.book.letters import (
    DISTRIBUTIONS,
    ELEMENTS,
    HORIZONS,
    PARAMETERS,
    POLICIES,
    REWARDS,
    TIMES,
    VALUES,
)
from derive.book.roles import Seen, note_place, note_roles, settled
from derive.book.scope import Survey
from derive.book.shares import note_visits, said
from derive.book.sorts import integer, names_reward
from derive.book.tree import Call, Node, Num, Sym, walk


@dataclass
class _Seen:
    parameters: set[str] = field(default_factory=set)
    horizons: list[tuple[str, int]] = field(default_factory=list)
    firsts: set[int] = field(default_factory=set)
    rewards: set[str] = field(default_factory=set)
    paid: set[str] = field(default_factory=set)  # the letters that rewards are written with
    reward_function: bool = False
    parametric: set[str] = field(default_factory=set)
    arrivals: list[int] = field(default_factory=list)
    differentiated: set[str] = field(default_factory=set)
    of_policies: set[str] = field(default_factory=set)
    discounted: bool = False
    elements: Seen = field(default_factory=dict)
    counts: set[str] = field(default_factory=set)
    policies: set[str] = field(default_factory=set)
    visits: dict[str, str] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)
    beside_states: Seen = field(default_factory=dict)


def survey(formulas: Iterable[Node], prose: str) -> Survey:
    """One pass over all formulas that could be parsed, and the words around them."""
    seen = _Seen()
    shown: list[tuple[str, int]] = []
    for formula in formulas:
        seen.arrivals += _arrivals(formula)
        for node in walk(formula):
            _note(node, seen)
        shown += dict.fromkeys(seen.horizons)
        seen.horizons.clear()
    horizons = _most_shown(shown)
    return Survey(
        parameters=frozenset(seen.parameters),
        horizons=horizons,
        other_horizons=tuple(h for h in dict.fromkeys(shown) if h not in horizons),
        first=1 if seen.firsts and min(seen.firsts) >= 1 else 0,
        rewards=frozenset(seen.rewards),
        reward_function=seen.reward_function or seen.paid == {"R"},
        one_reward=seen.reward_function or len(seen.paid) == 1,
        parametric=frozenset(seen.parametric),
        arrival=_arrival(seen),
        of_policies=frozenset(seen.of_policies),
        differentiated=frozenset(seen.differentiated),
        marked_policy=bool(seen.of_policies),
        discounted=seen.discounted,
        elements=settled(seen.elements, seen.heads, seen.beside_states),
        counts=frozenset(seen.counts - seen.heads),
        policies=frozenset(seen.policies),
        heads=frozenset(seen.heads),
        sigmoid=_SIGMOID.search(prose) is not None,
        visits=tuple(sorted(seen.visits.items())),
        visits_said=said(prose),
        deterministic=any(_NOT.search(m[0]) is None for m in _DETERMINISTIC.finditer(prose)),
        arbitrary=frozenset(one or two for one, two in _ARBITRARY.findall(prose)) | set(_CONSTANT.findall(prose)),
    )


def _most_shown(shown: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """For every letter of a horizon the last index that most formulas show."""
    counts = Counter(shown)
    letters = dict.fromkeys(letter for letter, _ in shown)
    return tuple(max((h for h in counts if h[0] == letter), key=counts.__getitem__) for letter in letters)


_ARBITRARY = re.compile(
    r"\b(?:any|arbitrary|every)\s+(?:[\w-]+\s+){0,2}(?:function|baseline|random\s+variable)s?\s+"
    r"(?:\$([A-Za-z])(?:\b|_)|([A-Za-z])(?= of\b|\())"
)
_CONSTANT = re.compile(
    r"(?:^|[.!?}]\s|\n)\s*For an? (?:\w+ )?(?:constant|number|scalar)\s+\$([A-Za-z])\$"
)  # true of each
_DETERMINISTIC = re.compile(
    r"[^.]{0,40}\b(?:environment|dynamics|transitions?)\b[^.]{0,40}\b(?:is|are)\b[^.]{0,20}\bdeterministic",
    re.I,
)
_SIGMOID = re.compile(
    r"(?:\\sigma\b|σ)[^.\n]{0,60}\b(?:sigmoid|logistic)\b|\b(?:sigmoid|logistic)\b[^.\n]{0,40}(?:\\sigma\b|σ)", re.I
)
_NOT = re.compile(r"\b(?:not|never|neither|nor|if|whether|unless|when|were|rarely|non)\b|n['’]t", re.I)


def _arrival(seen: _Seen) -> int:
    """1 where rewards are written R_{t+1}, one later than their state and action, more often than R_t."""
    return int(sum(seen.arrivals) > 0)


def _arrivals(formula: Node) -> list[int]:
    """1 for R_{t+1} beside S_t or G_t, -1 for R_t beside it; where nothing else has an index, 1 for R_{t+1} alone."""
    rewards, others = [], []
    for node in walk(formula):
        if isinstance(node, Sym) and node.sub is not None and node.sub.only is not None and node.sup is None:
            at, numbered = _after(node.sub.only), isinstance(node.sub.only, Num)
            if at is not None and node.head in ("r", "R") and not (numbered and at):
                rewards.append(at)
            elif at is not None and node.name in ("s", "S", "a", "A", "G") and not node.accents:
                others.append(at)
    if not rewards:
        return []
    first = min(rewards) - (min(others) if others else 0)
    return [1 if first >= 1 else -1 if first == 0 and min(rewards) == 0 else 0]


def _after(node: Node) -> int | None:
    """The number in an index t + k + 1; None for R_T and for what is no index of time."""
    if isinstance(node, Num):
        return integer(node)
    if isinstance(node, Sym):
        return None if node.name in HORIZONS or node.name not in TIMES else 0
    if isinstance(node, tree.Add):
        parts = [_after(term) if sign == 1 or isinstance(term, Num) else None for sign, term in node.terms]
        return None if None in parts else sum(s * p for (s, _), p in zip(node.terms, parts, strict=True) if p)
    return None


def _note(node: Node, seen: _Seen) -> None:
    note_roles(node, seen.elements, seen.counts, seen.policies)
    note_place(node, seen.beside_states)
    note_visits(node, seen.visits)
    is_product = isinstance(node, Call) and isinstance(node.args.only, (tree.Add, tree.Mul, Num))  # N(N+1)
    seen.heads |= {node.head.name} if isinstance(node, Call) and not is_product else set()
    seen.discounted |= isinstance(node, Sym) and node.head == "gamma"
    if isinstance(node, tree.Grad) and node.sub is not None:
        found = {p.head for p in node.sub.parts if isinstance(p, Sym) and p.name in PARAMETERS and p.sub is None}
        seen.parameters |= found
        seen.differentiated |= found
    elif isinstance(node, Sym) and node.name in (*POLICIES, *DISTRIBUTIONS, *REWARDS, *VALUES):
        parts = node.sub.parts if node.sub is not None else ()
        marks = {p.head for p in parts if isinstance(p, Sym) and p.name in PARAMETERS and p.sub is None}
        seen.parameters |= marks
        seen.of_policies |= {m for m in marks if not m.endswith("'")} if node.name == "pi" else set()
    if isinstance(node, Call) and node.head.name == "pi" and len(node.args.parts) > 2:  # π(a|s, θ)
        last = node.args.parts[-1]
        if isinstance(last, Sym) and last.name in PARAMETERS and last.sub is None and not last.accents:
            seen.parameters.add(last.head)
            seen.of_policies.add(last.head)
    if isinstance(node, tree.Big) and node.upper is not None and node.upper.only is not None:
        _note_horizon(node, node.upper.only, seen)
    if isinstance(node, Call) and node.head.name in DISTRIBUTIONS and len(node.args.parts) == 2:
        first, mark = node.args.parts
        of_parameter = isinstance(mark, Sym) and mark.name in PARAMETERS and node.args.separators == (";",)
        seen.parametric |= {node.head.name} if of_parameter and isinstance(first, Sym) and first.name in "xy" else set()
    if (
        isinstance(node, tree.Relation)
        and len(node.sides) > 1
        and node.sides[0] is not None
        and node.sides[1] is not None
    ):
        seen.reward_function |= names_reward(node.sides[0], node.sides[1])
    if isinstance(node, Sym) and node.name == "r" and node.sub is not None:
        seen.paid.add("r")
    if isinstance(node, Call) and _is_joint(node):
        seen.rewards.add("sas")
        seen.paid.add("r")
    if isinstance(node, Call) and node.head.name in REWARDS:
        sorts = "".join(ELEMENTS[a.name].name for a in node.args.parts if isinstance(a, Sym) and a.name in ELEMENTS)
        form = {"S": "s", "SA": "sa", "SAS": "sas"}.get(sorts)
        seen.rewards |= {form} if form else set()
        seen.paid |= {node.head.name} if form else set()


def _is_joint(node: Call) -> bool:
    """p(s', r | s, a): a reward that depends on where one arrives."""
    parts = node.args.parts
    return len(parts) == 4 and node.args.separators == (",", "|", ",") and getattr(parts[1], "name", "") == "r"


def _note_horizon(node: tree.Big, upper: Node, seen: _Seen) -> None:
    """Σ_{t=0}^{T} over actions or rewards: the last one has the index T; Σ_{t=0}^{T-1}: T-1."""
    steps = any(isinstance(n, Sym) and n.name in ("a", "r", "A") and n.sub is not None for n in walk(node.body))
    counts_samples = isinstance(upper, tree.Size) or (isinstance(upper, Sym) and upper.name not in (*HORIZONS, "infty"))
    if not steps or counts_samples:
        return
    only = node.sub.only if node.sub is not None else None
    if isinstance(only, tree.Relation) and only.operators == ("=",) and isinstance(only.sides[1], Num):
        seen.firsts.add(integer(only.sides[1]) or 0)
    if isinstance(upper, Sym) and upper.name in HORIZONS and upper.sub is None:
        seen.horizons.append((upper.name, 0))
    elif isinstance(upper, tree.Add) and len(upper.terms) == 2:
        (one, letter), (sign, rest) = upper.terms
        if (
            one == 1
            and isinstance(letter, Sym)
            and letter.name in HORIZONS
            and isinstance(rest, Num)
            and "." not in rest.text
        ):
            seen.horizons.append((letter.name, sign * int(rest.text)))
