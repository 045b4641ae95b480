"""A letter at its arguments; in an example, by the values that the text gives it there."""

from __future__ import annotations

from sympy import Expr, Integer

from derive.book.context import Context, stop
from derive.book.tokens import Stopped
from derive.book.tree import Node
from derive.errors import IllFormed
from derive.terms import Apply, Cases, Definition, Letter, Var


def at_elements(letter: Letter, values: list[Expr], node: Node, ctx: Context) -> Expr:
    """A letter at its arguments; in an example, by the values that the example gives it."""
    instances = _instances(letter, ctx)
    if instances is not None:
        if isinstance(values[0], Integer):
            return _instance(instances[int(values[0])], node, ctx)
        return _by_cases(letter, instances, ctx)(*values)
    try:
        return Apply(letter, *values)
    except IllFormed as fault:
        raise stop(str(fault), node) from fault


def _instances(letter: Letter, ctx: Context) -> dict[int, Node] | None:
    """The values that the text's example gives a letter, at every listed action."""
    if not ctx.reading.listed or letter.name not in ("pi", "r"):
        return None
    elements = letter.domains[0].elements if letter.domains and letter.domains[0] is not None else None
    return ctx.scope.values(f"{letter.name}/{len(letter.domains)}", elements) if elements else None


def _instance(value: Node, node: Node, ctx: Context) -> Expr:
    try:
        return ctx.read(value, ctx)
    except Stopped as fault:
        raise stop(f"the value that the example gives here cannot be read: {fault.why}", node) from fault


def _by_cases(letter: Letter, instances: dict[int, Node], ctx: Context) -> Definition:
    params = tuple(Var(n, d) for n, d in zip(("a", "s"), letter.domains, strict=False) if d is not None)
    values = [(Integer(e), ctx.read(v, ctx)) for e, v in instances.items()]
    branches = [part for pair in values[:-1] for part in pair]
    return Definition(
        letter.name, params, Cases(params[0], *branches, values[-1][1]), "given" if letter.pmf else "call"
    )
