"""A proof of a claim, found without help: both sides are brought to one form, in kernel steps, and compared.

    prove(claim, hypotheses, lemmas) -> Theorem | None
    search(claim, hypotheses, lemmas) -> Theorem | Gap

None means "not found", never "false"; a gap tells what remained of the difference of the sides, and for which values of
its indices. Nothing here or in derive/proving need be trusted: what comes out is a theorem of the kernel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.calc import Lemma
from derive.kernel import Theorem
from derive.proving.search import Gap, found
from derive.terms import Hypothesis, Statement

EFFORT = 2_000  # attempts at a rule; some 0.3 s


def search(
    claim: Statement, hypotheses: Iterable[Hypothesis] = (), lemmas: Sequence[Lemma] = (), effort: int = EFFORT
) -> Theorem | Gap:
    """A theorem hypotheses ⊢ claim, or what is left to prove."""
    return found(claim, tuple(hypotheses), lemmas, effort)


def prove(claim: Statement, hypotheses: Iterable[Hypothesis] = (), lemmas: Sequence[Lemma] = ()) -> Theorem | None:
    """A theorem hypotheses ⊢ claim, or None where none was found."""
    outcome = search(claim, hypotheses, lemmas)
    return None if isinstance(outcome, Gap) else outcome
