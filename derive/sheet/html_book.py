"""The whole catalogue as one offline page: contents, what is trusted, what rests on what, the sheets, the laws."""

from __future__ import annotations

from html import escape
from itertools import groupby

from derive.graph import svg
from derive.sheet.collection import TITLE, TRUSTED, Collection, Used, part_title
from derive.sheet.content import Place, Sheet
from derive.sheet.demonstration import DEMONSTRATIONS
from derive.sheet.html import LOOK, body
from derive.sheet.html_laws import SCRIPT, why
from derive.sheet.html_style import page
from derive.sheet.html_words import words

_STYLE = """
article { margin-top: 4rem; border-top: .2rem solid var(--rule); padding-top: 1rem; }
article h3 { font-size: 1.1rem; margin: 1.8rem 0 .5rem; }
article h2 { font-size: 1.6rem; margin: 0; }
nav ol, .plain { list-style: decimal; padding-left: 2.4rem; }
nav li { display: list-item; border: 0; padding: .1rem 0; }
.places { margin: .1rem 0 .8rem; padding-left: 1.4rem; }
.places li { display: list-item; border: 0; padding: .05rem 0; }
.map { overflow-x: auto; }
.used { color: var(--faint); font-size: .88rem; }
"""


def html_book(book: Collection) -> str:
    """The page."""
    trusted = "".join(f"<p><b>{escape(name)}.</b> {words(said)}</p>" for name, said in TRUSTED)
    parts = [
        f"<header><h1>{TITLE}</h1></header>",
        _contents(book),
        f'<section id="trusted"><h2>What is trusted</h2>{trusted}</section>',
        '<section id="map"><h2>What rests on what</h2><div class="map" tabindex="0" role="group" '
        f'aria-label="Map">{svg(book.joined)}</div>{_alone(book)}</section>',
        *(_chapter(book, sheet) for part in book.parts for sheet in part),
        *_texts(book),
        _index(book, "rules", "Rules that lines name as reasons", book.rules),
        _index(book, "laws", "Laws that theorems lean on", book.laws),
    ]
    return page(TITLE, "\n".join(parts), LOOK + _STYLE, SCRIPT)


def _contents(book: Collection) -> str:
    rows = []
    for level, part in enumerate(book.parts):
        items = "".join(f'<li value="{book.numbers[s.name]}">{_link(s.name, words(s.title))}</li>' for s in part)
        rows.append(f"<h3>{part_title(level)}</h3><ol>{items}</ol>")
    links = " · ".join(f'<a href="{d.name}.html">{words(d.title)}</a>' for d in DEMONSTRATIONS)
    replays = f"<p>To play with: {links}</p>"
    ends = [("trusted", "What is trusted"), ("map", "What rests on what")]
    ends += [("texts", "Where each result of the texts is")] if book.texts else []
    ends += [("rules", "Rules"), ("laws", "Laws")]
    jumps = " · ".join(_link(i, t) for i, t in ends)
    return f'<nav aria-label="Contents"><h2>Contents</h2><p>{jumps}</p>{replays}{"".join(rows)}</nav>'


def _link(name: str, shown: str) -> str:
    return f'<a href="#{escape(name, quote=True)}">{shown}</a>'


def _alone(book: Collection) -> str:
    links = ", ".join(_link(name, str(book.numbers[name])) for name in book.alone)
    return f'<p class="used">Neither resting on another nor rested on: {links}.</p>' if links else ""


def _chapter(book: Collection, sheet: Sheet) -> str:
    head = f'<h2>{book.numbers[sheet.name]} {words(sheet.title)}</h2><p class="name">{escape(sheet.name)}</p>'
    titles = {s.name: s.title for s in book.sheets}
    below, above = book.rests[sheet.name], book.used_by(sheet.name)
    links = "".join(
        f'<p class="used">{said} {", ".join(_link(n, words(titles[n])) for n in names)}.</p>'
        for said, names in (("Rests on", below), ("Used by", above))
        if names
    )
    return (
        f'<article id="{escape(sheet.name, quote=True)}">{head}\n'
        + "\n".join(body(sheet, "h3", f"{sheet.name}-"))
        + links
        + "</article>"
    )


def _texts(book: Collection) -> list[str]:
    """Where each result of the texts is, by section and equation."""
    if not book.texts:
        return []
    parts = "".join(f"<h3>{words(title)}</h3>{_sections(book, rows)}" for title, rows in book.texts)
    return [f'<section id="texts"><h2>Where each result of the texts is</h2>{parts}</section>']


def _sections(book: Collection, rows: list[tuple[Place, str]]) -> str:
    out = []
    for section, found in groupby(rows, key=lambda row: row[0].section):
        items = "".join(f"<li>{words(p.equation)}: {_link(name, str(book.numbers[name]))}</li>" for p, name in found)
        out.append(f'<p class="used">{words(section)}</p><ul class="places">{items}</ul>')
    return "".join(out)


def _index(book: Collection, place: str, title: str, used: list[Used]) -> str:
    by_number = {number: name for name, number in book.numbers.items()}
    rows = "".join(_entry(place, u, {n: _link(by_number[n], str(n)) for n in u.numbers}) for u in used)
    return f'<section id="{place}"><h2>{title}</h2>{rows}</section>'


def _entry(place: str, used: Used, links: dict[int, str]) -> str:
    """A rule or law; the near miss of a law stands with the law."""
    with_miss = place == "laws" and used.near_miss
    name = f' id="law-{escape(used.name, quote=True)}"' if with_miss else ""
    said = f"<b>{words(used.words)}</b> {words(used.states)}"
    where = f'<span class="used">in {", ".join(links.values())}</span>'
    return f"<div{name}><p>{said} {where}</p>{why(used) if with_miss else ''}</div>"
