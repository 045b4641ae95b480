"""How our pages look: light and dark, on paper, on a phone; no fonts or files of others."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fdfcf9; --faint: #67666d; --rule: #d9d6cd; --tint: #f4f1e8;
  --warn: #9b2c1f; --link: #1f4f8b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e7e1; --paper: #17181c; --faint: #a3a2a8; --rule: #3a3b42;
  --tint: #202127; --warn: #f19a8b; --link: #9cc3f5; } }
* { box-sizing: border-box; }
body { margin: 0; overflow-wrap: anywhere; background: var(--paper); color: var(--ink); line-height: 1.55;
  font: 1.06rem/1.55 "Latin Modern Roman", "STIX Two Text", Charter, Georgia, "Times New Roman", serif; }
main { max-width: 54rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "Noto Sans Math", math; font-size: 1.08em; }
mtd { text-align: left; padding-left: 0; padding-right: 1em; }
.name { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85rem; margin: .2rem 0 0;
  color: var(--faint); }
.statement { border: 1px solid var(--rule); background: var(--tint); border-radius: .4rem; margin: 1.6rem 0 1rem;
  padding: 1.1rem 1rem; text-align: center; overflow-x: auto; }
.where { margin: .4rem 0 1rem; overflow-x: auto; }
.where div { margin: .35rem 0 .35rem 1.4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; font-size: .95rem; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.given { overflow-x: auto; overflow-y: hidden; }
ol { list-style: none; margin: .3rem 0 0; padding: 0; }
li { display: grid; grid-template-columns: minmax(0, 3fr) minmax(9rem, 1.35fr) 2.2rem; column-gap: 1.2rem;
  align-items: center; padding: .5rem 0 .5rem 1.4rem; border-top: 1px solid var(--rule); }
li .term { overflow-x: auto; overflow-y: hidden; padding: .1rem 0; }
.start { overflow-x: auto; padding-bottom: .4rem; }
.reason { font-size: .93rem; color: var(--faint); overflow-wrap: anywhere; }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
.reason[open] > summary, .reason > summary:hover { color: var(--ink); }
.reason[open] { grid-row: 2; grid-column: 1 / -1; padding-left: 1.4rem; }
.behind { margin: .4rem 0 .2rem; padding: .4rem .6rem; border-left: .15rem solid var(--rule); background: var(--tint); }
.behind p { margin: .2rem 0; }
:focus-visible { outline: .15rem solid var(--link); outline-offset: .15rem; border-radius: .15rem; }
a { color: var(--link); }
.count { text-align: right; color: var(--faint); font-variant-numeric: tabular-nums; }
.done { text-align: right; margin: .2rem 0 0; }
table { border-collapse: collapse; width: 100%; margin-top: .8rem; }
th, td { text-align: left; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--rule);
  vertical-align: baseline; }
th { font-size: .85rem; color: var(--faint); font-weight: normal; }
th, td { overflow-wrap: normal; }
.wide table { min-width: max-content; }
.wide td { max-width: 24rem; overflow-wrap: break-word; }
td small { display: block; color: var(--faint); }
.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
.false { margin-top: 2.4rem; border-left: .25rem solid var(--warn); padding: .1rem 0 .1rem 1rem; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.4rem; align-items: start; }
.pair > div { overflow-x: auto; }
.pair caption { text-align: left; font-size: .9rem; padding: .2rem 0 .3rem; }
.pair td { padding: .25rem .8rem .25rem 0; font-size: .95rem; }
.pair .entry { display: inline-block; margin-right: 1.1rem; white-space: nowrap; }
.false h2 { color: var(--warn); margin-top: .2rem; }
footer { margin-top: 2.6rem; border-top: 1px solid var(--rule); padding-top: .8rem; font-size: .88rem;
  color: var(--faint);
  overflow-wrap: anywhere; }
footer p { margin: .15rem 0; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; }
@media (max-width: 40rem) { .pair { grid-template-columns: minmax(0, 1fr); } main { padding-top: 1.5rem; }
  li { grid-template-columns: minmax(0, 1fr) 2rem; } .reason { grid-row: 2; } }
li.long { grid-template-columns: minmax(0, 1fr) 2.2rem; }
li.long .reason { grid-row: 2; padding-left: 1.4rem; }
@media print { body { background: none; } main { padding: 0; max-width: none; } li { break-inside: avoid; } }
"""


# What is wider than the page scrolls by itself: a keyboard must be able to reach it.
REACH = """
(() => {
  const wide = '.stage, .term, .start, .statement, .where, .wide, .why, .behind, .pair > div, .given, .without details';
  const reach = () => {
    for (const box of document.querySelectorAll(wide)) {
      if (box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight) continue;
      box.tabIndex = 0;
      if (!box.hasAttribute('role')) { box.setAttribute('role', 'group'); box.setAttribute('aria-label', 'formula'); }
    }
  };
  addEventListener('resize', reach); addEventListener('toggle', reach, true); addEventListener('load', reach);
  const watch = new ResizeObserver(reach);
  for (const box of document.querySelectorAll(wide)) watch.observe(box);
  reach();
})();
"""


def page(title: str, body: str, style: str = "", script: str = "") -> str:
    """A whole page that needs nothing else; `title` in plain words, the rest HTML already."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<script>{script}{REACH}</script>\n</body>\n</html>\n"
    )
