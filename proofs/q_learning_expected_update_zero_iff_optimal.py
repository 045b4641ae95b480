"""(1 − γ) max |Q − Q*| ≤ max |E[update of Q]|, and max |E[update of Q*]| = 0: for γ < 1 Q* alone is not moved."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, gamma, s
from derive.rules import constant_maximum
from derive.terms import Inequality
from proofs.bellman_operator_contraction_sup import apart
from proofs.q_learning_error_le_expected_update import (
    best,
    error,
    moved,
    optimality,
    q_learning_error_le_expected_update,
)
from proofs.q_learning_lead_le_updates import target
from proofs.q_learning_operator_contraction_sup import over_pairs

moved_at_best = over_pairs(apart(target(best), best(s, a)))


@derivation(
    title="Q-learning stands still, in the mean, at Q* alone",
    claim=Inequality(Max((1 - gamma) * error - moved, moved_at_best), 0),
    assuming=[discount, Inequality(gamma, 1), optimality],
    source="Watkins & Dayan 1992, Machine Learning 8:279-292",
    falsehood=Falsehood(
        Inequality(Max(error - moved, moved_at_best), 0),
        "the expected update is taken to be as large as the error",
        (discount, optimality),
    ),
    world="two_rooms",
)
def q_learning_expected_update_zero_iff_optimal(start):
    return (
        start
        .le(Max(0, moved_at_best), by=q_learning_error_le_expected_update)
        .eq(0, by=[optimality, optimality, constant_maximum])
    )  # fmt: skip
