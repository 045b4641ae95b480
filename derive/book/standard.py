"""What the field means by G_t, R(τ) and J(θ) where a text uses them and never writes them out.

These meanings are assumed: they may support that a step holds, they never refute one.
"""

from __future__ import annotations

from derive.book.scope import Binding, Survey
from derive.book.sorts import key_of
from derive.book.statements import statements

DISCOUNTED = (r"G_t := \sum_{k \geq t} \gamma^{k-t} r_k", r"R(\tau) := \sum_t \gamma^{t - FIRST} r_t")
PLAIN = (r"G_t := \sum_{k \geq t} r_k", r"R(\tau) := \sum_t r_t")
SIGMOID = r"\sigma(x) := \frac{1}{1 + e^{-x}}"
OBJECTIVE = r"J(\THETA) := \mathbb{E}_\tau[R(\tau)]"


def standard(survey: Survey) -> tuple[Binding, ...]:
    """The usual definitions, with a discount where the text has one."""
    if survey.parameter is None:
        return ()
    found = []
    for written in (*(DISCOUNTED if survey.discounted else PLAIN), OBJECTIVE, SIGMOID):
        latex = written.replace("FIRST", str(survey.first)).replace(r"\THETA", _spelled(survey.parameter))
        if survey.arrival:  # what a_k earns is r_{k+1}
            latex = latex.replace("r_k", "r_{k+1}").replace("r_t", "r_{t+1}")
        head, body = statements(latex)[0].relation.sides
        assert head is not None
        assert body is not None
        key = key_of(head, survey)
        assert key is not None
        found.append(Binding(key, head, body, 0, 0))
    return tuple(found)


def _spelled(head: str) -> str:
    """The head of a letter as LaTeX: bar:bf:theta' is \\bar{\\mathbf{\\theta}}'."""
    *marks, letter = head.split(":")
    name = letter.rstrip("'")
    latex = name if len(name) == 1 else "\\" + name
    for mark in reversed(marks):
        latex = f"\\{_FONTS.get(mark, mark)}{{{latex}}}"
    return latex + "'" * (len(letter) - len(name))


_FONTS = {font: f"math{font}" for font in ("bb", "cal", "bf", "rm", "sf")}
