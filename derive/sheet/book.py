"""A book to files: derivations.tex, derivations.pdf, derivations.html."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from derive.errors import unknown_name
from derive.sheet.booklet import booklet
from derive.sheet.collection import Collection
from derive.sheet.html_book import html_book
from derive.sheet.pdf import compiled
from derive.sheet.write import placed, read_template

_NAME = "derivations"


def _pdf(book: Collection, template: str, template_name: str) -> bytes:
    return compiled(booklet(book, template, template_name))


def _html(book: Collection, template: str, template_name: str) -> str:
    return html_book(book)


BOOKS: dict[str, Callable[[Collection, str, str], str | bytes]] = {"tex": booklet, "pdf": _pdf, "html": _html}


def write_book(
    book: Collection, formats: Iterable[str], directory: str | Path, template: str | Path | None = None
) -> list[Path]:
    """The book in each of the formats; their paths, in order. Raises UnknownName for another format."""
    chosen = list(formats)
    for name in chosen:
        if name not in BOOKS:
            raise unknown_name("format of a book", name, BOOKS)
    style = (read_template(template), Path(template).name) if template else ("", "")
    return placed({f"{_NAME}.{name}": BOOKS[name](book, *style) for name in chosen}, directory)
