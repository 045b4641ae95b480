"""What the exact models refute, the second evaluator refutes on the same model, with the values that were printed."""

import pytest

from derive.models import decide
from derive.models.claims import sides_of
from derive.terms import Equation, Hypothesis, Inequality, Statement
from derive.wire import encode
from numeric.evaluate import confirms
from tests.derive import (
    test_models_equations,
    test_models_extremes,
    test_models_histories,
    test_models_inequalities,
    test_models_samples,
    test_models_second,
)

Case = tuple[Statement, tuple[Hypothesis, ...]]


def _cases() -> dict[str, Case]:
    found: dict[str, Case] = dict(test_models_equations.FALSEHOODS)
    for module in (test_models_samples, test_models_extremes, test_models_second):
        found |= {name: (Equation(lhs, rhs), hyps) for name, (lhs, rhs, hyps) in module.FALSEHOODS.items()}
    for name, (lesser, greater, hyps) in test_models_inequalities.FALSEHOODS.items():
        found[name] = Inequality(lesser, greater), hyps
    return found | {
        f"history {n}": (claim, hyps) for n, (claim, hyps, _) in enumerate(test_models_histories.FALSEHOODS)
    }


CASES = _cases()


@pytest.mark.parametrize("name", CASES)
def test_a_refutation_is_confirmed(name: str) -> None:
    statement, hypotheses = CASES[name]
    found = decide(statement, hypotheses).counterexample
    assert found is not None
    left, right = map(encode, sides_of(statement))
    assert confirms(left, right, found.model.to_dict(), found.lhs, found.rhs)
    assert not confirms(left, right, found.model.to_dict(), found.rhs, found.lhs)
