r"""What a step is by its form alone, before anything in it is read: an update, a constraint, a list, an objective.

Such steps state nothing that could be true or false. Whatever is not plainly one of these is left to be read.
"""

from __future__ import annotations

import re
from dataclasses import replace

from derive.book import tree
from derive.book.best_of import whole
from derive.book.judge import Judgement
from derive.book.letters import ELEMENTS, POLICIES
from derive.book.naming import named, written
from derive.book.scope import Scope, Survey
from derive.book.sorts import integer, is_parameter, is_update, key_of, number
from derive.book.tree import Add, Best, Call, Items, Node, Num, Sym, walk

UPDATE = Judgement("not-a-claim", "D031", "an update rule")
ALGORITHM = Judgement("not-a-claim", "D031", "an algorithm")
PLACE = Judgement("not-a-claim", "D032", "says where something lies, goes or is drawn from")
BEST = Judgement("not-a-claim", "D035", "names what makes an objective best")
MADE = Judgement("not-a-claim", "D036", "says how a state or an action is made")
AIM = Judgement("not-a-claim", "D037", "states what is to be made best")
LISTED = Judgement("definition", "D023", "lists the parts of what it introduces")
_PSEUDOCODE = re.compile(r"\\begin\{(algorithm|algorithmic|algorithm2e|lstlisting|verbatim|minted)\*?\}")


def is_pseudocode(latex: str) -> bool:
    """Whether a display is an algorithm in a formula's place."""
    return _PSEUDOCODE.search(latex) is not None


def kind(left: Node, operator: str, right: Node, scope: Scope, first: bool) -> Judgement | None:
    """What a step is where its form alone says that it claims nothing; None where it may be a claim."""
    survey = scope.survey
    if operator in ("=", ":=") and first and _is_element(left) and not number(right):
        return MADE
    if operator == "<-" or (operator in ("=", ":=") and first and is_update(left, right, survey)):
        return UPDATE
    if _is_best(right) and not _is_best(left):
        return BEST
    if operator in ("=", ":=") and first and iterates(left, right, scope):
        return UPDATE
    if operator in ("=", "propto", "approx") and _is_change(left):
        return UPDATE
    if operator in ("~", "in", "->"):
        return PLACE
    if operator in ("=", ":=") and first and _is_aim(left, survey):
        return AIM
    if operator in ("=", ":=") and first and _is_list(right) and named(left, survey) is not None:
        return None if isinstance(left, Call) and number(right) else LISTED
    return None


def iterates(left: Node, right: Node, scope: Scope) -> bool:
    """x_{k+1} = x_k + …, V_{k+1}(s) = max_a … V_k(s'), h' = h - …: the next of what the text does not define."""
    head = left.head if isinstance(left, Call) else left
    if not isinstance(head, Sym) or any(b.key.head == head.head and b.key.indices for b in scope.bindings):
        return False
    before = _previous(head)
    if before is None or is_derivative(left, scope):
        return False
    same = [n for n in walk(right) if isinstance(n, Sym) and n.head == before.head]
    return any(written(n) == written(before) for n in same) and all(written(n) != written(head) for n in same)


def is_derivative(left: Node, scope: Scope) -> bool:
    """σ'(u), for a function σ of a number that is known: its derivative is meant."""
    if not isinstance(left, Call) or not left.head.primes:
        return False
    key = key_of(left, scope.survey)
    functions = (b.key for b in (*scope.bindings, *scope.standard) if isinstance(b.head, Call) and not b.key.sorts)
    plain = replace(left.head, primes=0).head
    return key is not None and not key.sorts and any(k.head == plain for k in functions)


def _previous(head: Sym) -> Sym | None:
    """x_k of x_{k+1}, x^{(k)} of x^{(k+1)}, x of x'."""
    if head.primes == 1:
        return Sym(head.start, head.end, head.name, head.font, head.accents, 0, head.sub, head.sup)
    for place in ("sub", "sup"):
        items: Items | None = getattr(head, place)
        lower = _one_less(items.only) if items is not None and items.only is not None else None
        if items is not None and lower is not None:
            less = Items(items.start, items.end, (lower,), ())
            sub, sup = (less, head.sup) if place == "sub" else (head.sub, less)
            return Sym(head.start, head.end, head.name, head.font, head.accents, 0, sub, sup)
    return None


def _one_less(node: Node) -> Node | None:
    if isinstance(node, tree.Group) and node.items.only is not None:
        inner = _one_less(node.items.only)
        items = node.items
        return inner and tree.Group(node.start, node.end, node.bracket, Items(items.start, items.end, (inner,), ()))
    if isinstance(node, Add) and len(node.terms) == 2:
        (one, letter), (plus, count) = node.terms
        if (one, plus) == (1, 1) and isinstance(letter, Sym) and isinstance(count, Num) and integer(count) == 1:
            return letter
    return None


def _is_change(left: Node) -> bool:
    """Δθ, Δ_θ, ΔV(s)."""
    first = left.factors[0] if isinstance(left, tree.Mul) else left
    head = first.head if isinstance(first, Call) else first
    return isinstance(head, Sym) and head.name == "Delta" and (isinstance(left, tree.Mul) or head.sub is not None)


def _is_best(node: Node) -> bool:
    found = whole(node)
    return isinstance(found, Best) and found.name.startswith("arg")


def _is_aim(left: Node, survey: Survey) -> bool:
    """max_π J(θ) = …: the objective is named together with what it is to be made."""
    if not isinstance(left, Best) or left.name.startswith("arg") or named(left.body, survey) is None:
        return False
    over = left.sub.parts if left.sub is not None else ()
    return all(isinstance(p, Sym) and (p.name in POLICIES or is_parameter(p, survey)) for p in over)


def _is_element(left: Node) -> bool:
    """s_{t+1}, a, x_{t+1} on the left: a state or an action gets its value."""
    if not isinstance(left, Sym) or left.name not in ELEMENTS or left.sup is not None:
        return False
    return left.name in "sa" or (left.name in "xy" and left.sub is not None)


def _is_list(node: Node) -> bool:
    return isinstance(node, tree.Group) and node.items.only is None and set(node.items.separators) <= {",", ";"}
