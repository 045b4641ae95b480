"""The verdicts on one file as plain data: rows as documented, ready to be stored, sent and printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

VERDICTS = ("proved", "holds", "refuted", "inconsistent", "definition", "not-a-claim", "not-read", "unknown")
JUDGED = ("proved", "holds", "refuted", "inconsistent", "definition", "not-a-claim")
WRONG = frozenset({"refuted", "inconsistent"})
MOSTLY_UNREAD = 0.4  # below this share of judged steps a refutation is shown as "check by hand"


@dataclass(frozen=True)
class Outcome:
    """One file: its rows; the source line that each points at; or why it could not be read."""

    path: str
    displays: int
    rows: tuple[dict[str, Any], ...] = ()
    written: tuple[str, ...] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for the cache."""
        fields = {"path": self.path, "displays": self.displays, "error": self.error}
        return fields | {"rows": list(self.rows), "written": list(self.written)}


def from_dict(data: dict[str, Any]) -> Outcome:
    """What `to_dict` wrote."""
    return Outcome(data["path"], data["displays"], tuple(data["rows"]), tuple(data["written"]), data["error"])


def mostly_unread(verdicts: Iterable[str]) -> bool:
    """Whether so little of a text was judged that its refutations are to be checked by hand."""
    found = list(verdicts)
    return sum(v in JUDGED for v in found) < MOSTLY_UNREAD * len(found)
