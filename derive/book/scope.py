"""What each letter means here: the text's own definitions, from where they stand, and the conventions it shows.

Definitions are kept as parse trees with their line, so that one text can be read in more than one way; the latest one
for a key is the one in force, the earlier ones are remembered. A key is a letter with its accents, labels, number of
indices and sorts of arguments: J, J(θ) and J(π_θ) are one key, R(τ) and R_t are two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from derive.book import tree
from derive.book.letters import (
    DISTRIBUTIONS,
    ELEMENTS,
    FUNCTIONS,
    HORIZONS,
    LABELS,
    PARAMETERS,
    POLICIES,
    REWARDS,
    SCALARS,
    TIMES,
    TRAJECTORY,
)
from derive.book.tree import Call, Items, Node, Num, Sym, walk


@dataclass(frozen=True)
class Key:
    """head, labels below and above, number of time indices, sorts of the arguments (parameters left out)."""

    head: str
    labels: tuple[str, ...]
    indices: int
    sorts: tuple[str, ...]


@dataclass(frozen=True)
class Binding:
    """key := body, at a line. `serial` orders the definitions of a text."""

    key: Key
    head: Node
    body: Node
    line: int
    serial: int


@dataclass(frozen=True)
class Survey:
    """What the whole text shows before any step is read."""

    parameters: frozenset[str] = frozenset()
    horizons: tuple[tuple[str, int], ...] = ()  # (letter, c): the last action has the index letter + c
    first: int = 0  # the index of the first action
    rewards: frozenset[str] = frozenset()  # forms of r: "s", "sa", "sas"
    bare_policy: bool = False  # π without an index occurs
    marked_policy: bool = False  # π_θ occurs
    deterministic: bool = False
    arbitrary: frozenset[str] = frozenset()  # functions that the prose declares arbitrary

    @property
    def parameter(self) -> str | None:
        """The one parameter that ∇ without an index means."""
        names = self.parameters or {"theta"}
        return next(iter(names)) if len(names) == 1 else None


@dataclass(frozen=True)
class Scope:
    """Everything in force at one place of the text. Immutable: `bind` gives the scope after a definition."""

    survey: Survey = Survey()
    bindings: tuple[Binding, ...] = ()
    instances: tuple[tuple[str, int, Node, int], ...] = ()  # letter, element, value, line
    sets: tuple[tuple[str, tuple[int, ...], int], ...] = ()  # a ∈ {0, 1}: letter, elements, line
    numbers: frozenset[str] = frozenset()  # letters that an example lets stand for real numbers
    state_reward: bool = False  # an example's r_t depends on s_t alone

    def bind(self, binding: Binding) -> Scope:
        return replace(self, bindings=(*self.bindings, binding))

    def found(self, key: Key) -> list[Binding]:
        """The definitions of a key so far, the one in force last."""
        return [b for b in self.bindings if b.key == key]

    def before(self, serial: int) -> Scope:
        return replace(self, bindings=tuple(b for b in self.bindings if b.serial < serial))

    def without(self, dropped: Iterable[Binding]) -> Scope:
        gone = set(dropped)
        return replace(self, bindings=tuple(b for b in self.bindings if b not in gone))

    def elements(self, letter: str) -> tuple[int, ...] | None:
        """The listed elements of the set that a letter runs over, or None when the text lists none."""
        listed = [e for name, e, _ in self.sets if name == letter]
        return listed[-1] if listed else None

    def values(self, letter: str, elements: tuple[int, ...]) -> dict[int, Node] | None:
        """The values of a letter at every listed element, or None when one is missing."""
        known = {element: value for name, element, value, _ in self.instances if name == letter}
        return {e: known[e] for e in elements} if set(elements) <= known.keys() else None


# Sorts of arguments, as far as the table of letters and the survey tell them


def is_parameter(node: Node, survey: Survey) -> bool:
    """θ, or π_θ standing for it as in J(π_θ)."""
    if not isinstance(node, Sym) or node.accents or node.sup is not None:
        return False
    if node.name in POLICIES and node.sub is not None:
        return any(is_parameter(p, survey) for p in node.sub.parts)
    return node.head in (survey.parameters or {"theta"}) and node.sub is None


def sort_of(node: Node, survey: Survey) -> str:
    """param, path, number, dot, a domain's name, or real."""
    if is_parameter(node, survey):
        return "param"
    if isinstance(node, tree.Dot):
        return "dot"
    if integer(node) is not None:
        return "number"
    if isinstance(node, Sym) and not node.accents and not node.font and node.sup is None:
        if node.name == TRAJECTORY and (node.sub is None or node.sub.separators == (":",)):
            return "path"
        if node.name in ELEMENTS:
            return ELEMENTS[node.name].name
    return "real"


def integer(node: Node) -> int | None:
    """The value of a signed whole number as written."""
    if isinstance(node, Num):
        return int(node.text) if "." not in node.text else None
    if isinstance(node, tree.Add) and len(node.terms) == 1 and isinstance(node.terms[0][1], Num):
        sign, number = node.terms[0]
        value = integer(number)
        return None if value is None else sign * value
    if isinstance(node, tree.Group) and node.items.only is not None:
        return integer(node.items.only)
    return None


def number(node: Node) -> bool:
    """Whether a tree is closed arithmetic: numbers and signs only."""
    allowed = (Num, tree.Add, tree.Mul, tree.Div, tree.Pow, tree.Group, Items)
    return all(isinstance(n, allowed) for n in walk(node))


def label_of(node: Node) -> str | None:
    """old in π_old, * in V^*, pi in V^π; None when it is no label."""
    if isinstance(node, tree.Text):
        return node.text.strip()
    if isinstance(node, tree.Mul) and all(isinstance(f, Sym) and f == Sym(f.start, f.end, f.name) for f in node.factors):
        word = "".join(f.name for f in node.factors if isinstance(f, Sym))
        return word if word in LABELS else None
    if isinstance(node, Sym) and node.sub is None and node.sup is None:
        if node.name in LABELS and node.name not in TIMES:
            return node.name
        if node.font == "rm" and len(node.name) > 1:
            return node.name
        if node.name in POLICIES:
            return node.head
    return None


_OF_ELEMENTS = DISTRIBUTIONS | POLICIES | REWARDS | FUNCTIONS


def key_of(node: Node, survey: Survey) -> Key | None:
    """The key of a letter with indices and arguments, or None where it has none (a sample superscript, a product)."""
    head, args = (node.head, node.args.parts) if isinstance(node, Call) else (node, ())
    if not isinstance(head, Sym):
        return None
    labels, indices = [], 0
    for part in head.sub.parts if head.sub is not None else ():
        if is_parameter(part, survey):
            continue
        label = label_of(part)
        if label is not None:
            labels.append(label)
        elif isinstance(part, tree.Relation) or isinstance(part, tree.Group):
            return None
        else:
            indices += 1
    if head.sup is not None:
        label = label_of(head.sup.only) if head.sup.only is not None else None
        if label is None:
            return None
        labels.append("^" + label)
    sorts = tuple(s for a in args if (s := sort_of(a, survey)) != "param")
    if len(args) == 1 and sorts in (("real",), ("X",), ("Y",)) and head.name not in _OF_ELEMENTS:
        sorts = ()  # σ(x) and σ(θ) are one function of a number
    return Key(head.head, tuple(labels), indices, sorts)


def is_head(node: Node, survey: Survey) -> bool:
    """Whether a tree can stand on the left of a definition: a letter with distinct plain variables."""
    key = key_of(node, survey)
    sym = node.head if isinstance(node, Call) else node
    if key is None or not isinstance(sym, Sym) or is_primitive(node, survey):
        return False
    if isinstance(node, Call) and any(sep != "," for sep in node.args.separators) and key.sorts:
        return False
    parts = [*(sym.sub.parts if sym.sub else ()), *(node.args.parts if isinstance(node, Call) else ())]
    plain = [p for p in parts if not is_parameter(p, survey) and label_of(p) is None]
    if not all(isinstance(p, Sym) and p.sup is None and not p.accents for p in plain):
        return False
    if any(isinstance(p, Sym) and p.name == TRAJECTORY and p.sub is not None for p in plain):
        return False
    shown = [(p.head, str(p.sub)) for p in plain if isinstance(p, Sym)]
    return len(set(shown)) == len(shown)


def is_primitive(node: Node, survey: Survey) -> bool:
    """Letters that a text of this field starts from, so that `letter = …` is a claim or an example's value."""
    sym = node.head if isinstance(node, Call) else node
    if not isinstance(sym, Sym) or sym.accents:
        return False
    sorts = {sort_of(a, survey) for a in node.args.parts} if isinstance(node, Call) else set()
    if isinstance(node, Call):
        return (
            sym.name in POLICIES
            or (sym.name in DISTRIBUTIONS and sorts <= {"S", "A", "X", "Y", "path", "param", "number"})
            or (sym.name == "r" and "path" not in sorts)
        )
    if sym.name == "r" or (sym.name in (*ELEMENTS, TRAJECTORY) and sym.name.islower()):
        return True
    return (
        is_parameter(sym, survey)
        or (sym.name in (SCALARS | HORIZONS) and sym.sub is None)
        or sym.name in POLICIES
    )


# The survey


@dataclass
class _Seen:
    parameters: set[str] = field(default_factory=set)
    horizons: list[tuple[str, int]] = field(default_factory=list)
    firsts: set[int] = field(default_factory=set)
    rewards: set[str] = field(default_factory=set)
    bare_policy: bool = False
    marked_policy: bool = False


def survey(formulas: Iterable[Node], prose: str) -> Survey:
    """One pass over all formulas that could be parsed, and the words around them."""
    seen = _Seen()
    for formula in formulas:
        for node in walk(formula):
            _note(node, seen)
    arbitrary = set(
        re.findall(
            r"\b(?:any|arbitrary|every)\s+(?:[\w-]+\s+){0,2}(?:function|baseline)s?\s+\$([A-Za-z])\b", prose
        )
    )
    cue = re.search(
        r"\b(?:environment|dynamics|transitions?)\b[^.]{0,40}\b(?:is|are)\b[^.]{0,20}\bdeterministic", prose
    )
    return Survey(
        frozenset(seen.parameters), tuple(dict.fromkeys(seen.horizons)), 1 if seen.firsts == {1} else 0,
        frozenset(seen.rewards), seen.bare_policy, seen.marked_policy, cue is not None, frozenset(arbitrary),
    )  # fmt: skip


def _note(node: Node, seen: _Seen) -> None:
    if isinstance(node, tree.Grad) and node.sub is not None:
        seen.parameters |= {
            p.head for p in node.sub.parts if isinstance(p, Sym) and p.name in PARAMETERS and p.sub is None
        }
    elif isinstance(node, Sym) and node.name in (*POLICIES, *DISTRIBUTIONS):
        parts = node.sub.parts if node.sub is not None else ()
        marks = {p.head for p in parts if isinstance(p, Sym) and p.name in PARAMETERS and p.sub is None}
        seen.parameters |= marks
        seen.marked_policy |= node.name == "pi" and bool(marks)
        seen.bare_policy |= node.name == "pi" and node.sub is None and node.sup is None
    if isinstance(node, tree.Big) and node.upper is not None and node.upper.only is not None:
        _note_horizon(node, node.upper.only, seen)
    if isinstance(node, Call) and node.head.name in REWARDS and node.head.name == "r":
        sorts = "".join(
            ELEMENTS[a.name].name for a in node.args.parts if isinstance(a, Sym) and a.name in ELEMENTS
        )
        form = {"S": "s", "SA": "sa", "SAS": "sas"}.get(sorts)
        seen.rewards |= {form} if form else set()


def _note_horizon(node: tree.Big, upper: Node, seen: _Seen) -> None:
    """Σ_{t=0}^{T} over actions or rewards: the last one has the index T; Σ_{t=0}^{T-1}: T-1."""
    steps = any(
        isinstance(n, Sym) and n.name in ("a", "r", "A") and n.sub is not None for n in walk(node.body)
    )
    if not steps:
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
