"""A place in the tokens of a formula: looking, taking, stopping, and passing what is layout only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from derive.book.tokens import Stopped, Token
from derive.book.tree import Items, Node, Relation
from derive.book.vocabulary import STARTERS

MAX_DEPTH = 60
RELATIONS = frozenset({"=", ":=", "approx", "<=", ">=", "<", ">", "!=", "propto", "<-", "~", "in", "->"})
MATRICES = frozenset({"matrix", "bmatrix", "pmatrix", "vmatrix", "Bmatrix", "smallmatrix"})
_OPENING, _CLOSING = frozenset({"(", "[", "{", "set{", "angle{"}), frozenset({")", "]", "}", "set}", "angle}"})


class Cursor:
    """One pass over tokens. The grammar in the files below fills in the parts that refer to each other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.at, self.depth, self.brackets = tokens, 0, 0, 0
        self.bar = "size"  # what | is where a factor may begin: it opens a size, or separates, or closes a size
        self.scripts = 0  # inside how many indices
        self.asides: list[Relation] = []  # statements that stand inside a formula: the notes of braces

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def is_op(self, *texts: str) -> bool:
        return self.now.kind == "op" and self.now.text in texts

    def is_command(self, *texts: str) -> bool:
        return self.now.kind == "command" and self.now.text in texts

    def take(self) -> Token:
        token = self.now
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def expect(self, text: str) -> Token:
        if not self.is_op(text):
            raise self.stopped(f"expected {text}")
        return self.take()

    def stopped(self, why: str, token: Token | None = None) -> Stopped:
        token = token or self.now
        shown = token.text if token.kind != "end" else "end of the formula"
        return Stopped(f"{why}, found {shown}" if why.startswith("expected") else why, token.start, token.end, shown)

    @property
    def last_end(self) -> int:
        return self.tokens[max(self.at - 1, 0)].end

    def alignment(self) -> None:
        while self.is_op("&"):
            self.take()

    def layout_break(self) -> None:
        """Pass alignment marks, and a row break where the next row opens with a relation."""
        ahead = 0
        while self.peek(ahead).kind in ("row", "quad") or self.peek(ahead).text == "&":
            ahead += 1
        token, rows = self.peek(ahead), any(self.peek(i).kind == "row" for i in range(ahead))
        if token.kind == "op" and token.text in RELATIONS:
            self.at += ahead
        elif rows and token.kind == "op" and token.text in ("+", "-", "*"):
            if not self.brackets and self.row_has_relation(ahead):
                raise self.stopped("this row may go on with the sum above, or begin a new equation", token)
            self.at += ahead

    def row_has_relation(self, ahead: int) -> bool:
        depth = 0
        while (token := self.peek(ahead)).kind not in ("row", "end"):
            depth += (token.text in _OPENING) - (token.text in _CLOSING) if token.kind == "op" else 0
            if depth == 0 and token.kind == "op" and token.text in RELATIONS:
                return True
            ahead += 1
        return False

    def inside(self) -> list[Token]:
        """The tokens of the bracket that opens here, without those in brackets inside it."""
        depth, found = 0, []
        for token in self.tokens[self.at :]:
            depth += (token.text in _OPENING) - (token.text in _CLOSING) if token.kind == "op" else 0
            if depth == 0:
                break
            if depth == 1:
                found.append(token)
        return found[1:]

    def deeper(self, read: Callable[[], Node]) -> Node:
        """What is read one level further down; nesting is bounded."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.stopped(f"nested deeper than {MAX_DEPTH} levels")
        node = read()
        self.depth -= 1
        return node

    @contextmanager
    def bars(self, meaning: str) -> Iterator[None]:
        """What | means inside."""
        before, self.bar = self.bar, meaning
        yield
        self.bar = before

    def starts_factor(self) -> bool:
        token = self.now
        return (
            token.kind in ("letter", "number", "text")
            or (token.kind == "begin" and (token.text in MATRICES or token.text in ("cases", "array")))
            or (token.kind == "op" and token.text in ("(", "[", "{", "set{", "left.", "angle{"))
            or (token.kind == "op" and token.text in ("|", "||") and self.bar == "size" and self.peek().text != "_")
            or (token.kind == "command" and token.text in STARTERS)
        )

    # the parts of the grammar that the files above this one refer to

    def items(self, *closing: str) -> Items:
        raise NotImplementedError

    def expr(self) -> Node:
        raise NotImplementedError

    def part(self, *closing: str) -> Node:
        raise NotImplementedError

    def term(self) -> Node:
        raise NotImplementedError

    def atom(self) -> Node:
        raise NotImplementedError

    def braces(self) -> Node:
        raise NotImplementedError

    def command(self, token: Token) -> Node:
        raise NotImplementedError

    def operand(self, operator: str) -> Node:
        raise NotImplementedError
