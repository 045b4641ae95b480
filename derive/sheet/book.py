"""A book to files: derivations.tex, derivations.pdf, derivations.html."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from derive.errors import unknown_name
from derive.sheet.booklet import booklet
from derive.sheet.collection import Collection
from derive.sheet.html_book import html_book
from derive.sheet.pdf import commands, compiled
from derive.sheet.preamble import preamble
from derive.sheet.write import placed, read_template

_NAME = "derivations"


def _pdf(book: Collection, template: str, template_name: str) -> bytes:
    return compiled(booklet(book, template, template_name))


def _html(book: Collection, template: str, template_name: str) -> str:
    return html_book(book)


BOOKS: dict[str, Callable[[Collection, str, str], str | bytes]] = {"tex": booklet, "pdf": _pdf, "html": _html}


def able(formats: Iterable[str], template: str | Path | None = None) -> None:
    """Raises DeriveError where a format is unknown, TeX is missing or the template is none: before any work is done."""
    for name in formats:
        if name not in BOOKS:
            raise unknown_name("format of a book", name, BOOKS)
        if name == "pdf":
            commands()
    preamble(*_style(template))


def write_book(
    book: Collection, formats: Iterable[str], directory: str | Path, template: str | Path | None = None
) -> list[Path]:
    """The book in each of the formats; their paths, in order. Raises as `able`, or where TeX refuses."""
    chosen = list(formats)
    able(chosen, template)
    style = _style(template)
    return placed({f"{_NAME}.{name}": BOOKS[name](book, *style) for name in chosen}, directory)


def _style(template: str | Path | None) -> tuple[str, str]:
    return (read_template(template), Path(template).name) if template else ("", "")
