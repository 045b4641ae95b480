"""Cases, and words inside a formula."""

from __future__ import annotations

import re

from derive.book import tree
from derive.book.brackets import Brackets
from derive.book.cursor import RELATIONS
from derive.book.tokens import closing_brace
from derive.book.tree import Items, Node, Sym

_CONSTANT = re.compile(
    r"^\(?\s*(?:terms?|constants?|something|const\.?)?\s*(?:that|which|not|do(?:es)?|don't|don’t|is|are|independent|depend(?:s|ing|ent)?"
    r"|w\.?r\.?t\.?|with respect|in|of|on|to|\s)*\s*$"
)
_PROSE = re.compile(
    r"\b(if|when|for|where|and|or|so|with|otherwise|else|not|is|are|such|that|since|as|of|the|let|then|thus|hence|by|to"
    r"|in|at|all|any|subject|max|min|argmax|argmin)\b",
    re.I,
)
_NAME = r"[A-Za-z][A-Za-z0-9 @_-]*"
_SIDES = frozenset({*RELATIONS, "+", "-", "*", "/", "(", "[", "{", "set{", ",", "|", "||", ";", "&", "odot"})
_OTHERWISE = frozenset({"otherwise", "else", "o.w.", "o/w"})


class Branches(Brackets):
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
        r"""`\text{terms that don't depend on }\theta`, and words for a letter; any other prose stops the reading."""
        token = self.take()
        said = " ".join(token.text.split())
        if self.scripts:
            return tree.Text(token.start, token.end, said)
        if re.search(r"depend|constant|independent|\bconst\b", said) and (match := _CONSTANT.match(said.split("$")[0])):
            after = said[match.end() :].strip(" $)")
            if after in ("", r"\theta", r"\phi"):
                parameter = Sym(token.start, token.end, after.strip("\\")) if after else None
                if parameter is None and self.now.kind == "letter":
                    inner = self.take()
                    parameter = Sym(inner.start, inner.end, inner.text)
                return tree.Constant(token.start, self.last_end, parameter)
        if self.names_something(said):
            return self.symbol(token.start, said, "rm", ())
        if self.brackets and self.tokens[self.at - 2].kind == "op" and self.is_op(",", "|", ")", "]", "set}"):
            return tree.Text(token.start, token.end, said)  # π(a_t = on | s_t)
        if self.at == 1 and self.is_op(*RELATIONS):  # words on the left of a chain: what follows can still be read
            return tree.Text(token.start, token.end, said)
        raise self.stopped(f"the words “{said[:60]}” inside the formula", token)

    def opens_with_a_name(self) -> bool:
        r"""Whether the words here begin a statement as a letter would: \text{KL}(p \| q) = …, \text{loss} = …."""
        said, after = " ".join(self.now.text.split()), self.peek()
        plain = re.fullmatch(_NAME, said) is not None and _PROSE.search(said) is None
        return plain and after.kind == "op" and after.text in ("(", "[", "_", "^", *RELATIONS)

    def names_something(self, said: str) -> bool:
        """Whether words stand where a letter would, between two marks or before arguments: they name a quantity."""
        if not re.fullmatch(_NAME, said) or _PROSE.search(said):
            return said.lower() in ("argmax", "argmin", "max", "min") and self.is_op("_", "(")
        if self.is_op("(", "[", "_", "^", "{"):
            return True
        before = self.tokens[self.at - 2] if self.at >= 2 else None
        if before is not None and before.kind in ("letter", "number") and said.isupper() and said.isalpha():
            return self.now.kind in ("end", "row", "quad") or self.is_op("+", "-", ")", "]", ",", ".", *RELATIONS)
        opens = before is None or (before.kind == "op" and before.text in _SIDES) or before.kind == "row"
        closes = self.now.kind in ("end", "row", "quad") or (self.now.kind == "op" and self.now.text not in ("{", "'"))
        return opens and closes and not (before is None and self.now.kind != "op")

    def cases(self) -> Node:
        start = self.take().start
        rows: list[tuple[Node, Items | None]] = []
        while self.now.kind != "finish":
            if self.is_command("dots") and self.peek().kind == "row":
                token = self.take()
                dots = tree.Dots(token.start, token.end)
                rows.append((dots, Items(token.start, token.end, (dots,), ())))
                self.take()
                continue
            value = self.items("&", ",").only if not self.is_op("&") else None
            if value is None or isinstance(value, tree.Relation):
                raise self.stopped("a branch without a value")
            if self.is_op(","):
                self.take()
            self.expect("&")
            rows.append((value, self.condition()))
            if self.now.kind == "row":
                self.take()
        if self.take().text not in ("cases", "array"):
            raise self.stopped("an environment that does not close")
        return tree.Branches(start, self.last_end, tuple(rows))

    def condition(self) -> Items | None:
        while self.now.kind == "quad":
            self.take()
        start = self.now.start
        if self.now.kind == "text":
            words = self.take().text.strip(" ,.")
            if words in _OTHERWISE:
                while self.is_op(".", ","):
                    self.take()
                return None
            if words not in ("if", "when", "for", "where") or self.now.kind in ("row", "finish"):
                return self.told(start, words)
        self.scripts += 1  # words in it are read as words: s_t < 70°F
        part = self.part()
        self.scripts -= 1
        while self.is_op(",", "."):
            self.take()
        return Items(part.start, part.end, (part,), ())

    def told(self, start: int, words: str) -> Items:
        """A condition in words: read, not understood."""
        depth = 0
        while not (depth == 0 and self.now.kind in ("row", "finish")) and self.now.kind != "end":
            token = self.take()
            depth += (token.kind == "begin") - (token.kind == "finish")
        text = tree.Text(start, self.last_end, words)
        return Items(start, self.last_end, (text,), ())
