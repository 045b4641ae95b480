"""`derive train`: an algorithm on a world."""

from __future__ import annotations

import argparse

from derive.cli.output import say, show_progress


def run_train(options: argparse.Namespace) -> int:
    """2 where Ctrl-C has ended the run: everything is saved, and --resume goes on."""
    from dataclasses import asdict

    from numeric.runs import run, told

    summary = run(
        options.algorithm, options.world, options.output, seeds=options.seeds, updates=options.updates,
        resume=options.resume, settings=options.set, discount=options.discount, jobs=options.jobs,
        backend=options.backend, report=show_progress,
    )  # fmt: skip
    say(options, asdict(summary), told(summary))
    return 2 if summary.interrupted else 0
