"""What a text introduces besides definitions: sets, trajectories, the values of letters in an example, and what its
prose says around an inline formula."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from derive.book import tree
from derive.book.document import Document
from derive.book.letters import ELEMENTS, POLICIES, SCALARS, TRAJECTORY
from derive.book.scope import Scope
from derive.book.sorts import integer, is_head, is_primitive, key_of, names_reward, number, sort_of
from derive.book.statements import Statement
from derive.book.tree import Call, Node, Relation, Sym, walk

CUE = re.compile(
    r"\b(defin\w*|denot\w*|let|call\w*|where|write|written|given by|introduc\w*|recall that|with|set)\b", re.I
)
DEFINES = re.compile(r"\b(defin\w*|denot\w*|let|call(?:ed)?|introduc\w*|objective)\b", re.I)
_SUPPOSED = re.compile(r"\b(if|when|whenever|unless|suppos\w*|assum\w*|since|because|for|that|then|case)\s*$", re.I)
_SETS = re.compile(r"\b(sets?|setting|uses?|using|takes?|taking|fix(?:es)?|choos\w+|assumes?|let)\s*$", re.I)
_CASE = re.compile(r"\b(if|when|suppos\w*|example|instance|unless|consider|case|imagine)\b", re.I)
_NAMED_AFTER = re.compile(
    r"\s*,?\s*(?:(?:is|are|be|denotes?|which is)\s+(?:the|an?|our|its|called|defined)\b|(?:its|the|our)\s+[a-z]{3,})",
    re.I,
)
_OPENING = re.compile(r"(?:\s|[$\[\\]|\.\.\s*math::[^\n]*|:[\w-]+:[^\n]*|`{3,}[^\n]*|:{3,}[^\n]*|\\begin\{[\w*]+\})+\Z")
_MAX_ELEMENTS = 16


@dataclass(frozen=True)
class Introduced:
    """The scope after the step, and what to say. `again`: the example had given this value, so the step is a claim."""

    kind: str
    scope: Scope
    code: str = "D020"
    message: str = ""
    again: bool = False


def lead(document: Document, n: int) -> str:
    """The sentence that leads to a formula."""
    return re.split(r"[.!?]\s", paragraph(document, n))[-1]


def paragraph(document: Document, n: int) -> str:
    """The words before a formula, from the display or the empty line before it; empty for a heading."""
    formula = document.formulas[n]
    start = formula.whole[0] if any(formula.whole) else formula.offsets[0]
    low = max(0, start - 1_500)
    for other in document.formulas[max(0, n - 40) : n]:
        if other.displayed and other.source is formula.source:
            low = max(low, other.whole[1], other.offsets[-1])
    before = _OPENING.sub("", formula.source.text[low:start])
    found = re.split(r"\r?\n[ \t]*\r?\n", before)[-1]
    return "" if found.lstrip().startswith("#") else found


def introduced(left: Node, right: Node, line: int, scope: Scope, operator: str = "=") -> Introduced | None:
    """A set, a trajectory, a letter's value at an element, or a number for a letter; None for everything else."""
    if operator == "in":
        return _listed_set(left, right, line, scope)
    if isinstance(left, Sym) and left.head == TRAJECTORY and left.sub is None and isinstance(right, tree.Group):
        return Introduced("declaration", scope, "D023", "the parts of a trajectory")
    if names_reward(left, right):
        return Introduced("declaration", scope, "D023", "what the reward of a step depends on")
    if isinstance(left, Call) and left.head.name in POLICIES and _of_a_word(left) and isinstance(right, tree.Branches):
        return Introduced("instance", scope, "D022", "the policy of an example; general statements are read with any π")
    if isinstance(left, Call) and left.head.name in ("pi", "r"):
        return _instance(left, right, line, scope)
    if isinstance(left, Sym) and left.head == "r" and left.sub is not None and isinstance(right, tree.Branches):
        alone = all(_only_state(c.only) for _, c in right.rows if c is not None)
        message = "the rewards of an example; general statements are read with any r"
        return Introduced("instance", replace(scope, state_reward=scope.state_reward or alone), "D022", message)
    if number(right) and isinstance(left, (Sym, Call)):
        if is_primitive(left, scope.survey) or _numbered_parameter(left, scope):
            return Introduced(
                "instance", scope, "D022", "a value in an example; general statements are read without it"
            )
        return Introduced("instance", scope, "D054", "a value in an example, whose other numbers are not read")
    return None


def _of_a_word(node: Call) -> bool:
    """π(a_t = on | s_t): an action that goes by a word."""
    events = (p for p in node.args.parts if isinstance(p, Relation) and p.operators == ("=",))
    return any(isinstance(side, tree.Text) or _is_spelt(side) for event in events for side in event.sides[1:])


def _is_spelt(node: Node | None) -> bool:
    return isinstance(node, Sym) and node.font == "rm" and len(node.name) > 1


def _numbered_parameter(left: Node, scope: Scope) -> bool:
    """θ_1: the parameter after a step of an example."""
    names = scope.survey.parameters or {"theta"}
    only = left.sub.only if isinstance(left, Sym) and left.sub is not None else None
    return isinstance(left, Sym) and left.head in names and only is not None and integer(only) is not None


def _only_state(condition: Node | None) -> bool:
    if not isinstance(condition, Relation):
        return False
    names = {n.name for n in walk(condition) if isinstance(n, Sym) and n.name in ELEMENTS}
    return names == {"s"}


def _listed_set(left: Node, right: Node, line: int, scope: Scope) -> Introduced | None:
    """a ∈ {0, 1}."""
    if not (isinstance(left, Sym) and left.head in ELEMENTS and left.sup is None and isinstance(right, tree.Set)):
        return None
    elements = [integer(p) for p in right.items.parts]
    if not 0 < len(elements) <= _MAX_ELEMENTS or any(s != "," for s in right.items.separators):
        return None
    whole = tuple(e for e in elements if e is not None)
    if len(set(whole)) != len(elements):
        return None
    message = f"{left.head} is one of {', '.join(map(str, whole))}"
    return Introduced(
        "declaration", replace(scope, sets=(*scope.sets, (left.head.lower(), whole, line))), "D023", message
    )


def _instance(left: Call, right: Node, line: int, scope: Scope) -> Introduced | None:
    """π_θ(1) = σ(θ), π_θ(+1|s) = p: the value of a letter at one element, in an example."""
    kinds = [(a, sort_of(a, scope.survey)) for a in left.args.parts if sort_of(a, scope.survey) != "param"]
    if not kinds or kinds[0][1] != "number" or any(sort not in ("S", "A") for _, sort in kinds[1:]):
        return None
    element = integer(kinds[0][0])
    assert element is not None
    name = f"{left.head.name}/{len(kinds)}"
    again = any((letter, e) == (name, element) for letter, e, _, _ in scope.instances)
    free = {n.name for n in walk(right) if isinstance(n, Sym) and n.sub is None and n.sup is None and n.head in "pqc"}
    after = replace(scope, instances=(*scope.instances, (name, element, right, line)), numbers=scope.numbers | free)
    return Introduced("instance", after, "D022", "a value in an example; general statements are read without it", again)


# Prose


def orders_times(relation: Relation) -> bool:
    """k < t, t ≥ 0: an order, no equation."""
    return bool(relation.operators) and set(relation.operators) <= {"<", "<=", ">", ">="}


def said_in_prose(
    document: Document,
    n: int,
    statement: Statement,
    parsed: Mapping[int, tuple[Statement, ...] | Exception],
    scope: Scope,
) -> Introduced | None:
    """What an inline formula introduces, as far as the words around it say so; None for a mere mention."""
    relation, formula = statement.relation, document.formulas[n]
    if statement.is_bare or relation.sides[0] is None or relation.sides[1] is None:
        return None
    left, right = relation.sides[0], relation.sides[1]
    if relation.operators[0] == "in":
        return introduced(left, right, formula.line, scope, "in")
    if relation.operators[0] == "=" and (reward := _conditional(document, n, left, right, parsed, scope)) is not None:
        return reward
    if relation.operators[0] == "=" and (fixed := _fixed(document, n, left, right, scope)) is not None:
        return fixed
    if relation.operators[0] not in ("=", ":=") or not is_head(left, scope.survey) or number(right):
        return None
    words = formula.before[-80:]
    if relation.operators[0] == ":=" or CUE.search(words) or re.search(r"\b(is|are|as|be)\s*$", words):
        return Introduced("definition", scope)
    if _SUPPOSED.search(words) is None and (CUE.search(lead(document, n)) or _NAMED_AFTER.match(formula.after)):
        return Introduced("definition", scope)
    return None


def _fixed(document: Document, n: int, left: Node, right: Node, scope: Scope) -> Introduced | None:
    """“In practice one sets $γ = 1$”: a number for the discount, from there on."""
    plain = isinstance(left, Sym) and left == Sym(left.start, left.end, left.name) and left.name in SCALARS
    if not plain or not isinstance(left, Sym) or not number(right):
        return None
    if not _SETS.search(document.formulas[n].before[-40:]) or _CASE.search(lead(document, n)):
        return None
    after = replace(scope, settings=(*scope.settings, (left.name, right, document.formulas[n].line)))
    return Introduced("instance", after, "D022")


def _conditional(
    document: Document,
    n: int,
    left: Node,
    right: Node,
    parsed: Mapping[int, tuple[Statement, ...] | Exception],
    scope: Scope,
) -> Introduced | None:
    """“if $a = 1$ …, then $r = 1$”: r at the element 1."""
    if not re.search(r"\bif\s*$", document.formulas[n].before) or n + 1 >= len(document.formulas):
        return None
    then, element = document.formulas[n + 1], integer(right)
    following = parsed[n + 1]
    if (
        not re.search(r"\bthen\s*$", then.before)
        or re.search(r"[.!?]\s", then.before)
        or isinstance(following, Exception)
    ):
        return None
    relation = following[0].relation
    head, value = relation.sides[0], relation.sides[1] if len(relation.sides) > 1 else None
    if not (
        isinstance(left, Sym)
        and left.head == "a"
        and left.sub is None
        and element is not None
        and relation.operators == ("=",)
    ):
        return None
    if not (isinstance(head, Sym) and head.head == "r" and head.sub is None and value is not None and number(value)):
        return None
    instances = (*scope.instances, ("r/1", element, value, then.line))
    return Introduced("instance", replace(scope, instances=instances), "D022")


__all__ = ["CUE", "Introduced", "introduced", "key_of", "lead", "said_in_prose"]
