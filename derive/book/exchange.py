"""Verdicts for other programs: SARIF 2.1.0, and annotations of GitHub Actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from derive.book.codes import CODES
from derive.book.outcome import Outcome
from derive.book.report import needs

_LEVELS = {"refuted": "error", "inconsistent": "error", "not-read": "note", "unknown": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(outcomes: Sequence[Outcome], version: str) -> dict[str, Any]:
    """One run with a result for every step that was not settled; columns count characters."""
    codes = sorted({row["code"] for o in outcomes for row in o.rows})
    rules = [{"id": c, "shortDescription": {"text": CODES[c][1]}} for c in codes]
    results = [_result(row, codes) for o in outcomes for row in o.rows]
    failed = [{"level": "error", "message": {"text": f"{o.path}: {o.error}"}} for o in outcomes if o.error is not None]
    run = {
        "tool": {"driver": {"name": "derive", "version": version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not failed, "toolExecutionNotifications": failed}],
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(row: dict[str, Any], codes: Sequence[str]) -> dict[str, Any]:
    level = "note" if row.get("by_hand") else _LEVELS.get(row["verdict"], "none")
    region = {
        "startLine": row["line"], "startColumn": row["column"],
        "endLine": row["end_line"], "endColumn": row["end_column"],
    }  # fmt: skip
    place = {"artifactLocation": {"uri": quote(row["file"].replace("\\", "/"))}, "region": region}
    words = _words(row)
    result = {
        "ruleId": row["code"],
        "ruleIndex": codes.index(row["code"]),
        "kind": "pass" if level == "none" else "fail" if level == "error" else "review",
        "level": level if level == "error" else "none",
        "message": {"text": f"{row['verdict']}: {words}"},
        "locations": [{"physicalLocation": place}],
    }
    if "known" in row:
        result["baselineState"] = "unchanged"
    if "suppressed" in row:
        result["suppressions"] = [{"kind": "inSource", "justification": row["suppressed"]}]
    return result


def _words(row: dict[str, Any]) -> str:
    said = [row["message"], _counterexample(row), needs(row) if "gap" in row else "", row.get("repair")]
    return "\n".join(filter(None, said))


def _counterexample(row: dict[str, Any]) -> str:
    return str(row["counterexample"]["text"]) if "counterexample" in row else ""


def github(outcomes: Sequence[Outcome]) -> str:
    """One workflow command a step that is wrong or was not settled."""
    lines = [f"::error file={_property(o.path)}::{_data(o.error)}" for o in outcomes if o.error is not None]
    for row in (row for o in outcomes for row in o.rows):
        level = _LEVELS.get(row["verdict"])
        if level is None or "suppressed" in row or "known" in row:
            continue
        kind = {"error": "warning" if row.get("by_hand") else "error", "note": "notice"}[level]
        words = _words(row)
        place = {
            "file": row["file"], "line": row["line"], "endLine": row["end_line"], "col": row["column"],
            "endColumn": row["end_column"], "title": f"{row['code']} {row['verdict']}",
        }  # fmt: skip
        lines.append(f"::{kind} {','.join(f'{k}={_property(str(v))}' for k, v in place.items())}::{_data(words)}")
    return "\n".join(lines)


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
