"""What stands below and above a letter: indices, exponents, words, stars and primes."""

from __future__ import annotations

from derive.book import tree
from derive.book.cursor import MAX_DEPTH, Cursor
from derive.book.tokens import Token
from derive.book.tree import Items, Node, Sym

_MARKS = {"star": "*", "max": "max", "min": "min"}  # commands that mark a letter
_SIGNS = ("*", "'", "+", "-", "odot")


class Scripts(Cursor):
    """Indices and superscripts."""

    def bracketed(self, closing: str) -> Items:
        """Items and the token that closes them; row breaks inside a bracket are layout."""
        self.brackets += 1
        with self.bars("given"):
            items = self.items(closing)
        self.expect(closing)
        self.brackets -= 1
        return items

    def script(self) -> Items:
        """What stands after ^ or _: one token, or a group in braces."""
        token = self.now
        self.depth += 1
        self.scripts += 1
        if self.depth > MAX_DEPTH:
            raise self.stopped(f"nested deeper than {MAX_DEPTH} levels")
        if self.is_op("{"):
            self.take()
            items = self.label() or self.bracketed("}")
        elif (mark := self.label(single=True)) is not None:
            items = mark
        elif token.kind in ("letter", "number") or self.is_command("infty"):
            items = self.single(self.take())
        elif token.kind == "command":
            self.take()
            node = self.command(token)
            items = Items(token.start, self.last_end, (node,), ())
        else:
            raise self.stopped("expected an index")
        self.depth -= 1
        self.scripts -= 1
        return items

    def single(self, token: Token) -> Items:
        font, name = ("bb", "E") if token.text == "bb:E" else ("", token.text)
        node: Node = Sym(token.start, token.end, name, font)
        if token.kind == "number":
            if len(token.text) > 1:
                raise self.stopped("an index of several digits without braces", token)
            node = tree.Num(token.start, token.end, token.text)
        return Items(token.start, token.end, (node,), ())

    def label(self, single: bool = False) -> Items | None:
        """A word, a sign or primes in place of an index; None when it is something else."""
        token, ahead = self.now, 1
        if self.is_op("'"):
            while not single and self.peek(ahead).kind == "op" and self.peek(ahead).text == "'":
                ahead += 1
        elif not (token.kind == "text" or self.is_op(*_SIGNS) or self.is_command(*_MARKS, "nabla", "top", "bot")):
            return None
        if not single and not (self.peek(ahead).kind == "op" and self.peek(ahead).text == "}"):
            return None
        self.at += ahead + int(not single)
        name = _MARKS.get(token.text, token.text)
        words = token.kind == "text"
        node = tree.Text(token.start, token.end, name) if words else Sym(token.start, token.end, name, primes=ahead - 1)
        return Items(token.start, token.end, (node,), ())

    def scripted(self, mark: str) -> Items | None:
        if self.is_op(mark):
            self.take()
            return self.script()
        return None
