"""What the site takes from the program itself: its docstrings, its help, its catalogue."""

from __future__ import annotations

import contextlib
import io
import os
import re
from html import escape, unescape
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

CODE = re.compile(r"(`+)(.+?)\1", re.S)
ALIAS = re.compile(r"TypeAliasForwardRef\('(\w+)'\)")
BULLET = re.compile(r"^\\\* ", re.M)
PATH = re.compile(r"~(?:\w+\.)*")
DESCRIBED = re.compile(r"<desc[^>]*>(.*?)</desc>", re.S)
SPECIAL = re.compile(r"([\\*|_])")


def as_written(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """A docstring is plain text with `code` in it and indented displays: every sign in it stands for itself."""
    found: list[str] = []
    for kind, group in groupby(lines, key=_kind):
        part = list(group)
        found += ["", "::", "", *part, ""] if kind == "display" else _escaped("\n".join(part)).split("\n")
    lines[:] = found


def _kind(line: str) -> str:
    return ("display" if line.startswith("    ") else "words") if line.strip() else "blank"


def _escaped(words: str) -> str:
    parts, at = [], 0
    for code in CODE.finditer(words):
        parts += [SPECIAL.sub(r"\\\1", words[at : code.start()]), f"``{' '.join(code[2].split())}``"]
        at = code.end()
    return BULLET.sub("* ", "".join([*parts, SPECIAL.sub(r"\\\1", words[at:])]))


class Help(Directive):
    """What `derive COMMAND --help` prints."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        from derive.cli import main

        os.environ["COLUMNS"] = "100"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            main([*self.arguments, "--help"])
        block = nodes.literal_block(printed.getvalue(), printed.getvalue())
        block["language"] = "text"
        return [block]


class Catalogue(Directive):
    """Every derivation: its title, name, statement, hypotheses and source."""

    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        import proofs
        from derive.catalogue import load

        catalogue = load(proofs)
        if catalogue.faults:
            raise self.error(f"these derivations do not load: {catalogue.faults}")
        return [self._entry(d) for d in catalogue.derivations.values()]

    def _entry(self, d: Any) -> nodes.Node:
        from derive.sheet.mathml import mathml

        section = nodes.section(classes=["derivation"], ids=[f"derivation-{d.name.replace('_', '-')}"], names=[d.name])
        section += nodes.title(d.title, d.title)
        shown = f'<div class="statement" tabindex="0">{mathml(d.claim)}</div>'
        given = ", ".join(mathml(h, display=False) for h in d.assuming)
        words = f"<p>{'if ' + given + '; ' if given else ''}{escape(d.source)}. <code>{d.name}</code></p>"
        section += nodes.raw("", shown + words, format="html")
        return section


class Register(Directive):
    """The rules, or the laws: by name, with what each states."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from derive.kernel import LAWS
        from derive.rules import RULES

        stated = {
            "rules": {name: (rule.convert.__doc__, f" (“{rule.words}”)") for name, rule in RULES.items()},
            "laws": {name: (law.__doc__, "") for name, law in LAWS.items()},
        }[self.arguments[0]]
        return [nodes.definition_list("", *(_stated(name, *words) for name, words in sorted(stated.items())))]


def _stated(name: str, statement: str | None, words: str) -> nodes.definition_list_item:
    term = nodes.term("", "", nodes.literal(name, name), nodes.Text(words))
    paragraphs = " ".join((statement or "").split())
    return nodes.definition_list_item("", term, nodes.definition("", nodes.paragraph("", paragraphs)))


def as_named(app: Sphinx, what: str, name: str, thing: Any, options: Any, given: str, returned: str) -> Any:
    """A signature with the names of its types as the source has them."""
    return tuple(PATH.sub("", ALIAS.sub(r"\1", part)) if part else part for part in (given, returned))


def in_its_own_words(app: Sphinx, doctree: nodes.document) -> None:
    """A picture is told by what it says of itself, which is made where it is drawn."""
    for image in doctree.findall(nodes.image):
        path = Path(app.srcdir, "pictures", Path(image["uri"]).name)
        if said := DESCRIBED.search(path.read_text(encoding="utf-8")) if path.suffix == ".svg" else None:
            image["alt"] = unescape(said[1])


LABELS = {  # what the theme leaves unsaid to those who hear a page, or go through it by keys
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    "<pre>": '<pre tabindex="0">',
}


def labelled(app: Sphinx, fault: Exception | None) -> None:
    """Every page that was written, with the labels."""
    for path in () if fault else Path(app.outdir).rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        for bare, said in LABELS.items():
            page = page.replace(bare, said)
        path.write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", as_written)
    app.connect("autodoc-process-signature", as_named)
    app.connect("doctree-read", in_its_own_words)
    app.connect("build-finished", labelled)
    app.add_directive("derive-help", Help)
    app.add_directive("derive-catalogue", Catalogue)
    app.add_directive("derive-register", Register)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
