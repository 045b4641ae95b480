"""Figures in one style: panels of lines, of boards, and what puts them side by side and saves them."""

from __future__ import annotations

from numeric.plots.boards import arrows, draw_board, table
from numeric.plots.lines import Graph, Line, curves, graphs, log_curves
from numeric.plots.style import DARK, GREY, LIGHT, LOOKS, MIDDLE, STYLE, Drawing, Panel, figure, files, styled

__all__ = [
    "DARK",
    "GREY",
    "LIGHT",
    "LOOKS",
    "MIDDLE",
    "STYLE",
    "Drawing",
    "Graph",
    "Line",
    "Panel",
    "arrows",
    "curves",
    "draw_board",
    "figure",
    "files",
    "graphs",
    "log_curves",
    "styled",
    "table",
]
