r"""Probabilities of tokens: π_θ(y_t | x, y_{<t}), P(x_t | x_1, …, x_{t-1}), π_θ(a_{i,t} | s_i, a_{i,<t}).

What stands behind the bar is all that came before, so that the probability is some positive number for every token: it
is read as e^{l(t, …)} for an arbitrary l, of the response as well where an expectation draws it.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr

from derive.book import tree
from derive.book.arbitrary import has_expectation, name_of
from derive.book.context import Context, is_spelt_out, stop, time, undecided
from derive.book.elements import element
from derive.book.letters import POLICIES
from derive.book.naming import written
from derive.book.sorts import is_element, is_parameter
from derive.book.tree import Call, Node, Relation, Sym, walk
from derive.terms import Apply, Domain, Exp, Letter, Var, real_symbol


def of_a_token(node: Call, ctx: Context) -> Expr | None:
    """The probability of a token, given those before it; None for every other call."""
    parts, separators = node.args.parts, node.args.separators
    if node.head.name not in (*POLICIES, "p", "P", "q") or separators[:1] != ("|",):
        return None
    token, *given = parts
    if not isinstance(token, Sym) or token.sub is None or token.sup is not None:
        return None
    if not any(_is_prefix(g, token) for g in given) and not (len(token.sub.parts) == 2 and _is_row(token, given)):
        return None
    kept = [g for g in given if not _follows(g, token) and not is_parameter(g, ctx.scope.survey)]
    values = [element(g, ctx) for g in kept if is_element(g, ctx.scope.survey)]
    if len(values) != len(kept):
        raise stop("the probability of a token, given what is not known here", node)
    if has_expectation(ctx):
        values += _response(token, node, ctx)
    return _any_positive(node, [time(p, ctx) for p in token.sub.parts], values, ctx)


def of_a_response(node: Call, ctx: Context) -> Expr | None:
    """π(y|x) as ∏_t π(y_t | x, y_{<t}), where the statement writes out the tokens of y; None for every other call."""
    parts, separators = node.args.parts, node.args.separators
    whole = parts[0]
    if not isinstance(whole, Sym) or whole.head in ctx.bound or has_expectation(ctx):
        return None
    if whole.sub is not None and not is_spelt_out(whole, ctx):
        return None
    if node.head.name not in (*POLICIES, "p", "P", "q") or separators not in ((), ("|",), ("|", ",")):
        return None
    for side in ctx.around:
        for big in (n for n in walk(side) if isinstance(n, tree.Big) and n.sub is not None):
            index = _counter(big)
            tokens = (t for t in walk(big.body) if isinstance(t, Call) and index and _is_token(t, whole, index))
            token = next(tokens, None)
            if token is not None:
                ctx.notes.used.add("tokens")
                body = replace(token, head=node.head)
                return ctx.read(replace(big, kind="prod", body=body), ctx)
    return None


def _counter(big: tree.Big) -> str | None:
    first = big.sub.parts[0] if big.sub is not None else None
    name = first.sides[0] if isinstance(first, Relation) and first.operators == ("=",) else None
    return name.head if isinstance(name, Sym) else None


def _is_token(node: Call, whole: Sym, index: str) -> bool:
    """π(y_t | x, y_{<t}), of the response y and the index t."""
    token = node.args.parts[0]
    if not isinstance(token, Sym) or token.sub is None or token.head != whole.head:
        return False
    *own, last = token.sub.parts
    same = [written(p) for p in own] == [written(p) for p in (whole.sub.parts if whole.sub is not None else ())]
    follows = any(_is_prefix(g, token) for g in node.args.parts[1:])
    return same and isinstance(last, Sym) and last.head == index and follows


def _any_positive(node: Call, times: list[Expr], values: list[Expr], ctx: Context) -> Expr:
    marks = (*(node.head.sub.parts if node.head.sub else ()), *node.args.parts)
    found = [p for p in marks if is_parameter(p, ctx.scope.survey) and isinstance(p, Sym)]
    parameter = real_symbol(found[0].head) if found else None
    token = node.args.parts[0]
    letter = "".join(c for c in (token.head if isinstance(token, Sym) else "") if c.isalnum())  # of a, of û
    name = f"l_{name_of(node.head)}_of{letter}"
    ctx.notes.assumed.add(f"{node.head.head} of a token any positive number")
    domains: list[Domain | None] = [None] * len(times)
    domains += [v.domain for v in values]
    return Exp(Apply(Letter(name, tuple(domains), parameter=parameter), *times, *values))


def _response(token: Sym, node: Call, ctx: Context) -> list[Expr]:
    """y, where an expectation draws the whole response."""
    whole = ctx.bound.get(token.head)
    if not isinstance(whole, Var):
        raise undecided("tokens of a response that is averaged over", node)
    return [whole]


def _is_prefix(node: Node, token: Sym) -> bool:
    """y_{<t}, y_{1:t-1}, y_{i,<t}; or the ellipsis in y_1, …, y_{t-1}."""
    if isinstance(node, tree.Dots):
        return True
    if not isinstance(node, Sym) or node.sub is None or node.head != token.head:
        return False
    last, own = node.sub.parts[-1], token.sub.parts if token.sub is not None else ()
    if node.sub.separators[-1:] == (":",):
        return True
    if not isinstance(last, Relation) or last.sides[0] is not None:
        return False
    bound = last.sides[1] if last.operators[:1] in (("<",), ("<=",)) else None
    same = [written(p) for p in node.sub.parts[:-1]] == [written(p) for p in own[:-1]]  # the same sample's tokens
    return same and bound is not None and bool(own) and written(bound) == written(own[-1]) and last.operators == ("<",)


def _follows(node: Node, token: Sym) -> bool:
    """What says no more than which tokens came before: y_{<t}, y_1, …; the row's own s_i, s_{i,t}."""
    if _is_prefix(node, token):
        return True
    if not isinstance(node, Sym) or node.sub is None or token.sub is None:
        return False
    own = node.head == token.head
    return own or (len(token.sub.parts) == 2 and len(node.sub.parts) <= 2)


def _is_row(token: Sym, given: list[Node]) -> bool:
    """a_{i,t} | s_{i,t}: the step t of the sample i."""
    return all(isinstance(g, Sym) and g.sub is not None for g in given) and token.name in "aoyxus"
