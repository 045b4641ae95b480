"""π(a|s) = e^{h(s,a)} / Σ_b e^{h(s,b)}: a step for the policy, law or reward that an equation of the section chooses.

The letter stands for what the equation says: in a step about the letter alone by that expression itself; where
trajectories are drawn by it, the equation is one more hypothesis.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Basic, Expr

from derive.binding import meaning
from derive.book.claims import Claim, of_one_kind, restated
from derive.book.granted import hypotheses, unfolded
from derive.terms import Always, Apply, Defined, Definition, Letter, Process, Term, Var


def as_chosen(one: Claim, choice: Claim, first: int) -> Claim | None:
    """The claim, for the letter that `choice` says more about; None where it does not speak of that."""
    made, body = choice.equation.lhs, choice.equation.rhs
    if not isinstance(made, Apply) or len(set(made.args[1:])) < len(made.args[1:]):
        return None
    names = made.args[1:]
    if not all(isinstance(n, Var) for n in names) or made.letter in unfolded(body):
        return None
    nodes = [n for side in (one.equation.lhs, one.equation.rhs) for n in unfolded(side)]
    if made.letter not in nodes:
        return None
    if any(isinstance(n, Process) and made.letter in n.args for n in nodes):
        facts = (*(h for h in one.hypotheses if isinstance(h, Always)), Always(made, body))
        equation, solved = of_one_kind(one.equation, facts)
        others = (h for h in one.hypotheses if not isinstance(h, Always))
        return replace(one, equation=equation, hypotheses=(*others, *solved))
    meant = Definition(made.letter.name, names, body, "given" if made.letter.pmf else "call")
    left, right = (_with(meant, made.letter, side) for side in (one.equation.lhs, one.equation.rhs))
    assert isinstance(left, Expr)
    assert isinstance(right, Expr)
    equation, _ = of_one_kind(restated(one.equation, left, right), ())
    granted = hypotheses(equation, first, one.reading.horizon(first))
    kept = (h for h in one.hypotheses if made.letter not in vars(h).values())
    return replace(one, equation=equation, hypotheses=tuple(dict.fromkeys((*kept, *granted))))


def _with(meant: Definition, letter: Letter, node: Basic) -> Basic:
    """A term with a definition for a letter."""
    if isinstance(node, Apply) and node.letter == letter:
        return meant(*(_with(meant, letter, part) for part in node.args[1:]))
    if isinstance(node, Defined) and (value := meaning(node)) is not None and letter in unfolded(value):
        return _with(meant, letter, value)
    if not node.args or (isinstance(node, Term) and letter not in unfolded(node)):
        return node
    return node.func(*(_with(meant, letter, part) for part in node.args))
