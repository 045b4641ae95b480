r"""max_π f = min_π g, \arg\max_θ f = \arg\min_θ g: the same is best, where ∇f = k ∇g for a number k of the right sign.

Then f and k g differ by what does not depend on the policy. k is ±1, or a positive number of the text, or its inverse.
"""

from __future__ import annotations

from dataclasses import replace

from derive.book.best_of import whole
from derive.book.claims import conventions, readings
from derive.book.context import Reading
from derive.book.follows import factors, product
from derive.book.judge import Judgement
from derive.book.letters import PARAMETERS, POLICIES
from derive.book.on_average import everywhere
from derive.book.tokens import Stopped
from derive.book.tree import Add, Best, Div, Grad, Node, Num, Sym
from derive.book.verdict import Judged, Setting
from derive.printing import latex


def compares(left: Node, right: Node) -> bool:
    """Whether both sides are the best over the same policies or parameters."""
    left, right = whole(left), whole(right)
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


def up_to_constants(left: Node, right: Node, setting: Setting) -> Judged:
    """X + c ∝ X, where the step says that c is a constant: the gradients are in proportion."""
    one, two = (Grad(side.start, side.end, None, side) for side in (left, right))
    judgement, read_as = in_proportion(one, two, setting)
    return replace(
        judgement, message=f"up to what is said to be constant, by the gradients: {judgement.message}"
    ), read_as


def in_proportion(left: Node, right: Node, setting: Setting) -> Judged:
    """X ∝ Y: holds, where X = k Y for one of the numbers of the step; never refuted. Raises Stopped."""
    tried, stopped = 0, None
    for reading in readings(setting.scope, [left, right])[0]:
        for k in (*(k for k, positive in factors([left, right]) if positive), *_of_time(left.start, reading)):
            try:
                claim = setting.claim(left, product(k, right), reading)
            except Stopped as fault:
                stopped = stopped or fault
                break
            tried += 1
            if (judgement := setting.passes(claim)) is not None:
                said = "; ".join([f"in proportion: {judgement.message}", *conventions(claim, setting.scope)])
                return replace(judgement, message=said), latex(claim.equation)
    if stopped is not None and not tried:
        raise stopped
    return Judgement("unknown", "D052", "no number was found that the sides are in proportion by"), None


def _of_time(at: int, reading: Reading) -> list[Node]:
    """1/(1-γ) and 1-γ, T and 1/T: what a mean over the time and a sum over it differ by."""
    one, letter = Num(at, at, "1"), Sym(at, at, reading.last[0])
    rest = Add(at, at, ((1, one), (-1, Sym(at, at, "gamma"))))
    c = reading.last[1] + 1
    steps: Node = Add(at, at, ((1, letter), (1 if c > 0 else -1, Num(at, at, str(abs(c)))))) if c else letter
    return [found for k in (rest, steps) for found in (Div(at, at, one, k), k)]


def judge_best(left: Node, right: Node, setting: Setting) -> Judged:
    """holds, where one factor shows it; never refuted. Raises Stopped where a side cannot be read."""
    left, right = whole(left), whole(right)
    assert isinstance(left, Best)
    assert isinstance(right, Best)
    same = left.name.removeprefix("arg") == right.name.removeprefix("arg")
    reading = readings(setting.scope, [left, right])[0][0]
    slopes = [Grad(side.start, side.end, None, everywhere(side.body)) for side in (left, right)]
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
