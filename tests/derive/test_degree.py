"""The bound on the degree of a term is never below its degree."""

from typing import Any

import pytest

from derive.models.degree import degree
from derive.notation import T, a, gamma, grad, k, mean, objective, policy, s, theta
from derive.terms import ACTIONS, Exp, Letter, Log, SumOver, TimeProduct, TimeSum, Variance

f = Letter("f", (ACTIONS,))


@pytest.mark.parametrize(
    ("term", "numerator", "denominator"),
    [
        (gamma**3, 3, 0),
        (policy(a, s) * f(a), 2, 0),
        (1 / f(a), 0, 1),
        (f(a) ** 2 / policy(a, s), 2, 1),
        (1 / f(a) + 1 / policy(a, s), 1, 2),
        (SumOver(1 / f(a), a), 2, 3),
        (mean(f(a), a, policy(a, s)), 2, 0),
        (Variance(f(a), a, policy(a, s)), 4, 0),
        (grad(Log(policy(a, s))), 1, 1),
        (grad(1 / policy(a, s)), 1, 2),
        (Exp(2 * theta), 2, 0),
        (Exp(-theta), 0, 1),
        (TimeSum(gamma**k, k, 0, T - 1), 2, 0),
        (TimeProduct(f(a), k, 0, T), 4, 0),
        (objective(), 8, 0),
        (grad(objective()), 8, 0),
    ],
)
def test_bound(term: Any, numerator: int, denominator: int) -> None:
    above, below = degree(term, elements=3, horizon=3)
    assert above >= numerator
    assert below >= denominator
    assert max(above, below) < 10**9
