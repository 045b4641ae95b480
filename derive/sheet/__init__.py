"""A derivation -> LaTeX, PDF, HTML (MathML), Markdown, notebook, JSON; all of them -> a book, and an index."""

from derive.sheet.content import Block, Example, ExampleRow, Law, Line, Place, Sheet
from derive.sheet.convergence import Convergence
from derive.sheet.refuted import Counterexample, Falsehood, NearMiss, Without
from derive.sheet.write import FORMATS, write

__all__ = [
    "FORMATS",
    "Block",
    "Convergence",
    "Counterexample",
    "Example",
    "ExampleRow",
    "Falsehood",
    "Law",
    "Line",
    "NearMiss",
    "Place",
    "Sheet",
    "Without",
    "write",
]
