"""A displayed formula -> its statements: chains of relations, one after the other, with their spans."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from derive.book.cursor import RELATIONS
from derive.book.grammar import Parser
from derive.book.tokens import Macro, Stopped, Token, tokenise
from derive.book.tree import Relation

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
        "array",
        "subarray",
    }
)
_NOTES = frozenset({"and", "so", "hence", "thus", "therefore", "i.e.", "that is", "with", "where", "or equivalently"})


@dataclass(frozen=True)
class Statement:
    """One chain. `reasons` are remarks that stood beside it; `role` tells an aside (the note of a brace), a premise
    (before ⟹), a conclusion (after it), what follows “where”, a condition (after “if”, “s.t.”), and what stands under
    one from the rest."""

    relation: Relation
    reasons: tuple[str, ...] = ()
    role: str = ""

    @property
    def is_bare(self) -> bool:
        return not self.relation.operators


def statements(latex: str, macros: Mapping[str, Macro] | None = None) -> tuple[Statement, ...]:
    """The statements of a formula. Raises Stopped where reading stops."""
    tokens = _unwrapped(tokenise(latex, macros))
    parser = Parser(tokens)
    found: list[Statement] = []
    after_comma = where = listed = False
    while True:
        reasons = _between(parser)
        listed = listed or any(r.endswith(":") for r in reasons)  # REINFORCE: …
        if reasons and found:
            found[-1] = replace(found[-1], reasons=(*found[-1].reasons, *reasons))
        conditional = bool(reasons) and bool(found) and _CONDITIONAL.fullmatch(reasons[-1]) is not None
        if conditional:
            found[-1] = replace(found[-1], role=found[-1].role or "conditional")
        concludes = _implies(parser)
        if concludes and found:
            found[-1] = replace(found[-1], role=found[-1].role or "premise")
        if parser.now.kind == "end":
            break
        if parser.is_op("forall"):
            _quantifier(parser)
            continue
        at = parser.now
        relation = parser.chain()
        if (after_comma or found) and not relation.operators and not listed:
            raise parser.stopped("a part beside a statement that states nothing", at)
        if found and found[-1].is_bare and not listed:
            raise parser.stopped("a statement beside an expression", at)
        found += [Statement(aside, (), "aside") for aside in parser.asides]
        parser.asides.clear()
        where = where or any(r in ("where", "with") for r in reasons)
        role = "conclusion" if concludes and found else "condition" if conditional else "where" if where else ""
        role = "titled" if listed and not role else role
        found.append(Statement(relation, (), role))
        after_comma = _separated(parser)
    if not found:
        raise Stopped("an empty formula", 0, len(latex), "")
    return tuple(found)


def _implies(parser: Parser) -> bool:
    """Passes ⟹ between two statements, with what only lays out around it."""
    if not parser.is_op("implies"):
        return False
    parser.take()
    while parser.now.kind in ("quad", "row") or parser.is_op("&"):
        parser.take()
    return True


def _between(parser: Parser) -> list[str]:
    reasons: list[str] = []
    while parser.now.kind in ("quad", "row", "text") or parser.is_op("&"):
        if parser.now.kind == "text" and (
            parser.opens_with_a_name() or (parser.at == 0 and parser.peek().text in RELATIONS)
        ):
            break
        token = parser.take()
        if token.kind == "text":
            words = token.text.strip(" ,.:~")
            if _is_title(token.text, parser):
                reasons.append(f"{words}:")
                continue
            if _QUANTIFIER.fullmatch(words) and _passes_a_list(parser):
                continue
            if _CONDITIONAL.fullmatch(words) and parser.now.kind not in ("row", "end", "text"):
                return [*reasons, words]
            if not (words in _NOTES or words == "" or _is_remark(words, parser)):
                raise parser.stopped(f"the words “{words[:60]}” inside the formula", token)
            reasons.append(words)
    return reasons


def _is_title(text: str, parser: Parser) -> bool:
    """“PPO:” at the start of a row: the name of what stands in it."""
    before = parser.tokens[parser.at - 2].kind if parser.at > 1 else "row"
    name = text.strip()
    opens = before in ("row", "begin") and parser.now.kind not in ("row", "end", "text")
    return opens and name.endswith(":") and name[:1].isupper() and _CONDITION.search(name) is None


_QUANTIFIER = re.compile(
    r"(?:and )?for(?: all| every| each| any)?(?: (?:states?|actions?|times?|steps?)(?: and)?)*",
    re.I,
)
_CONDITIONAL = re.compile(
    r"(?:and )?(?:if|when|whenever|for(?: all)?|provided(?: that)?|s\.?t|subject to|such that)",
    re.I,
)
_LISTED = frozenset({",", "'", "in", "_", "{", "}", "&", ".", "=", "(", ")", "+", "-", ":"})


def _passes_a_list(parser: Parser) -> bool:
    """Passes letters, sets and ranges behind “for all”: s ∈ S, a ∈ A(s); t = 0, …, T-1. Nothing where there is more."""
    first = parser.at
    while parser.now.kind not in ("end", "row", "quad"):
        token = parser.take()
        known = token.kind in ("letter", "number") or (token.kind == "op" and token.text in _LISTED)
        named = token.kind == "command" and token.text in ("mathcal", "mathbb", "dots", "infty")
        if not (known or named or (token.kind == "text" and token.text.strip() in ("and", ""))):
            parser.at = first
            return False
    return True


_CONDITION = re.compile(
    r"\b(if|when|whenever|unless|only|not|for|where|with|assum\w*|suppos\w*|given|otherwise|except|provided|up to|in "
    r"expectation|approx\w*|or|let|since|because|such that|s\.t\.)\b",
    re.I,
)


_OPENS_A_CONDITION = re.compile(r"(If|For|When|Where|Unless|Only|Assum\w*|Suppos\w*|Provided|Given|Let|With|Not)\b")


def _is_remark(words: str, parser: Parser) -> bool:
    """(tower property); or words at the end of a row that name no condition."""
    if words.startswith("(") and words.endswith(")"):
        return True
    ends = parser.now.kind in ("row", "end") or parser.is_op("&", ".", ",")
    titled = words[:1].isupper() and _OPENS_A_CONDITION.match(words) is None  # Expression for the score
    return ends and (titled or _CONDITION.search(words) is None)


def _separated(parser: Parser) -> bool:
    """Whether a comma ended the statement; stops on anything that cannot follow one."""
    comma = False
    while parser.is_op(",", ".", ";"):
        comma = parser.take().text != "."
    token = parser.now
    if token.kind in ("row", "quad", "text", "end") or parser.is_op("&", "forall", "implies"):
        return comma
    if comma:
        return True
    raise parser.stopped("expected a relation, an operation or the end")


_QUANTIFIED = frozenset({",", "'", "in", "_", "{", "}", "&", "."})


def _quantifier(parser: Parser) -> None:
    """`for all s, a`: free variables are universal anyway; a list of letters and sets is passed, the rest stops."""
    parser.take()
    while parser.now.kind not in ("end", "row", "quad"):
        token = parser.take()
        known = token.kind in ("letter", "number") or (token.kind == "op" and token.text in _QUANTIFIED)
        if not known and not (token.kind == "command" and token.text in ("mathcal", "mathbb")):
            raise parser.stopped("a quantifier that is no list of letters", token)


def _unwrapped(tokens: list[Token]) -> list[Token]:
    """The tokens without environments that only lay out; an array right behind a brace is one of cases."""
    out: list[Token] = []
    kept: list[bool] = []
    for token in tokens:
        if token.kind == "begin" and token.text in _LAYOUT:
            kept.append(bool(out) and out[-1].text == "set{" and token.text == "array")
            if not kept[-1]:
                continue
        elif token.kind == "finish" and token.text in _LAYOUT and kept and not kept.pop():
            continue
        opens = bool(out) and out[-1].kind == "text" and out[-1].text.rstrip().endswith("@")
        if opens and token.kind in ("letter", "number"):
            out[-1] = Token("text", out[-1].text.strip() + token.text, out[-1].start, token.end)  # pass@k
            continue
        out.append(token)
    return out
