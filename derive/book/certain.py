"""Q(s_t,a_t) = r_t + γ V(s_{t+1}) where the moves are certain, as the words before the step say.

There what depends on s_t, a_t and s_{t+1} alone is its own average given s_t and a_t: the averages are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sympy import Basic, Expr, Integer

from derive.book.claims import Claim, context, readings
from derive.book.definitions import unfolded
from derive.book.tree import Node
from derive.book.verdict import PASSED, Judged, Setting
from derive.printing import latex
from derive.terms import Action, Definition, Equation, Expectation, Given, Letter, State

_CERTAIN = re.compile(
    r"\b(?:transitions?|environments?|dynamics)\b[^.;]{0,40}\bdeterministic\b|"
    r"(?<!policy )\bdeterministic (?:state )?(?:transitions?|environments?|dynamics|MDPs?)\b",
    re.I,
)


def where_certain(left: Node, right: Node, setting: Setting, words: str) -> Judged | None:
    """The verdict on a step for an environment without chance; None where the words before it name none. Raises
    Stopped."""
    if _CERTAIN.search(words) is None:
        return None
    for reading in readings(setting.scope, [left, right])[0]:
        claim = setting.claim(left, right, reading)
        averaged = _averaged(claim, setting)
        if averaged is None:
            continue
        judgement = setting.judge(averaged)
        if judgement.verdict in PASSED:
            message = f"where moves are certain, as the words before it say: {judgement.message}; false in general"
            return replace(judgement, verdict="holds", code="D006", message=message), latex(averaged.equation)
    return None


def _averaged(claim: Claim, setting: Setting) -> Claim | None:
    """The same claim about the averages given all that comes before the last state it depends on; None without one."""
    sides = (claim.equation.lhs, claim.equation.rhs)
    places = [place for side in sides for place in _places(unfolded(side))]
    later = [(place - places[0]).expand() for place in places]
    if not isinstance(claim.equation, Equation) or not later or not all(isinstance(one, Integer) for one in later):
        return None
    last = places[0] + max(later, key=int)
    if not last.is_even or len(set(later)) < 2:
        return None
    ctx = context(setting.scope, claim.reading)
    process = ctx.process(ctx.policy())
    one, two = (Given(side, (last - 1).expand(), process) for side in sides)
    return replace(claim, equation=Equation(one, two))


def _places(term: Basic) -> Iterator[Expr]:
    """The positions on the time line that a term depends on: 2t for s_t and for what is given h_t, 2t+1 for a_t."""
    if isinstance(term, State):
        yield 2 * term.time
    elif isinstance(term, Action):
        yield 2 * term.time + 1
    elif isinstance(term, Given):
        yield term.position
    elif not isinstance(term, (Expectation, Letter, Definition)):
        for part in term.args:
            yield from _places(part)
