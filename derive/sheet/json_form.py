"""A sheet as plain data."""

from __future__ import annotations

import json
from typing import Any

from derive.printing import latex, text
from derive.sheet.content import ExampleRow, Sheet, numbered
from derive.sheet.convergence import Convergence, spoken
from derive.sheet.refuted import Counterexample, Falsehood, Without


def json_form(sheet: Sheet) -> str:
    """One JSON object."""
    return json.dumps(plain(sheet), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(sheet: Sheet) -> dict[str, Any]:
    """The sheet as dictionaries, lists, words and numbers."""
    return {
        "name": sheet.name,
        "title": sheet.title,
        "status": sheet.status,
        "statement": _formula(sheet.statement),
        "definitions": [_formula(d) for d in sheet.definitions],
        "hypotheses": [_formula(h) for h in sheet.hypotheses],
        "laws": list(sheet.laws),
        "axioms": list(sheet.axioms),
        "source": sheet.source,
        "places": [vars(place) for place in sheet.places],
        "blocks": [
            {
                "title": block.title,
                "start": _formula(block.start),
                "lines": [
                    {"number": n}
                    | _formula(line.term)
                    | {"relation": line.relation, "reason": line.reason, "rule": line.rule}
                    for n, line in lines
                ],
            }
            for block, lines in numbered(sheet)
        ],
        "example": sheet.example
        and {
            "world": sheet.example.world,
            "description": sheet.example.description,
            "rows": [_row(row) for row in sheet.example.rows],
            "figures": [_figure(f) for f in sheet.example.figures],
        },
        "falsehood": sheet.falsehood and _falsehood(sheet.falsehood),
        "without": [_without(w) for w in sheet.without],
        "fingerprint": sheet.fingerprint,
    }


def _falsehood(falsehood: Falsehood) -> dict[str, Any]:
    values = _counterexample(falsehood.counterexample)
    assumed = [_formula(h) for h in falsehood.assuming]
    said = {"explanation": falsehood.text, "assuming": assumed, "counterexample": values}
    return _formula(falsehood.statement) | said


def _counterexample(found: Counterexample | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"sizes": found.sizes, "values": dict(found.values), "lhs": found.left, "rhs": found.right}


def _without(without: Without) -> dict[str, Any]:
    told = {"outcome": without.outcome, "explanation": without.said}
    return told | {
        "hypothesis": _formula(without.hypothesis),
        "counterexample": _counterexample(without.counterexample),
    }


def _figure(figure: Convergence) -> dict[str, Any]:
    told = {name: getattr(figure, name) for name in ("label", "exact", "sizes", "estimates", "means", "deviations")}
    return told | {"quantity": _formula(figure.quantity), "alt": spoken(figure)}


def _formula(node: Any) -> dict[str, str]:
    return {"latex": latex(node), "text": text(node)}


def _row(row: ExampleRow) -> dict[str, Any]:
    quantity = None if row.quantity is None else _formula(row.quantity)
    return {k: v for k, v in vars(row).items() if k != "quantity"} | {"quantity": quantity}
