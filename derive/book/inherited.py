"""What the earlier texts of a book define, for those after them: available, marked with its place, and only assumed.

Nothing is judged here: the first definition of a letter counts, and what its text says replaces it or stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from derive.book.defining import about_values, introduces_anew, is_alternative, is_difference
from derive.book.document import Document, read
from derive.book.introduce import paragraph, said_in_prose
from derive.book.naming import recursive
from derive.book.parsing import Parsed, parsed
from derive.book.scope import Binding, Scope, Survey
from derive.book.sorts import is_head, key_of, number
from derive.book.survey import survey
from derive.book.tree import Node, Relation
from derive.errors import DeriveError


@dataclass(frozen=True)
class Told:
    """head := body, in a line of a file; `beside`: one more choice beside those before it."""

    head: Node
    body: Node
    file: str
    line: int
    beside: bool


def inherited(texts: Iterable[Path], found: Survey) -> tuple[Binding, ...]:
    """The definitions of earlier texts, as a later one reads them; the last of them is the one in force."""
    every = [(one, key) for text in texts for one in told(text) if (key := key_of(one.head, found)) is not None]
    return tuple(
        Binding(key, one.head, one.body, one.line, n - len(every), one.beside, file=one.file)
        for n, (one, key) in enumerate(every)
    )


def carried(found: Survey, texts: Iterable[Path]) -> Survey:
    """What a text shows of its conventions, and that r_t is R(s_t, a_t, s_{t+1}) where an earlier one says so."""
    return replace(found, reward_function=found.reward_function or any(_read(t)[0].reward_function for t in texts))


def told(path: Path) -> tuple[Told, ...]:
    """The definitions of one text. A text that cannot be read tells nothing."""
    return _read(path)[1]


@lru_cache(maxsize=200)
def _read(path: Path) -> tuple[Survey, tuple[Told, ...]]:
    try:
        document = read(path)
        found = parsed(document)
        known = survey([s.relation for f in found.values() if not isinstance(f, Exception) for s in f], document.text)
        return known, tuple(_told(document, found, known, path.name))
    except (DeriveError, RecursionError, MemoryError):
        return Survey(), ()


def _told(document: Document, found: Parsed, known: Survey, file: str) -> Iterator[Told]:
    scope, taken = Scope(known), set()
    for n, formula in enumerate(document.formulas):
        statements = found[n]
        for statement in () if isinstance(statements, Exception) else statements:
            relation = statement.relation
            if not _defines(relation, known):
                continue
            if not formula.displayed and not _in_prose(said_in_prose(document, n, statement, found, scope)):
                continue
            head, body = relation.sides[0], relation.sides[1]
            assert head is not None
            assert body is not None
            key = key_of(head, known)
            beside = key in taken and is_alternative(paragraph(document, n))
            if key in taken and not beside and relation.operators[0] != ":=" and not introduces_anew(document, n):
                continue
            taken.add(key)
            yield Told(head, body, file, formula.line, beside)


def _in_prose(addition: object) -> bool:
    return getattr(addition, "kind", None) == "definition"


def _defines(relation: Relation, known: Survey) -> bool:
    if not relation.operators or relation.operators[0] not in ("=", ":="):
        return False
    head, body = relation.sides[0], relation.sides[1]
    if head is None or body is None or number(body) or not is_head(head, known) or recursive(head, body, known):
        return False
    return is_difference(head, body) or not about_values(head, body)
