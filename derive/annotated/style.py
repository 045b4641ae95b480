"""How an annotated text looks: the colours of verdicts, never alone, always with a symbol and a word; no scripts."""

from __future__ import annotations

from html import escape

from derive.sheet.html_style import STYLE as SHEET

STYLE = """
:root { --refuted: #a3261b; --inconsistent: #9a3b7a; --unknown: #7d5700; --unread: #5c5b63; --proved: #17603a;
  --holds: #2c6e6b; --named: #3a5285; --silent: #67666d; }
@media (prefers-color-scheme: dark) { :root { --refuted: #ff9d8f; --inconsistent: #eea3d6; --unknown: #e6be62;
  --unread: #b0afb6; --proved: #83d3a4; --holds: #85cfca; --named: #a9bff0; --silent: #a3a2a8; } }
.refuted { --tone: var(--refuted); } .inconsistent { --tone: var(--inconsistent); } .unknown { --tone: var(--unknown); }
.not-read { --tone: var(--unread); } .proved { --tone: var(--proved); } .holds { --tone: var(--holds); }
.definition { --tone: var(--named); } .not-a-claim { --tone: var(--silent); }
html { scroll-padding-top: 1rem; }
main { max-width: 58rem; }
header h1 { font-size: 1.15rem; color: var(--faint); font-weight: normal; }
article h1 { font-size: 1.7rem; margin: 2.2rem 0 .6rem; }
article h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
article h4 { font-size: 1rem; font-style: italic; margin: 1.2rem 0 .3rem; }
article p { margin: .75rem 0; }
article ul, article ol { list-style: revert; padding-left: 1.6rem; margin: .6rem 0; }
article li { display: list-item; border: 0; padding: .1rem 0; }
article img { display: none; }
blockquote { margin: .8rem 0; padding: .05rem 1rem; border-left: .2rem solid var(--rule); color: var(--ink); }
pre { background: var(--tint); border: 1px solid var(--rule); border-radius: .4rem; padding: .7rem .9rem;
  overflow-x: auto; overflow-wrap: normal; }
mtable.rl > mtr > mtd:nth-child(odd) { text-align: right; padding: .28em 0; }
mtable.rl > mtr > mtd:nth-child(even) { text-align: left; padding: .28em .6em .28em 0; }
mtable.rcl > mtr > mtd { padding: .28em .15em; text-align: center; }
mtable.c > mtr > mtd { text-align: center; padding: .2em .3em; }
mtable.l > mtr > mtd { text-align: left; padding: .2em .5em .2em .1em; }
.summary { border: 1px solid var(--rule); background: var(--tint); border-radius: .5rem; padding: 1rem 1.1rem;
  margin: 1.4rem 0 2rem; }
.summary p { margin: .2rem 0 .6rem; }
.bar { display: flex; height: .5rem; border-radius: .25rem; overflow: hidden; gap: 2px; margin: .2rem 0 .9rem; }
.bar span { background: var(--tone); min-width: 3px; }
.counts, .marks, .values, .sides, .findings { list-style: none; margin: 0; padding: 0; }
.counts { display: flex; flex-wrap: wrap; gap: .4rem .5rem; }
.counts li, .marks li, .values li, .sides li, .findings li { display: block; border: 0; padding: 0; }
.mark { display: inline-block; color: var(--tone); border: 1px solid var(--tone); border-radius: 1rem;
  padding: .05rem .6rem .1rem; font: .82rem/1.5 system-ui, "DejaVu Sans", sans-serif; text-decoration: none;
  white-space: nowrap; background: var(--paper); }
.findings .mark, .legend .mark { justify-self: start; }
a.mark:hover { text-decoration: underline; }
.mark small { color: var(--faint); font-size: .75rem; }
.symbol { font-weight: bold; display: inline-block; min-width: .8em; text-align: center; }
.findings { margin-top: .9rem; }
.findings li { display: grid; grid-template-columns: 4.6rem 8.2rem minmax(0, 1fr); gap: .2rem .6rem;
  align-items: baseline; padding: .3rem 0; border-top: 1px solid var(--rule); font-size: .95rem; }
.summary details { margin-top: .6rem; }
.summary summary { list-style: revert; }
.card { position: relative; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .3rem 1rem;
  align-items: center; margin: 1.1rem 0; padding: .75rem 1rem .55rem 1.1rem; border: 1px solid var(--rule);
  border-left: .3rem solid var(--tone); border-radius: .4rem;
  background: color-mix(in srgb, var(--tone) 4%, var(--paper)); }
.card.refuted, .card.inconsistent { background: color-mix(in srgb, var(--tone) 8%, var(--paper)); }
.card:target { outline: .15rem solid var(--tone); outline-offset: .15rem; }
.formula { overflow-x: auto; overflow-y: hidden; padding: .25rem 0; }
.formula math[display=block], .card dd math[display=block] { margin: 0; text-align: left; width: max-content; }
.latex { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .88rem; }
.card .marks { padding-left: 0; margin: 0; display: flex; flex-direction: column; gap: .25rem; align-items: flex-end; }
.card .values, .card .sides { padding-left: 0; margin: .2rem 0; }
.note { grid-column: 1 / -1; font-size: .95rem; border-top: 1px dashed var(--rule); padding-top: .35rem; }
.note > summary { list-style: revert; color: var(--tone, var(--ink)); }
.note.quiet { --tone: var(--faint); font-size: .88rem; }
summary::-webkit-details-marker { display: revert; }
.note dl { margin: .5rem 0 .4rem; }
.note dt { font: .82rem/1.7 system-ui, "DejaVu Sans", sans-serif; }
.card p { margin: .25rem 0; }
.step + .step { border-top: 1px dotted var(--rule); }
.values { display: flex; flex-wrap: wrap; gap: .1rem 1.3rem; }
.values li, .sides li { white-space: nowrap; }
.sides { display: flex; flex-wrap: wrap; gap: .1rem 2rem; }
.sides b { color: var(--tone); font-size: 1.1em; font-variant-numeric: tabular-nums; }
.side { color: var(--faint); }
.repair { border-left: .2rem solid var(--proved); padding-left: .7rem; overflow-x: auto; }
.beside { grid-column: 1 / -1; margin: 0; font: .8rem/1.5 system-ui, "DejaVu Sans", sans-serif; text-align: right; }
.remark, .picture, .kind, .reference { font: .82rem/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--faint); }
.remark { display: inline-block; border: 1px dotted var(--rule); border-radius: .3rem; padding: 0 .5rem; }
.directive { border: 1px solid var(--rule); border-radius: .4rem; padding: .1rem 1rem; margin: 1rem 0; }
.kind { margin: .4rem 0 0; }
.html { color: var(--faint); }
.file { margin-top: 3rem; border-top: .2rem solid var(--rule); padding-top: .6rem; }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; }
.legend dl { grid-template-columns: max-content 1fr; }
table td, table th { padding-right: .8rem; }
@media (max-width: 40rem) { .card { grid-template-columns: minmax(0, 1fr); padding: .6rem .7rem .5rem .8rem; }
  .card .marks { flex-direction: row; flex-wrap: wrap; align-items: start; }
  .findings li { grid-template-columns: auto 1fr; } .findings li > :last-child { grid-column: 1 / -1; }
  .note dl { grid-template-columns: minmax(0, 1fr); } .note dd { margin-bottom: .4rem; } }
@media print { .card { break-inside: avoid; background: none; } .beside, .skip { display: none; } }
@media (forced-colors: active) { .card { border-left-width: .6rem; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # a browser then runs and loads nothing, whatever is quoted


def page(title: str, body: str) -> str:
    """A whole page that needs nothing else; `title` in plain words, the rest HTML already."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(clean(title))}</title>\n<style>{SHEET}{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def clean(said: str) -> str:
    """Without control characters."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in said)
