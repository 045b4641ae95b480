"""Reasons that open, by hover, tap or key, into what their rules and laws state; and what the conditions are for.

Each law's near miss stands once on a page. The script shows it beside a reason too; without it a link leads there.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from derive.sheet.collection import Used
from derive.sheet.content import Law, Line, Sheet
from derive.sheet.html_words import counterexample, words
from derive.sheet.mathml import mathml
from derive.sheet.words import pieces

STYLE = """
.reason > summary { text-decoration: underline dotted var(--faint) .08em; text-underline-offset: .25em; }
.reason.floating[open] { grid-row: auto; grid-column: auto; padding-left: 0; }
.reason.floating > .behind { position: absolute; right: 0; z-index: 2; width: min(40rem, 100%); max-height: 60vh;
  overflow: auto; background: var(--paper); border: 1px solid var(--faint); border-radius: .4rem;
  box-shadow: 0 .3rem 1.2rem rgb(0 0 0 / .25); }
ol > li { position: relative; }
.behind .why { margin: .1rem 0 .5rem; padding-left: .8rem; border-left: .15rem solid var(--warn); color: var(--ink); }
.why table { margin: .2rem 0 .4rem; } .why td, .without td { padding: .2rem .8rem .2rem 0; }
.why .entry, .without .entry { display: inline-block; margin-right: 1.1rem; }
.why caption, .without caption { text-align: left; font-size: .9rem; }
.floating .why tr:not(:last-child) { display: none; }
.laws details, .without details { overflow-x: auto; border-top: 1px solid var(--rule); padding: .45rem 0; }
.laws summary::before, .without summary::before { content: "▸ "; color: var(--faint); }
.laws details[open] > summary::before, .without details[open] > summary::before { content: "▾ "; }
.laws .why { margin-left: 1.2rem; overflow-x: auto; } .without details > :not(summary) { margin-left: 1.2rem; }
.without .refuted summary b { color: var(--warn); }
.without details[open] .dropped { text-decoration: line-through var(--warn) .12em; }
"""
SCRIPT = """
(() => {
  const fill = reason => {
    for (const link of reason.querySelectorAll('a[data-law]')) {
      const source = document.querySelector('#law-' + CSS.escape(link.dataset.law) + ' .why');
      if (source) link.parentElement.replaceWith(source.cloneNode(true));
    }
  };
  for (const reason of document.querySelectorAll('details.reason')) {
    const summary = reason.querySelector('summary');
    reason.addEventListener('toggle', () => { if (reason.open) fill(reason); });
    summary.addEventListener('click', event => {
      if (!reason.classList.contains('floating')) return;
      event.preventDefault(); reason.classList.remove('floating');
    });
    let later = 0;
    reason.addEventListener('pointerenter', event => {
      if (event.pointerType !== 'mouse') return;
      clearTimeout(later);
      if (!reason.open) later = setTimeout(() => { reason.classList.add('floating'); reason.open = true; }, 180);
    });
    reason.addEventListener('pointerleave', () => {
      clearTimeout(later);
      if (reason.classList.contains('floating')) later = setTimeout(() => {
        reason.open = false; reason.classList.remove('floating'); }, 150);
    });
  }
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    for (const reason of document.querySelectorAll('details.reason[open]')) {
      reason.open = false; reason.classList.remove('floating');
    }
  });
  const follow = () => {
    const found = location.hash && document.getElementById(location.hash.slice(1));
    if (found && found.matches('details')) found.open = true;
  };
  addEventListener('hashchange', follow); follow();
})();
"""


def reason(line: Line) -> str:
    """The reason; where it is known what its rules state, that is shown on demand."""
    if not line.behind:
        return f'<div class="reason">{words(line.reason)}</div>'
    laws = "".join(map(_stated, line.behind))
    named = any(isinstance(p, str) and p.strip() for p in pieces(line.reason))  # a formula alone names no control
    label = "" if named else f' aria-label="{escape(line.reason, quote=True)}"'
    shown = f"<summary{label}>{words(line.reason)}</summary>"
    return f'<details class="reason">{shown}<div class="behind">{laws}</div></details>'


def _stated(law: Law) -> str:
    said = f"<p><code>{escape(law.name)}</code> {words(law.states)}</p>"
    if law.near_miss is None:
        return said
    name = escape(law.name, quote=True)
    return f'{said}<p><a href="#law-{name}" data-law="{name}">what its condition is for: {escape(law.name)}</a></p>'


def laws_of(sheet: Sheet) -> list[Law]:
    """The laws of its lines that have a near miss, each once."""
    found = {law.name: law for b in sheet.blocks for line in b.lines for law in line.behind if law.near_miss}
    return [found[name] for name in sorted(found)]


def why_conditions(laws: Iterable[Law], heading: str = "h2") -> list[str]:
    """Each law with what it would say without its condition, and where that is false."""
    rows = "\n".join(f'<details id="law-{escape(x.name, quote=True)}"><summary><code>{escape(x.name)}</code> '
                     f"{words(x.states)}</summary>{why(x)}</details>" for x in laws)  # fmt: skip
    if not rows:
        return []
    said = "Each law, and a near miss of it that is false."
    return [
        f'<section class="laws"><{heading}>What the conditions are for</{heading}>\n<p>{said}</p>\n{rows}</section>'
    ]


def why(law: Law | Used) -> str:
    """What it would say without its condition, and where that is false."""
    miss = law.near_miss
    if miss is None:
        return ""
    statement = mathml(miss.statement, display=False)
    return (
        f'<div class="why"><p><b>Not true</b>, since {words(miss.words)}: {statement}</p>'
        f"{counterexample(miss.counterexample)}</div>"
    )
