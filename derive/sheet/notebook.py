"""A sheet as a Jupyter notebook that runs top to bottom: below each line the kernel replays it, and models test it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from derive.sheet.content import Sheet, numbered
from derive.sheet.markdown import opening, sections, step

_SETUP = """import proofs
from derive.catalogue import load
from derive.kernel import replay
from derive.models import decide
from derive.printing import text

try:
    get_ipython().run_line_magic("load_ext", "derive.sheet.display")  # theorems display themselves
except NameError:
    pass  # run as a plain program

d = load(proofs).derivations[NAME]
blocks = d.proof.blocks


def check(block, number):
    \"\"\"Line `number` of a block: the kernel rebuilds its proof from nothing; models look for an exception.\"\"\"
    chain = blocks[block]
    line, before = chain.lines[number], chain.lines[number - 1].term if number else chain.start
    theorem = replay(line.theorem)
    assert (theorem.lhs, theorem.rhs) == (before, line.term), "the theorem is about another line"
    assert not theorem.hypotheses - set(chain.given), "the line uses what is not given"
    tested = decide(theorem.claim, chain.given)
    assert tested.verdict != "refuted", tested.counterexample.text
    seen = f"true on models of {len(tested.sizes)} sizes" if tested.verdict == "holds" else tested.reason
    print(f"replayed, by {', '.join(sorted(theorem.laws)) or 'arithmetic'}; models: {seen}")
    return theorem"""
_WHOLE = """theorem = replay(d.theorem)
assert theorem.claim == d.claim and theorem.hypotheses <= set(d.assuming)
assert d.fingerprint == FINGERPRINT, "the derivation has changed since this notebook was written"
print(text(theorem.claim))
print("if", ", ".join(map(text, d.assuming)) or "nothing")
print("by the laws", ", ".join(sorted(theorem.laws)))
theorem"""
_EXAMPLE = """from derive.cli.catalogue import valued
from derive.wire import encode
from numeric.examples import agree, exact

lhs, rhs, given = encode(d.claim.lhs), encode(d.claim.rhs), [encode(h) for h in d.assuming]
for setting, sides in valued(d, lambda setting: [exact(side, setting, *given) for side in (lhs, rhs)]):
    print(setting.label, *sides, sep="   ")
    assert agree(encode(d.claim), setting, *given)"""
_FALSE = """found = decide(d.falsehood.claim, d.falsehood.assuming)
assert found.verdict == "refuted"
print(found.counterexample.text)"""


def notebook(sheet: Sheet) -> str:
    """The notebook file, format 4.5."""
    cells = list(_cells(sheet))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"title": sheet.title, "kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {
        "cells": [cell | {"id": f"cell-{i}"} for i, cell in enumerate(cells)],
        "metadata": metadata,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cells(sheet: Sheet) -> Iterator[dict[str, Any]]:
    first, leaning, *rest = sections(sheet)
    after = rest[len(sheet.blocks) :]
    yield _words([*first, *leaning])
    yield _code(_SETUP.replace("NAME", json.dumps(sheet.name)))
    for b, (block, lines) in enumerate(numbered(sheet)):
        yield _words(opening(block))
        for i, (n, line) in enumerate(lines):
            yield _words(step(n, line))
            yield _code(f"check({b}, {i})")
    yield _words(["∎", "All lines together are the statement."])
    yield _code(_WHOLE.replace("FINGERPRINT", json.dumps(sheet.fingerprint)))
    if sheet.example is not None:
        yield _words(after.pop(0))
        yield _code(_EXAMPLE)
    if sheet.falsehood is not None:
        yield _words(after.pop(0))
        if sheet.falsehood.counterexample is not None:
            yield _code(_FALSE)
    for paragraphs in after:
        yield _words(paragraphs)


def _words(paragraphs: list[str]) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": "\n\n".join(paragraphs).splitlines(keepends=True)}


def _code(source: str) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": lines}
