"""A derivation -> LaTeX, PDF, HTML (MathML), Markdown, notebook, JSON."""

from derive.sheet.content import Block, Example, ExampleRow, Falsehood, Line, Sheet
from derive.sheet.write import FORMATS, write

__all__ = ["FORMATS", "Block", "Example", "ExampleRow", "Falsehood", "Line", "Sheet", "write"]
