"""Terms and statements as LaTeX and as one line of plain text, written from one presentation tree."""

from derive.printing.layout import layout
from derive.printing.writing import SYMBOLS, escaped, extent, latex, latex_box, text, text_box

__all__ = ["SYMBOLS", "escaped", "extent", "latex", "latex_box", "layout", "text", "text_box"]
