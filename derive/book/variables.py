"""E[X Y], Var(X + Y): random variables of which nothing is said: any functions of one draw of chance.

X, Y, Z, U, W alone, which the text does not define, under an expectation that names no law.
"""

from __future__ import annotations

from sympy import Expr

from derive.book.context import Context
from derive.book.definitions import in_force
from derive.book.letters import element_sort, function, law
from derive.book.sorts import key_of
from derive.book.tree import Node, Sym, walk
from derive.terms import Apply, Mean, Var

_NAMES = frozenset({"X", "Y", "Z", "U", "W"})


def of_chance(body: Node, ctx: Context) -> Expr | None:
    """E[body] over one draw of chance; None where the body names no such variable, or is random otherwise."""
    names = {n.name for n in walk(body) if isinstance(n, Sym) and _is_variable(n, ctx)}
    if not names:
        return None
    chance = Var("omega", element_sort("OMEGA"))
    inner = ctx
    for name in sorted(names):
        inner = inner.binding(name, function(name, (chance.domain,))(chance))
    if not names <= ctx.scope.survey.arbitrary:
        ctx.notes.assumed.add(f"{', '.join(sorted(names))} any random variables")
    return Mean(ctx.read(body, inner), chance, law("P", (chance.domain,))(chance))


def _is_variable(node: Sym, ctx: Context) -> bool:
    plain = node.name in _NAMES and node.sub is None and not node.accents and not node.font and not node.primes
    free = node.name not in ctx.bound or isinstance(ctx.bound[node.name], Apply)  # E[X] inside an expectation, too
    return plain and free and in_force(key_of(node, ctx.scope.survey), ctx) is None
