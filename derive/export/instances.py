"""A proof in which nothing is instantiated: each step is made again by the kernel, at the values.

Coq has the letters of one theorem before it, so that what was proved of other letters is proved of these. What a proof
by induction says is still to be instantiated, at a value of the index, and what holds always, at elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Basic, Expr

from derive import kernel
from derive.binding import alike, bound_name, free, fresh, names, respell, substitute
from derive.errors import Refused
from derive.kernel import Theorem
from derive.rewriting import HOLE
from derive.terms import Always, Domain, Hypothesis, Letter, Var

Values = Mapping[Basic, Basic]


def spelt_out(theorem: Theorem) -> Theorem:
    """The same statement, proved without instances but those of a proof by induction and of what holds always."""
    made: dict[int, Theorem] = {}
    for node in kernel.premises_first(theorem):
        rule, *args = node.proof
        before = [made[id(a)] if isinstance(a, Theorem) else a for a in args]
        if rule == "inst":
            made[id(node)] = _same(node, _At(dict(args[1])).of(before[0]))
        elif any(b is not a for a, b in zip(args, before, strict=True)):
            made[id(node)] = _again(node, rule, before)
        else:
            made[id(node)] = node
    return made[id(theorem)]


def _again(node: Theorem, rule: str, args: list[Any]) -> Theorem:
    return _same(node, _chained(rule, args))


def _chained(rule: str, args: list[Any]) -> Theorem:
    """A rule at other arguments; where two lines of a chain are spelt otherwise, arithmetic is put between."""
    if rule == "trans" and not alike(args[0].rhs, args[1].lhs):
        between = kernel.ring(args[0].rhs, args[1].lhs, (*args[0].hypotheses, *args[1].hypotheses))
        return kernel.trans(kernel.trans(args[0], between), args[1])
    return kernel.rerun(rule, args)


def _same(node: Theorem, made: Theorem) -> Theorem:
    """The theorem that was made, its sides written as they were."""
    if made.relation != node.relation:
        raise Refused("made again, {} has become {}", node, made)
    for side, ours in ((made.lhs, node.lhs), (made.rhs, node.rhs)):
        if not alike(side, ours):
            raise Refused("made again, {} has become {}", node, made)
    return made


class _At:
    """Theorems at values of their free names, letters and domains."""

    def __init__(self, values: Values) -> None:
        self.spelling = {k: v for k, v in values.items() if isinstance(k, (Letter, Domain))}
        self.values = {k: v for k, v in values.items() if k not in self.spelling}
        self.made: dict[tuple[int, frozenset[Any]], Theorem] = {}
        self.kept: list[Theorem] = []  # so that no two have one id

    def of(self, theorem: Theorem) -> Theorem:
        return self._of(theorem, self.values)

    def _of(self, theorem: Theorem, values: Values) -> Theorem:
        key = id(theorem), frozenset(values.items())
        if key not in self.made:
            self.kept.append(theorem)
            self.made[key] = self._remade(theorem, values)
        return self.made[key]

    def _remade(self, theorem: Theorem, values: Values) -> Theorem:
        rule, *args = theorem.proof
        if rule in ("cong", "monotone"):
            return self._inside(rule, args, values)
        if rule == "induct":
            return self._induct(args, values)
        if rule == "always":
            return self._always(args, values)
        if rule == "inst":
            return self._of(_At(dict(args[1])).of(args[0]), values)
        if rule == "law":
            name, term, extra, given = args
            changed = tuple(self._term(a, values) for a in extra)
            return kernel.law(name, self._term(term, values), *changed, given=self._all(given, values))
        return _chained(rule, [self._argument(a, values) for a in args])

    def _argument(self, argument: Any, values: Values) -> Any:
        if isinstance(argument, Theorem):
            return self._of(argument, values)
        if isinstance(argument, Basic):
            return self._term(argument, values)
        if isinstance(argument, tuple):
            return self._all(argument, values)
        return self._hypothesis(argument, values)

    def _term(self, term: Basic, values: Values) -> Basic:
        return substitute(respell(term, self.spelling) if self.spelling else term, values)

    def _all(self, given: tuple[Hypothesis, ...], values: Values) -> tuple[Hypothesis, ...]:
        return tuple(self._hypothesis(h, values) for h in given)

    def _hypothesis(self, hypothesis: Hypothesis, values: Values) -> Hypothesis:
        if isinstance(hypothesis, Always):
            values = {k: v for k, v in values.items() if k in kernel.free_in(hypothesis)}
        return type(hypothesis)(*(self._term(part, values) for part in vars(hypothesis).values()))

    def _inside(self, rule: str, args: list[Any], values: Values) -> Theorem:
        inner, context, hole, given = args
        path = kernel.path_to(context, hole)
        around, below = self._context(path, 0, dict(values))
        return kernel.rerun(rule, [self._of(inner, below), around, HOLE, self._all(given, values)])

    def _context(self, path: list[tuple[Expr, int]], depth: int, values: dict[Basic, Basic]) -> tuple[Expr, Values]:
        """The term around the hole at the values, and the values below it; what is bound there keeps out of them."""
        if depth == len(path):
            return HOLE, values
        node, place = path[depth]
        name, new, inner = bound_name(node), None, values
        if name is not None and place in node.binds[1]:
            incoming = frozenset[Basic]().union(*map(free, values.values()))
            old = respell(name, self.spelling)
            new = fresh(old, incoming | names(node)) if old in incoming else old
            inner = {k: v for k, v in values.items() if k != old} | ({old: new} if new != old else {})
        around, below = self._context(path, depth + 1, inner)
        parts = []
        for i, argument in enumerate(node.args):
            if i == place:
                parts.append(around)
            elif new is not None and i == node.binds[0]:
                parts.append(new)
            else:
                parts.append(self._term(argument, inner if new is not None and i in node.binds[1] else values))
        return node.func(*parts), below

    def _always(self, args: list[Any], values: Values) -> Theorem:
        claim, given = args
        inside = {k: v for k, v in values.items() if k in kernel.free_in(claim)}
        equation = Always(*(self._term(part, inside) for part in (claim.lhs, claim.rhs)))
        made = kernel.always(equation, self._all(given, values))
        live = {k: v for k, v in values.items() if k in free(made.lhs) | free(made.rhs) and isinstance(k, Var)}
        return kernel.inst(made, live) if live else made

    def _induct(self, args: list[Any], values: Values) -> Theorem:
        base, step, claim, index, start = args
        others = {k: v for k, v in values.items() if k != index}
        incoming = frozenset[Basic]().union(*map(free, others.values()))
        n = fresh(index, incoming | free(claim.lhs) | free(claim.rhs)) if index in incoming else index
        renamed = others | ({index: n} if n != index else {})
        proved = kernel.induct(
            self._of(base, others),
            self._of(step, renamed),
            type(claim)(*(self._term(part, renamed) for part in (claim.lhs, claim.rhs))),
            n,
            self._term(start, others),
        )
        return (
            proved if values.get(index, n) == n and n == index else kernel.inst(proved, {n: values.get(index, index)})
        )
