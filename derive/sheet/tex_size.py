"""About how high a sheet is, so that its letters are the largest in which it fits one page."""

from __future__ import annotations

from typing import Any

from derive.printing import extent
from derive.printing.boxes import is_tall
from derive.printing.layout import layout
from derive.sheet.content import Sheet, by_quantity
from derive.sheet.convergence import HEIGHT
from derive.sheet.mathml import LONG
from derive.sheet.refuted import by_letter

PAGE = 262.0  # millimetres between the margins, less what is hard to foresee
SIZES = (1.1, 1.0, 0.88)  # 11 points, 10, and 9, against the heights below
_HEAD, _TITLE, _SMALL, _TALL, _ROW = 24.0, 8.0, 6.0, 11.0, 5.6


def size_of(sheet: Sheet) -> int:
    """The place in SIZES of the largest letters in which a sheet fits, or of the smallest."""
    height = _height(sheet)
    return next((i for i, size in enumerate(SIZES) if height * size <= PAGE), len(SIZES) - 1)


def _height(sheet: Sheet) -> float:
    lines = [line for block in sheet.blocks for line in block.lines]
    parts = [_HEAD, _TALL + _line(sheet.statement), 12.0, 14.0 + 4.0 * bool(sheet.places)]
    parts += [_line(d) / 2 + 1 for d in sheet.definitions]
    parts += [_TITLE + _line(block.start) for block in sheet.blocks]
    parts += [_line(line.term) + _ROW * (_wide(line.term) or len(line.reason) > 60) for line in lines]
    return sum(parts) + _example(sheet) + _falsehood(sheet)


def _wide(term: Any) -> bool:
    return extent(layout(term)) > LONG


def _line(term: Any) -> float:
    """Of a formula, broken where it is longer than a line."""
    box = layout(term)
    return (_TALL if is_tall(box) else _SMALL) * (1 + extent(box) // 75)


def _example(sheet: Sheet) -> float:
    if sheet.example is None:
        return 0.0
    rows = (max(_ROW * len(rows), _line(q) if q is not None else 0.0) for q, rows in by_quantity(sheet.example))
    return 2 * _TITLE + _ROW + sum(rows) + (HEIGHT + 4.0) * bool(sheet.example.figures)


def _falsehood(sheet: Sheet) -> float:
    if sheet.falsehood is None:
        return 0.0
    found = sheet.falsehood.counterexample
    rows = 2 + sum(1 + len(values) // 4 for _, values in by_letter(found)) if found else 0
    return max(_TITLE + _line(sheet.falsehood.statement) + 2 * _ROW, rows * _ROW)
