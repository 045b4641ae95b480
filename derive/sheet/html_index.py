"""The page that finds a sheet: one offline page with a search that needs no network, links to every sheet beside it."""

from __future__ import annotations

from html import escape

from derive.printing import text
from derive.sheet.collection import Collection, part_title
from derive.sheet.content import Sheet
from derive.sheet.html_style import page
from derive.sheet.html_words import words
from derive.sheet.mathml import mathml

TITLE = "Derivations"
_STYLE = """
.search { position: sticky; top: 0; background: var(--paper); padding: .8rem 0; z-index: 1; }
.search label { display: block; font-size: .9rem; color: var(--faint); }
.search input { width: 100%; font: inherit; padding: .5rem .7rem; color: inherit; background: var(--tint);
  border: 1px solid var(--faint); border-radius: .4rem; }
.search p { margin: .3rem 0 0; font-size: .88rem; color: var(--faint); }
.all { list-style: none; padding: 0; margin: 0; }
.all li { display: block; padding: .7rem 0; border-top: 1px solid var(--rule); }
.all a { font-weight: bold; text-decoration: none; }
.all a:hover { text-decoration: underline; }
.all .term { margin-top: .3rem; overflow-x: auto; overflow-y: hidden; }
[hidden] { display: none !important; }
"""
_SCRIPT = """
(() => {
  const field = document.getElementById('query'), count = document.getElementById('count');
  const items = [...document.querySelectorAll('li[data-words]')], groups = [...document.querySelectorAll('section')];
  const shown = () => items.filter(item => !item.hidden).map(item => item.querySelector('a'));
  const plain = words => words.toLowerCase().normalize('NFKD').replace(/[\\u0300-\\u036f]/g, '');
  const search = () => {
    const wanted = plain(field.value).split(/\\s+/).filter(Boolean);
    for (const item of items) item.hidden = !wanted.every(word => item.dataset.words.includes(word));
    for (const group of groups) group.hidden = !group.querySelector('li:not([hidden])');
    const found = shown().length;
    count.textContent = found + (found === 1 ? ' derivation' : ' derivations');
  };
  field.addEventListener('input', search);
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const links = shown(), at = links.indexOf(document.activeElement), typing = document.activeElement === field;
    if (event.key === '/' && !typing) { event.preventDefault(); field.focus(); field.select(); }
    else if (event.key === 'Escape') { field.value = ''; search(); field.focus(); }
    else if (event.key === 'Enter' && typing && links.length) { links[0].click(); }
    else if (event.key === 'ArrowDown' && (typing || at >= 0) && at + 1 < links.length) {
      event.preventDefault(); links[at + 1].focus(); }
    else if (event.key === 'ArrowUp' && at >= 0) { event.preventDefault(); (links[at - 1] || field).focus(); }
  });
  search();
})();
"""


def html_index(book: Collection) -> str:
    """The page."""
    lines = sum(len(block.lines) for sheet in book.sheets for block in sheet.blocks)
    head = (
        f"<header><h1>{TITLE}</h1><p>{len(book.sheets)} proved statements in {lines} lines, "
        "each after those it rests on.</p></header>\n"
        '<div class="search" role="search"><label for="query">Find by title, letter, law or source '
        "(/ to search, ↓ ↑ to move, Enter to open, Esc to clear)</label>"
        '<input id="query" type="search" autocomplete="off" spellcheck="false">'
        '<p id="count" role="status" aria-live="polite"></p></div>'
    )
    parts = (_part(level, part) for level, part in enumerate(book.parts))
    return page(TITLE, "\n".join([head, *parts]), _STYLE, _SCRIPT)


def _part(level: int, part: tuple[Sheet, ...]) -> str:
    items = "\n".join(map(_item, part))
    return f'<section><h2>{part_title(level)}</h2>\n<ul class="all">\n{items}\n</ul></section>'


def _item(sheet: Sheet) -> str:
    found = escape(_searched(sheet), quote=True)
    return (
        f'<li data-words="{found}"><a href="{escape(sheet.name, quote=True)}.html">{words(sheet.title)}</a> '
        f'<span class="name">{escape(sheet.name)}</span><div class="term">{mathml(sheet.statement)}</div></li>'
    )


def _searched(sheet: Sheet) -> str:
    reasons = (line.reason for block in sheet.blocks for line in block.lines)
    parts = [sheet.name, sheet.name.replace("_", " "), sheet.title, sheet.source, text(sheet.statement)]
    return " ".join(
        " ".join([*parts, *map(text, sheet.hypotheses), *sheet.laws, *dict.fromkeys(reasons)]).lower().split()
    )
