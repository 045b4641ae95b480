r"""max_π f = min_π g, \arg\max_θ f = \arg\min_θ g: the same is best, where ∇f = k ∇g for a number k of the right sign.

Then f and k g differ by what does not depend on the policy. k is ±1, or a positive number of the text, or its inverse.
"""

from __future__ import annotations

from dataclasses import replace

from derive.book.claims import readings
from derive.book.follows import factors, product
from derive.book.judge import Judgement
from derive.book.letters import PARAMETERS, POLICIES
from derive.book.tokens import Stopped
from derive.book.tree import Best, Grad, Node, Sym
from derive.book.verdict import Judged, Setting
from derive.printing import latex


def compares(left: Node, right: Node) -> bool:
    """Whether both sides are the best over the same policies or parameters."""
    if not isinstance(left, Best) or not isinstance(right, Best):
        return False
    return _is_arg(left) == _is_arg(right) and _over(left) == _over(right) != frozenset()


def _is_arg(node: Best) -> bool:
    return node.name.startswith("arg")


def _over(node: Best) -> frozenset[str]:
    """The policies and parameters that it is the best over; empty where it is over something else."""
    parts = node.sub.parts if node.sub is not None else ()
    names = [p.name for p in parts if isinstance(p, Sym) and p.name in POLICIES | PARAMETERS]
    return frozenset(names) if len(names) == len(parts) else frozenset()


def in_proportion(left: Node, right: Node, setting: Setting) -> Judged:
    """X ∝ Y: holds, where X = k Y for one of the numbers of the step; never refuted. Raises Stopped."""
    reading = readings(setting.scope, [left, right])[0][0]
    for k, positive in factors([left, right]):
        if positive:
            claim = setting.claim(left, product(k, right), reading)
            if (judgement := setting.passes(claim)) is not None:
                return judgement, latex(claim.equation)
    return Judgement("unknown", "D052", "no number was found that the sides are in proportion by"), None


def judge_best(left: Best, right: Best, setting: Setting) -> Judged:
    """holds, where one factor shows it; never refuted. Raises Stopped where a side cannot be read."""
    same = left.name.removeprefix("arg") == right.name.removeprefix("arg")
    reading = readings(setting.scope, [left, right])[0][0]
    slopes = [Grad(side.start, side.end, None, side.body) for side in (left, right)]
    stopped: Stopped | None = None
    for k, positive in factors([left, right]):
        if positive != same:
            continue
        try:
            claim = setting.claim(slopes[0], product(k, slopes[1]), reading)
        except Stopped as fault:
            stopped = fault
            break
        if (judgement := setting.passes(claim)) is not None:
            message = f"the same is best on both sides, whose gradients are in proportion: {judgement.message}"
            return replace(judgement, message=message), latex(claim.equation)
    if stopped is not None:
        raise stopped
    return Judgement("unknown", "D050", "no factor was found that shows that the same is best on both sides"), None
