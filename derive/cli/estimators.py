"""`derive bias`: an estimator judged by its exact expectation."""

from __future__ import annotations

import argparse
from typing import Any

from derive.cli.output import say


def run_bias(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from numeric.testing import judge_file

    path, separator, function = options.estimator.partition("::")
    if not separator or not function:
        raise ValueError(f"name the function as FILE.py::FUNCTION, not {options.estimator!r}")
    verdict = judge_file(
        path, function, timeout=options.timeout, kind=options.kind, objective=options.objective, batch=options.batch,
        shared_start=options.shared_start, max_examples=options.mdps, seed=options.seed,
    )  # fmt: skip
    if options.output:
        from numeric.judging.figure import draw_verdict

        draw_verdict(verdict, function, options.output)
    say(options, {k: v for k, v in asdict(verdict).items() if k != "pairs"}, _told(verdict, function))
    right = {"UNBIASED", "NUMERIC"} | ({"SCALED"} if options.up_to_scale else set())
    return 0 if verdict.verdict in right else 1


def _told(verdict: Any, name: str) -> str:
    from numeric.testing import told

    lines = [told(verdict, name), ""]
    lines.append(f"largest bias {verdict.max_abs_bias:.3g}, mean variance {verdict.variance:.3g}")
    if verdict.cosine is not None:
        scale = f", scale {verdict.scale}" if verdict.scale is not None else ""
        lines.append(f"smallest cosine with the exact value {verdict.cosine:.4f}{scale}")
    for other, variance in (verdict.compared or {}).items():
        lines.append(f"mean variance of {other}, on policy: {variance:.3g}")
    return "\n".join(lines)
