"""Maxima over a finite set, which is never empty. TRUSTED."""

from __future__ import annotations

from sympy import Add, Expr

from derive.axioms.conditions import need
from derive.binding import free
from derive.context import Context
from derive.kernel import axiom
from derive.terms import Maximum


@axiom
def maximum_shift(context: Context, term: Expr) -> Expr:
    """max_x (c + f(x)) = c + max_x f(x), where c does not depend on x."""
    need(isinstance(term, Maximum), "{} is no maximum", term)
    parts = Add.make_args(term.body)
    constants = [p for p in parts if term.var not in free(p)]
    need(0 < len(constants) < len(parts), "{} is no constant plus what is not", term.body)
    return Add(*constants) + Maximum(Add(*(p for p in parts if p not in constants)), term.var)


@axiom
def maximum_constant(context: Context, term: Expr) -> Expr:
    """max_x c = c, where c does not depend on x."""
    need(isinstance(term, Maximum) and term.var not in free(term.body), "{} is no maximum of a constant", term)
    return term.body
