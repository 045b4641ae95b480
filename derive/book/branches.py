"""Cases, and words inside a formula."""

from __future__ import annotations

import re

from derive.book import tree
from derive.book.cursor import RELATIONS
from derive.book.prefixes import Prefixes
from derive.book.tokens import closing_brace
from derive.book.tree import Items, Node, Sym

_CONSTANT = re.compile(
    r"^\(?\s*(?:terms?|constants?|something|const\.?)?\s*(?:that|which|not|do(?:es)?|don't|don’t|is|are|independent|depend(?:s|ing|ent)?"
    r"|w\.?r\.?t\.?|with respect|in|of|on|to|\s)*\s*$"
)


class Branches(Prefixes):
    """`cases`, underbraces, and terms that are said not to depend on a parameter."""

    def underbraced(self, mark: str) -> Node:
        r"""`\underbrace{e}_{x}`: e, and beside it the statement e = x; a note with words in it is a remark."""
        node = self.braces()
        if not self.is_op(mark):
            return node
        self.take()
        if (end := self.remark()) is not None:
            self.at = end
            return node
        note = self.script().only
        if note is None or isinstance(note, tree.Relation):
            raise self.stopped("a note at a brace that is no expression")
        if isinstance(note, (Sym, tree.Call)):
            self.asides.append(tree.Relation(note.start, note.end, (note, node), ("=",)))
        else:
            self.asides.append(tree.Relation(node.start, note.end, (node, note), ("=",)))
        return node

    def remark(self) -> int | None:
        """The end of a group in braces with words in it; None where the next group has none."""
        if not self.is_op("{"):
            return self.at + 1 if self.now.kind == "text" else None
        close = closing_brace(self.tokens, self.at)
        if close is None or all(t.kind != "text" for t in self.tokens[self.at : close]):
            return None
        return close + 1

    def words(self) -> Node:
        r"""`\text{terms that don't depend on }\theta` as an expression; any other prose stops the reading."""
        token = self.take()
        said = " ".join(token.text.split())
        if re.search(r"depend|constant|independent|\bconst\b", said) and (match := _CONSTANT.match(said.split("$")[0])):
            after = said[match.end() :].strip(" $)")
            if after in ("", r"\theta", r"\phi"):
                parameter = Sym(token.start, token.end, after.strip("\\")) if after else None
                if parameter is None and self.now.kind == "letter":
                    inner = self.take()
                    parameter = Sym(inner.start, inner.end, inner.text)
                return tree.Constant(token.start, self.last_end, parameter)
        if self.at == 1 and self.is_op(*RELATIONS):  # words on the left of a chain: what follows can still be read
            return tree.Text(token.start, token.end, said)
        if said.isalpha() and self.is_op("(", "["):
            return self.symbol(token.start, said, "rm", ())
        raise self.stopped(f"the words “{said[:60]}” inside the formula", token)

    def cases(self) -> Node:
        start = self.take().start
        rows: list[tuple[Node, Items | None]] = []
        while True:
            value = self.items("&", ",").only if not self.is_op("&") else None
            if value is None or isinstance(value, tree.Relation):
                raise self.stopped("a branch without a value")
            if self.is_op(","):
                self.take()
            self.expect("&")
            rows.append((value, self.condition()))
            if self.now.kind == "row":
                self.take()
            if self.now.kind == "finish":
                break
        if self.take().text != "cases":
            raise self.stopped("an environment that does not close")
        return tree.Branches(start, self.last_end, tuple(rows))

    def condition(self) -> Items | None:
        while self.now.kind == "quad":
            self.take()
        if self.now.kind == "text":
            words = self.take().text.strip(" ,.")
            if words in ("otherwise", "else"):
                while self.is_op(".", ","):
                    self.take()
                return None
            if words not in ("if", "when", "for"):
                raise self.stopped(f"the words “{words[:40]}” in a condition", self.tokens[self.at - 1])
        part = self.part()
        while self.is_op(",", "."):
            self.take()
        return Items(part.start, part.end, (part,), ())
