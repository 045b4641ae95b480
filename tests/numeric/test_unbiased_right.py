"""What is right passes: no estimator of the list is told to be biased."""

import pytest

from numeric.testing import judge

from .right_estimators import RIGHT


@pytest.mark.parametrize(("kind", "options", "estimator"), RIGHT, ids=[f"{f.__name__}-{k}-{o}" for k, o, f in RIGHT])
def test_right(kind, options, estimator):
    verdict = judge(estimator, kind=kind, **options)
    assert (verdict.verdict, verdict.objective) == ("UNBIASED", verdict.unbiased_for)
    assert verdict.max_abs_bias < 1e-12
    assert verdict.counterexample is None
