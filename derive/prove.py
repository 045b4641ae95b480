"""A proof of a claim, found without help: both sides are brought to one form, in kernel steps, and compared.

    prove(equation, hypotheses, lemmas) -> Theorem | None
    search(equation, hypotheses, lemmas) -> Theorem | Gap

None means "not found", never "false"; a gap tells what remained of the difference of the sides, and for which values of
its indices. Nothing here or in derive/proving need be trusted: what comes out is a theorem of the kernel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.calc import Lemma
from derive.kernel import Theorem
from derive.proving.search import Gap, found
from derive.terms import Equation, Hypothesis

EFFORT = 2_000  # attempts at a rule; some 0.3 s


def search(
    equation: Equation, hypotheses: Iterable[Hypothesis] = (), lemmas: Sequence[Lemma] = (), effort: int = EFFORT
) -> Theorem | Gap:
    """A theorem hypotheses ⊢ equation, or what is left to prove."""
    return found(equation, tuple(hypotheses), lemmas, effort)


def prove(equation: Equation, hypotheses: Iterable[Hypothesis] = (), lemmas: Sequence[Lemma] = ()) -> Theorem | None:
    """A theorem hypotheses ⊢ equation, or None where none was found."""
    outcome = search(equation, hypotheses, lemmas)
    return None if isinstance(outcome, Gap) else outcome
