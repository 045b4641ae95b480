"""π(a|s) = e^{h(s,a)} / Σ_b e^{h(s,b)}: a step for the policy, law or reward that an equation of the section chooses.

The letter stands for what the equation says: in a step about the letter alone by that expression itself; where
trajectories are drawn by it, the equation is one more hypothesis.
"""

from __future__ import annotations

from dataclasses import replace

from derive.book.claims import Claim, of_one_kind, restated
from derive.book.granted import hypotheses, unfolded
from derive.book.partial import with_meaning
from derive.terms import Always, Apply, Process, Var


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
    notes = replace(one.notes, assumed=one.notes.assumed | choice.notes.assumed)
    if any(isinstance(n, Process) and made.letter in n.args for n in nodes):
        facts = (*(h for h in one.hypotheses if isinstance(h, Always)), Always(made, body))
        equation, solved = of_one_kind(one.equation, facts)
        others = (h for h in one.hypotheses if not isinstance(h, Always))
        return replace(one, equation=equation, hypotheses=(*others, *solved), notes=notes)
    left, right = (with_meaning(made, body, side) for side in (one.equation.lhs, one.equation.rhs))
    equation, _ = of_one_kind(restated(one.equation, left, right), ())
    granted = hypotheses(equation, first, one.reading.horizon(first))
    kept = (h for h in one.hypotheses if made.letter not in vars(h).values())
    return replace(one, equation=equation, hypotheses=tuple(dict.fromkeys((*kept, *granted))), notes=notes)
