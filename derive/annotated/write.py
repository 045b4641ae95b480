"""Pages of checked texts in a folder: one a text, and where there are several an index."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path, PurePath

from derive.annotated.cards import SYMBOLS, mark
from derive.annotated.page import annotated
from derive.annotated.style import page
from derive.book.document import Document, read
from derive.book.outcome import Outcome
from derive.book.report import summary
from derive.errors import DeriveError
from derive.sheet.write import replaced


def write_pages(outcomes: Sequence[Outcome], folder: Path) -> list[Path]:
    """The pages, each whole or not at all; texts of one name in different folders keep those folders in theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in _names([o.path for o in outcomes])]
    for outcome, path in zip(outcomes, paths, strict=True):
        replaced(path, annotated(outcome, _document(outcome)))
    if len(outcomes) > 1:
        paths.append(folder / "index.html")
        replaced(paths[-1], _index(outcomes, [p.name for p in paths[:-1]]))
    return paths


def _document(outcome: Outcome) -> Document | None:
    try:
        return read(Path(outcome.path)) if outcome.error is None else None
    except DeriveError:
        return None


def _names(paths: Sequence[str]) -> list[str]:
    """chapter.html; where two would have one name, ending and folders are kept: part-chapter.md.html."""
    short = [PurePath(p).stem for p in paths]
    names: list[str] = []
    for path, stem in zip(paths, short, strict=True):
        alone = short.count(stem) == 1 and stem != "index"
        name = stem if alone else "-".join(p for p in PurePath(path).parts if p not in ("/", "\\", ".", ".."))
        while f"{name}.html" in names:
            name += "_"
        names.append(f"{name}.html")
    return names


def _index(outcomes: Sequence[Outcome], names: Sequence[str]) -> str:
    rows = []
    for outcome, name in zip(outcomes, names, strict=True):
        found = summary([outcome])
        chips = " ".join(
            f'<span class="mark {v}">{mark(v)} {found["verdicts"][v]}</span>' for v in SYMBOLS if found["verdicts"][v]
        )
        said = escape(outcome.error) if outcome.error is not None else chips
        rows.append(
            f'<tr><td><a href="{escape(name, quote=True)}">{escape(outcome.path)}</a></td>'
            f"<td>{found['judged']} of {found['steps']}</td><td>{said}</td></tr>"
        )
    table = (
        '<div class="wide"><table><thead><tr><th scope="col">Text</th><th scope="col">Judged</th>'
        f'<th scope="col">Verdicts</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )
    return page("Checked texts", f"<h1>Checked texts</h1><p>{summary(outcomes)['coverage']}</p>{table}")
