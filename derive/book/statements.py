"""A displayed formula -> its statements: chains of relations, one after the other, with their spans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.book.grammar import RELATIONS, Parser
from derive.book.tokens import Macro, Stopped, Token, tokenise
from derive.book.tree import Node, Relation, Sym

_LAYOUT = frozenset(
    {
        "aligned",
        "align",
        "align*",
        "split",
        "gathered",
        "alignedat",
        "equation",
        "equation*",
        "gather",
        "gather*",
    }
)
_NOTES = frozenset(
    {"and", "so", "hence", "thus", "therefore", "i.e.", "that is", "with", "where", "or equivalently"}
)


@dataclass(frozen=True)
class Statement:
    """One chain. `reasons` are remarks in parentheses that stood in the formula."""

    relation: Relation
    reasons: tuple[str, ...] = ()

    @property
    def is_bare(self) -> bool:
        return not self.relation.operators


def statements(latex: str, macros: Mapping[str, Macro] | None = None) -> tuple[Statement, ...]:
    """The statements of a formula. Raises Stopped where reading stops."""
    tokens = _unwrapped(tokenise(latex, macros))
    parser = Parser(tokens)
    found: list[Statement] = []
    after_comma = False
    while True:
        reasons = _between(parser)
        if reasons and found:
            found[-1] = Statement(found[-1].relation, (*found[-1].reasons, *reasons))
        if parser.now.kind == "end":
            break
        if parser.is_op("forall"):
            _quantifier(parser)
            continue
        at = parser.now
        relation = parser.chain()
        if after_comma and not relation.operators:
            raise parser.stopped("a part after a comma that states nothing", at)
        found.append(Statement(relation))
        after_comma = _separated(parser)
    if not found:
        raise Stopped("an empty formula", 0, len(latex), "")
    return tuple(found)


def _between(parser: Parser) -> list[str]:
    reasons = []
    while parser.now.kind in ("quad", "row", "text") or parser.is_op("&"):
        token = parser.take()
        if token.kind == "text":
            words = token.text.strip(" ,.:~")
            if not (words in _NOTES or words == "" or (words.startswith("(") and words.endswith(")"))):
                parser.at -= 1
                if _starts_chain_with_text(parser):
                    break
                raise parser.stopped(f"the words “{words[:60]}” inside the formula", token)
            reasons.append(words)
    return reasons


def _starts_chain_with_text(parser: Parser) -> bool:
    return False


def _separated(parser: Parser) -> bool:
    """Whether a comma ended the statement; stops on anything that cannot follow one."""
    comma = False
    while parser.is_op(",", ".", ";"):
        comma = parser.take().text != "."
    token = parser.now
    if token.kind in ("row", "quad", "text", "end") or parser.is_op("&", "forall"):
        return comma
    if comma:
        return True
    raise parser.stopped("expected a relation, an operation or the end")


def _quantifier(parser: Parser) -> None:
    """`for all s, a`: every free variable is universal anyway; anything more is refused."""
    parser.take()
    part = parser.items(",", "&", ".") if not _plain_end(parser) else None
    if part is not None or not isinstance(parser.tokens[parser.at - 1], Token):
        raise parser.stopped("a quantifier that is no list of letters")


def _plain_end(parser: Parser) -> bool:
    while parser.now.kind == "letter" or parser.is_op(",", "'", "in", "_", "."):
        parser.take()
    if parser.is_command("mathcal", "mathbb", "mathbf"):
        parser.at += 1
        parser.argument() if parser.is_op("{") else parser.take()
        return _plain_end(parser)
    return parser.now.kind in ("end", "row", "quad") or parser.is_op("&")


def _unwrapped(tokens: list[Token]) -> list[Token]:
    """The tokens without environments that only lay out, and without a full stop at the end."""
    out = [t for t in tokens if not (t.kind in ("begin", "finish") and t.text in _LAYOUT)]
    for token in out:
        if token.kind == "begin" and token.text != "cases":
            raise Stopped(
                f"the environment {token.text} cannot be read",
                token.start,
                token.end,
                f"\\begin{{{token.text}}}",
            )
    return out


def letters(relation: Relation) -> set[str]:
    """The names of all letters in a chain."""
    from derive.book.tree import walk

    return {node.name for node in walk(relation) if isinstance(node, Sym)}


def sides(relation: Relation) -> list[tuple[Node | None, str, Node]]:
    """The steps of a chain: left, relation, right."""
    return [
        (relation.sides[i], op, right)
        for i, op in enumerate(relation.operators)
        if (right := relation.sides[i + 1]) is not None and op in RELATIONS
    ]
