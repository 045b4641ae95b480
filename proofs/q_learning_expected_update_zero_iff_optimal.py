"""(1 − γ) max |Q − Q*| ≤ max |E[update of Q]| ≤ (1 + γ) max |Q − Q*|: for γ < 1, one is zero where the other is."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import discount, gamma
from derive.terms import Inequality
from proofs.q_learning_error_le_expected_update import (
    error,
    moved,
    optimality,
    q_learning_error_le_expected_update,
)
from proofs.q_learning_expected_update_le_error import q_learning_expected_update_le_error

both = Inequality(Max((1 - gamma) * error - moved, moved - (1 + gamma) * error), 0)


@derivation(
    title="Q-learning stands still, in the mean, at Q* alone",
    claim=both,
    assuming=[discount, optimality],
    source="Watkins & Dayan 1992, Machine Learning 8:279-292",
    falsehood=Falsehood(
        Inequality(Max(error - moved, moved - (1 + gamma) * error), 0),
        "the expected update is taken to be as large as the error",
    ),
    world="two_rooms",
)
def q_learning_expected_update_zero_iff_optimal(start):
    return (
        start
        .le(Max(0, moved - (1 + gamma) * error), by=q_learning_error_le_expected_update)
        .le(0, by=q_learning_expected_update_le_error)
    )  # fmt: skip
