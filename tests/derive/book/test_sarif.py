"""The log for other programs is SARIF 2.1.0, by the parts of its schema that it uses, and nothing else is in it."""

import json
import re
from pathlib import Path

import pytest

from derive.book.exchange import sarif
from derive.book.outcome import Outcome
from derive.book.rows import outcome

SCHEMA = json.loads((Path(__file__).parent / "sarif.json").read_text(encoding="utf-8"))
TYPES = {"string": str, "integer": int, "boolean": bool}
TEXT = """$$ 1 + 1 = 2, \\qquad \\sum_a \\nabla_\\theta \\pi_\\theta(a) = 2 $$

<!-- derive: ignore D010: on purpose -->
$$ \\sum_a \\pi_\\theta(a) = 2 $$

$$ \\flurb $$
"""


def faults(value, kind, at="log"):
    """What the schema has against a value."""
    if isinstance(kind, str):
        if not isinstance(value, dict):
            return [f"{at} is no object"]
        rule = SCHEMA[kind]
        found = [f"{at} lacks {name}" for name in rule["required"] if name not in value]
        found += [f"{at} has an unknown {name}" for name in value.keys() - rule["properties"].keys()]
        known = value.keys() & rule["properties"].keys()
        return found + [f for n in sorted(known) for f in faults(value[n], rule["properties"][n], f"{at}.{n}")]
    if "items" in kind:
        return [f for i, item in enumerate(value) for f in faults(item, kind["items"], f"{at}[{i}]")]
    if "enum" in kind:
        return [] if value in kind["enum"] else [f"{at} is {value!r}"]
    wrong = type(value) is not TYPES[kind["type"]] or (kind["type"] == "integer" and value < kind.get("minimum", value))
    if wrong or not re.fullmatch(kind.get("pattern", ".*"), str(value), re.S):
        return [f"{at} is {value!r}"]
    return []


def test_a_log(check):
    found = outcome(check(TEXT))
    failed = Outcome("a folder/<ü>.md", 0, (), (), "cannot be opened")
    log = json.loads(json.dumps(sarif([found, failed], "0.1.0")))
    assert faults(log, "log") == []
    (run,) = log["runs"]
    assert [r["level"] for r in run["results"]] == ["none", "error", "error", "none"]
    assert [r["kind"] for r in run["results"]] == ["pass", "fail", "fail", "review"]
    assert run["results"][2]["suppressions"][0]["justification"] == "on purpose"
    assert run["invocations"][0]["executionSuccessful"] is False
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["kind"] == "fail" or result["level"] == "none"  # §3.27.10 of the standard
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])


def test_a_name_with_any_characters_is_a_uri(check):
    row = outcome(check("$$ 1 + 1 = 3 $$")).rows[0] | {"file": "a b/ü<>.md"}
    log = sarif([Outcome("x", 1, (row,), ("",))], "0")
    assert faults(json.loads(json.dumps(log)), "log") == []


@pytest.mark.parametrize(
    "log",
    [
        {},
        {"version": "2.0.0", "runs": []},
        {"version": "2.1.0", "runs": [{}]},
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {}}]}]},
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {"text": 1}}]}]},
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "more": 1}}}]},
    ],
)  # fmt: skip
def test_what_is_no_log(log):
    assert faults(log, "log")
