"""How theorems, equations and derivations display themselves in Jupyter: LaTeX, HTML and text.

    %load_ext derive.sheet.display

The classes are left alone: the kernel's are not to be changed. The notebook's own table of formatters is told instead.
"""

from __future__ import annotations

from html import escape
from typing import Any

from derive.catalogue import Derivation
from derive.kernel import Theorem
from derive.printing import latex, text
from derive.sheet.html_words import words
from derive.sheet.mathml import mathml
from derive.terms import Equation, Hypothesis, Inequality, Statement

Bundle = dict[str, str]
SHOWN: tuple[type, ...] = (Theorem, Derivation, Equation, Inequality)


def bundle(thing: Any) -> Bundle:
    """hypotheses ⊢ lhs = rhs as text/latex, text/html and text/plain."""
    claim, given, title = _parts(thing)
    turnstile = [" ⊢ "] if given or isinstance(thing, (Theorem, Derivation)) else [""]
    plain = (", ".join(map(text, given)) + turnstile[0] + text(claim)).strip()
    formula = r",\; ".join(map(latex, given)) + (r" \;\vdash\; " if turnstile[0] else "") + latex(claim)
    shown = ", ".join(mathml(h, display=False) for h in given) + turnstile[0] + mathml(claim)
    heading = f"<p><b>{words(title)}</b> <code>{escape(thing.name)}</code></p>" if title else ""
    return {
        "text/plain": plain,
        "text/latex": f"$\\displaystyle {formula.strip()}$",
        "text/html": f"{heading}<p>{shown}</p>",
    }


def _parts(thing: Any) -> tuple[Statement, list[Hypothesis], str]:
    if isinstance(thing, Derivation):
        return thing.claim, list(thing.assuming), thing.title
    if isinstance(thing, Theorem):
        return thing.claim, sorted(thing.hypotheses, key=text), ""
    return thing, [], ""


def load_ipython_extension(shell: Any) -> None:
    """Called by %load_ext: tell the notebook how to show what is proved here."""
    formatters = shell.display_formatter.formatters
    for kind in SHOWN:
        for form in ("text/latex", "text/html"):
            formatters[form].for_type(kind, lambda thing, form=form: bundle(thing)[form])
        formatters["text/plain"].for_type(kind, lambda thing, printer, cycle: printer.text(bundle(thing)["text/plain"]))
