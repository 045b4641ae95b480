"""The pytest plugin: short failures, `--derive-profile`, the verdict in the report. It imports nothing until used."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

PROFILES = ("quick", "default", "thorough")
VARIABLE = "DERIVE_PROFILE"  # read by numeric.testing; workers of xdist inherit it
SHORT = ("EstimatorFailure", "EstimatorError")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--derive-profile`: how many MDPs an estimator is judged on."""
    parser.getgroup("derive").addoption(
        "--derive-profile",
        choices=PROFILES,
        default=None,
        help="MDPs that `@unbiased` judges on: quick 15, default 50, thorough 400",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The profile reaches the decorators through the environment, and so the workers of xdist."""
    profile = config.getoption("--derive-profile")
    if profile is not None:
        os.environ[VARIABLE] = profile


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure of an estimator is its message, without a traceback; the verdict becomes a property of the report."""
    found = getattr(getattr(item, "obj", None), "__verdict__", None)
    if call.when == "call" and found is not None:
        item.user_properties += [("derive_verdict", found.verdict), ("derive_objective", found.objective)]
    report = yield
    error: Any = call.excinfo.value if call.excinfo is not None else None
    if error is not None and type(error).__name__ in SHORT and type(error).__module__.startswith("numeric."):
        report.longrepr = str(error)
    return report
