"""Kullback-Leibler divergence and entropy of laws: D_KL(p ‖ q) = Σ_x p(x) log(p(x)/q(x)), H(p) = -Σ_x p(x) log p(x)."""

from __future__ import annotations

from sympy import Expr

from derive.book.context import Context, stop
from derive.book.elements import element
from derive.book.laws import distribution
from derive.book.letters import ELEMENTS, POLICIES
from derive.book.sorts import is_parameter, label_of
from derive.book.tree import Call, Dot, Node, Sym, walk
from derive.terms import Apply, Domain, Log, Mean, Var


def kind(node: Call) -> str | None:
    """KL or H, of D_KL(p ‖ q), KL(p ‖ q), H(p); None for another call."""
    head, separators = node.head, node.args.separators
    marks = [label_of(p) for p in head.sub.parts] if head.sub is not None else []
    if head.accents or head.primes or head.sup is not None:
        return None
    of_two = head.name == "KL" or (head.name == "D" and [str(m).upper() for m in marks] == ["KL"])
    if separators == ("||",) and of_two:
        return "KL"
    is_law = isinstance(node.args.only, Call) and any(isinstance(a, Dot) for a in node.args.only.args.parts)
    return "H" if head.name in ("H", "Ent") and not marks and is_law else None


def divergence(node: Call, ctx: Context) -> Expr:
    """The value of a divergence or an entropy."""
    parts = node.args.parts
    taken = {n.head for n in walk(node) if isinstance(n, Sym)}
    first, *others = (_law(part, parts, taken, ctx) for part in parts)
    var = first.args[1]
    if not others:
        return Mean(-Log(first), var, first)
    (second,) = others
    if second.args[1] != var:
        raise stop("a divergence between laws of different things", node)
    return Mean(Log(first) - Log(second), var, first)


def _law(part: Node, parts: tuple[Node, ...], taken: set[str], ctx: Context) -> Apply:
    """π(·|s) at a variable of its own."""
    if not isinstance(part, Call) or not isinstance(part.args.parts[0], Dot):
        raise stop("a divergence of something that is no law π(·|s)", part)
    given = [element(a, ctx) for a in part.args.parts[1:] if not is_parameter(a, ctx.scope.survey)]
    domains = tuple(g.domain for g in given if hasattr(g, "domain"))
    name = _drawn(part, domains)
    domain = ctx.domain(name)
    letter = distribution(part.head, (domain, *domains), ctx)
    if letter is None or len(domains) != len(given) or any(s != "|" for s in part.args.separators[:1]):
        raise stop("a law that is not known here", part)
    while name in taken:
        name += "'"
    return letter(Var(name, domain), *given)


def _drawn(part: Call, given: tuple[Domain, ...]) -> str:
    """a for π(·|s), y for π(·|x)."""
    names = {d.name for d in given}
    if part.head.name in POLICIES:
        return "y" if names == {"X"} else "a"
    if names == {"S", "A"}:
        return "s"
    return next(n for n in ELEMENTS if n in "xy" and ELEMENTS[n].name not in names)
