"""A document -> the statements of each of its formulas, or what stopped the reading of one."""

from __future__ import annotations

from dataclasses import replace

from derive.book.document import Document
from derive.book.macros import macros_of, without_definitions
from derive.book.spelt_paths import gathered
from derive.book.statements import Statement, statements

Parsed = dict[int, tuple[Statement, ...] | Exception]


def parsed(document: Document) -> Parsed:
    """By the number of the formula."""
    macros = {**macros_of(document.preamble), **macros_of(document.text)}
    found: Parsed = {}
    for n, formula in enumerate(document.formulas):
        try:
            latex = without_definitions(formula.latex)
            read = statements(latex, macros) if latex.strip() or not formula.latex else ()
            found[n] = tuple(replace(one, relation=gathered(one.relation)) for one in read)
        except Exception as fault:  # Stopped, or a fault of ours: either way this formula alone is lost
            found[n] = fault
    return found
