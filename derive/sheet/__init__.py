"""A derivation -> LaTeX, PDF, HTML (MathML), Markdown, notebook, JSON; all of them -> a book, and an index."""

from derive.sheet.content import Block, Counterexample, Example, ExampleRow, Falsehood, Law, Line, Sheet
from derive.sheet.write import FORMATS, write

__all__ = ["FORMATS", "Block", "Counterexample", "Example", "ExampleRow", "Falsehood", "Law", "Line", "Sheet", "write"]
