"""`derive export`: theorems for another proof assistant; what has no counterpart there is named, with the reason."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from derive.cli.catalogue import load_catalogue, named_in, tell_faults
from derive.cli.output import say


def run_export(options: argparse.Namespace) -> int:
    from derive.errors import Refused
    from derive.export.coq_file import document, exported
    from derive.export.coq_reader import says

    catalogue = load_catalogue()
    written, refused = [], list[dict[str, str]]()
    for d in named_in(options, catalogue):
        try:
            theorem = exported(d.name, d.claim, d.assuming, d.theorem)
        except Refused as reason:
            refused.append({"name": d.name, "reason": str(reason)})
            continue
        if not says(theorem.statement, theorem.words, d.claim, d.assuming):
            raise ValueError(f"{d.name}: the statement, read back, is another; this is a fault of the export")
        written.append(theorem)
    text = document(written) if written else ""
    if options.output is None and options.output_format == "text":
        print(text, end="")
        _tell(refused)
    else:
        path = _write(options.output or ".", written, text) if written else None
        rows: dict[str, Any] = {"file": path, "exported": [t.name for t in written], "refused": refused}
        lines = [f"{path}: {len(written)} theorems"] if path else []
        say(options, rows, "\n".join(lines + [f"{r['name']}: {r['reason']}" for r in refused]))
    return tell_faults(catalogue) or (1 if refused and not options.all else 0)


def _write(folder: str, written: list[Any], text: str) -> str:
    path = Path(folder) / f"{written[0].name if len(written) == 1 else 'theorems'}.v"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def _tell(refused: list[dict[str, str]]) -> None:
    import sys

    for row in refused:
        print(f"derive export: {row['name']}: {row['reason']}", file=sys.stderr)
