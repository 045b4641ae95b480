r"""How a text counts the visits of a state, by the equation that defines them.

normalised  d(s) = (1-γ) Σ_t γ^t P(s_t = s)          sum    ρ(s) = Σ_t γ^t P(s_t = s), or P(s_0 = s) + γ P(s_1 = s) + …
share       μ(s) = η(s) / Σ_u η(u)                   count  η(s) = Σ_t P(s_t = s), or h(s) + Σ_u η(u) p(s|u)
"""

from __future__ import annotations

import re

from derive.book.scope import Survey
from derive.book.tree import Add, Big, Call, Div, Dots, Fun, Node, Num, Relation, Sym, walk

LETTERS = frozenset({"d", "rho", "mu", "eta", "nu"})
_ON_POLICY = re.compile(r"\bon-policy (?:state )?distribution|\bstate (?:visitation )?distribution|\bvisit\w*", re.I)
_DISCOUNTED = re.compile(
    r"\boccupanc\w*|\bvisitation\w*|\bdiscounted (?:[\w-]+ ){0,3}(?:distribution|visit|frequenc)", re.I
)
_SUM = re.compile(r"\b(?:un-?normali[sz]ed|improper)\b", re.I)
_STATIONARY = re.compile(r"\b(?:stationary|steady|ergodic|limiting|long-run)\b", re.I)


def said(prose: str) -> str | None:
    """What the words say of visits: sum, discounted, stationary, or plain; None where they do not speak of them."""
    if _DISCOUNTED.search(prose):
        return "sum" if _SUM.search(prose) else "discounted"
    if _STATIONARY.search(prose):
        return "stationary"
    return "plain" if _ON_POLICY.search(prose) else None


def how_counted(head: Sym, survey: Survey) -> str | None:
    """How the visits are counted that a letter stands for; None where it stands for something else, or none can say."""
    if (kind := dict(survey.visits).get(head.name)) is not None:
        return kind if kind != "limit" else None
    marked = head.sub is not None or head.sup is not None
    if survey.visits_said == "stationary" or (survey.visits_said is None and not marked):
        return None
    if not survey.discounted:
        return "share"
    if survey.visits_said == "plain" or (survey.visits_said is None and head.name not in ("d", "rho")):
        return None
    return "sum" if survey.visits_said == "sum" else "normalised"


def note_visits(node: Node, seen: dict[str, str]) -> None:
    """Adds what one equation says of how visits are counted; the first one decides."""
    if not isinstance(node, Relation) or node.operators[:1] not in (("=",), (":=",)):
        return
    left, right = node.sides[:2]
    if left is None or right is None or not isinstance(left, Call) or left.head.name not in LETTERS:
        return
    first = left.args.parts[0]
    if not isinstance(first, Sym) or first.name not in "sS" or first.sub is not None or left.head.name in seen:
        return
    if (kind := _kind(left.head, right)) is not None:
        seen[left.head.name] = kind


def _kind(head: Sym, right: Node) -> str | None:
    nodes = list(walk(right))
    chances = [n for n in nodes if isinstance(n, Call) and (n.head.name in ("P", "p", "Pr", "d") or _of_steps(n))]
    recursive = any(isinstance(n, Call) and n.head.name == head.name for n in nodes)
    if any(isinstance(n, Fun) and n.name.startswith("lim") for n in nodes):
        return "limit"
    if any(isinstance(n, Sym) and n.name == "gamma" for n in nodes):
        return ("normalised" if any(map(_one_minus, nodes)) else "sum") if chances or recursive else None
    if isinstance(right, Div) and not chances:
        return "share"
    adds_up = any(isinstance(n, (Big, Dots)) for n in nodes)
    return "count" if adds_up and (chances or recursive) else None


def _of_steps(node: Call) -> bool:
    """ρ(s_0 → s, k)."""
    first = node.args.parts[0]
    return isinstance(first, Relation) and first.operators == ("->",)


def _one_minus(node: Node) -> bool:
    """1 - γ."""
    if not isinstance(node, Add) or len(node.terms) != 2:
        return False
    (one, first), (minus, second) = node.terms
    number = isinstance(first, Num) and first.text == "1"
    return number and (one, minus) == (1, -1) and isinstance(second, Sym) and second.name == "gamma"
