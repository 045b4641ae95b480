"""`derive figure`: the figures of bias, variance, clip, gradient, regret and learning, as SVG and PDF."""

from __future__ import annotations

import argparse
from pathlib import Path

from derive.cli.output import say, show_progress


def run_figure(options: argparse.Namespace) -> int:
    from numeric.figures import FIGURES
    from numeric.running.archive import replaced

    unknown = [name for name in options.names if name not in FIGURES]
    if unknown or not (options.names or options.all):
        wrong = f"no figure is named {', '.join(unknown)}; " if unknown else ""
        raise ValueError(f"{wrong}name some of {', '.join(FIGURES)}, or give --all")
    folder, written = Path(options.output), {}
    folder.mkdir(parents=True, exist_ok=True)
    for name in FIGURES if options.all else options.names:
        show_progress(name)
        drawing = FIGURES[name]()
        for suffix, data in drawing.files().items():
            replaced(folder / f"{name}{suffix}", data)
            written[str(folder / f"{name}{suffix}")] = drawing.alt
    show_progress("")
    say(options, {"figures": [{"path": p, "alt": alt} for p, alt in written.items()]}, "\n".join(written))
    return 0
