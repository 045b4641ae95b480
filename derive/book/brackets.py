"""Brackets of every kind: groups, sets, sizes, norms, matrices; and what is said at a bar behind an expression."""

from __future__ import annotations

from derive.book import tree
from derive.book.cursor import MATRICES
from derive.book.indices import CLOSING
from derive.book.ranges import Ranges
from derive.book.tree import Items, Node, Sym

_TRANSPOSED = ("T", "top", "*", "'", "+", "-", "dagger", "odot")


class Brackets(Ranges):
    """What stands between two marks."""

    def braces(self) -> Node:
        start = self.take().start
        items = self.bracketed("}")
        if items.only is None or isinstance(items.only, tree.Relation):
            raise self.stopped("a group in braces that is no single expression", self.tokens[self.at - 1])
        inner = items.only
        if isinstance(inner, Sym) and inner.sub is None and inner.sup is None:
            return self.symbol(start, inner.name, inner.font, inner.accents, inner.primes)
        return tree.Group(start, self.last_end, "(", items) if isinstance(inner, (tree.Add, tree.Mul)) else inner

    def group(self) -> Node:
        token = self.take()
        items = self.bracketed(CLOSING[token.text])
        return tree.Group(token.start, self.last_end, token.text, items)

    def listed(self) -> Node:
        r"""\{a, b\}; or \left\{ and an array, which are cases."""
        token = self.take()
        if self.now.kind == "begin" and self.now.text == "array":
            return self.cases()
        items = self.bracketed("set}")
        return tree.Set(token.start, self.last_end, items)

    def angled(self) -> Node:
        """⟨x, y⟩."""
        token = self.take()
        items = self.bracketed("angle}")
        return tree.Foreign(token.start, self.last_end, "inner product", items.parts)

    def size(self) -> Node:
        """|x|, where an expression may begin."""
        start = self.take().start
        with self.bars("close"):
            body = self.deeper(self.expr)
        if self.is_op("||"):  # |a||b|: the two bars of two sizes
            raise self.stopped("whether || closes a size and opens one is not clear")
        self.expect("|")
        return tree.Size(start, self.last_end, body)

    def norm(self) -> Node:
        """‖x‖_2."""
        start = self.take().start
        with self.bars("close"):
            body = self.deeper(self.expr)
        self.expect("||")
        sub = self.scripted("_")
        return tree.Foreign(start, self.last_end, "norm", (body, *(sub.parts if sub is not None else ())))

    def opened(self) -> Node:
        r"""\left. X \right|_{…}: X at a value; or X before the bar of a condition, which is left standing."""
        start = self.take().start
        with self.bars("opened"):
            body = self.deeper(self.expr)
        if not self.is_op("|"):
            raise self.stopped("expected |")
        return self.evaluated(start, body) if self.evaluates() else body

    def evaluates(self) -> bool:
        return self.is_op("|") and self.bar != "opened" and self.peek().kind == "op" and self.peek().text == "_"

    def evaluated(self, start: int, body: Node) -> Node:
        """X|_{θ = θ_k}."""
        self.take()
        where = self.scripted("_")
        assert where is not None
        return tree.At(start, self.last_end, body, where)

    def marked(self, node: Node) -> Node:
        """What hangs on a bracket or an application: a power, an index, a transpose."""
        while self.is_op("^", "_", "'"):
            mark = self.take()
            if mark.text == "'":
                node = self.on(node, None, Items(mark.start, mark.end, (Sym(mark.start, mark.end, "'"),), ()))
                continue
            script = self.script()
            only = script.only
            name = only.name if isinstance(only, Sym) and only.sub is None else ""
            if mark.text == "_":
                node = self.on(node, script, None)
            elif only is None or name in _TRANSPOSED or isinstance(only, tree.Text):
                node = self.on(node, None, script)
            else:
                node = tree.Pow(node.start, self.last_end, node, only)
        return node

    def on(self, node: Node, sub: Items | None, sup: Items | None) -> Node:
        if isinstance(node, tree.Indexed) and (node.sub is None or sub is None) and (node.sup is None or sup is None):
            return tree.Indexed(node.start, self.last_end, node.body, sub or node.sub, sup or node.sup)
        return tree.Indexed(node.start, self.last_end, node, sub, sup)

    def matrix(self) -> Node:
        """A matrix or an array: its entries, read where they can be."""
        token = self.take()
        rows: list[Node] = []
        depth = 1
        while depth:
            if self.now.kind == "end":
                raise self.stopped("an environment that does not close")
            inner = self.take()
            depth += (inner.kind == "begin") - (inner.kind == "finish")
        if token.text not in MATRICES:
            raise self.stopped(f"the environment {token.text} cannot be read", token)
        return tree.Foreign(token.start, self.last_end, "matrix", tuple(rows))

    def cases(self) -> Node:
        raise NotImplementedError
