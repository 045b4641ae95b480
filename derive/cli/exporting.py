"""`derive export`: theorems for another proof assistant; what has no counterpart there is named, with the reason."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.cli.catalogue import load_catalogue, named_in, tell_faults
from derive.cli.output import say

if TYPE_CHECKING:
    from derive.catalogue import Derivation
    from derive.export.coq_file import Exported

Refusals = list[dict[str, str]]


def run_export(options: argparse.Namespace) -> int:
    from derive.export.coq_file import document

    catalogue = load_catalogue()
    written, refused = _sorted_out(named_in(options, catalogue))
    if options.output is None and options.output_format == "text":
        print(document(written) if written else "", end="")
        _tell(refused)
    else:
        folder = options.output or "."
        paths = _write(Path(folder), written)
        rows: dict[str, Any] = {"files": paths, "exported": [t.name for t in written], "refused": refused}
        counts = [f"{folder}: {len(written)} exported, {len(refused)} refused"]
        say(options, rows, "\n".join(counts + [f"{r['name']}: {r['reason']}" for r in refused]))
    return tell_faults(catalogue) or (1 if refused and not options.all else 0)


def _sorted_out(derivations: list[Derivation]) -> tuple[list[Exported], Refusals]:
    """What can be written, and the rest with its reason; an inequality is refused before its proof is replayed."""
    from derive.errors import Refused
    from derive.export.coq_file import exported, stated
    from derive.export.coq_reader import says

    written, refused = list[Any](), Refusals()
    for d in derivations:
        try:
            stated(d.claim, d.assuming)
            theorem = exported(d.name, d.claim, d.assuming, d.theorem)
        except Refused as reason:
            refused.append({"name": d.name, "reason": str(reason)})
            continue
        if not says(theorem.statement, theorem.words, d.claim, d.assuming):
            raise ValueError(f"{d.name}: the statement, read back, is another; this is a fault of the export")
        written.append(theorem)
    return written, refused


def _write(folder: Path, written: list[Exported]) -> list[str]:
    """One theorem with the library before it; several beside one library, which is compiled once."""
    from derive.export.coq_file import beside_library, document, library

    texts = {f"{t.name}.v": beside_library(t) for t in written}
    if len(written) == 1:
        texts = {f"{written[0].name}.v": document(written)}
    elif written:
        texts = {"library.v": library(), **texts}
    if texts:
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / name) for name in texts]


def _tell(refused: Refusals) -> None:
    for row in refused:
        print(f"derive export: {row['name']}: {row['reason']}", file=sys.stderr)
