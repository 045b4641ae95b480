"""A letter that nobody defined: an arbitrary one of the sort that its use suggests.

X is a number, X_i a number for every i, X_t at a moment of a trajectory an arbitrary function of t and of the whole
trajectory, X(s, a) a function; inside ∇_θ all of them depend on θ. What is assumed so is noted: it may support that a
step holds, and never refutes one. A letter that would have to depend on more than its use shows stops the reading.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Symbol

from derive.book import tree
from derive.book.context import Context, stop, time, undecided
from derive.book.elements import numbered
from derive.book.letters import HORIZONS
from derive.book.sorts import above_label, is_other_parameter, is_parameter, label_of, written_mark
from derive.book.tree import Call, Expect, Grad, Items, Node, Sym, walk
from derive.errors import IllFormed
from derive.terms import HISTORIES, Apply, Domain, History, Letter, real_symbol

_CONSTANT = frozenset({"b", "c", "C", "B"})  # baselines and constants, which stand inside expectations
_NEVER = frozenset({"e", "d", "E", "pi", "nabla", "infty", "emptyset", "Delta", "partial", "I", "O", "o"})


def number(node: Sym, ctx: Context) -> Expr | None:
    """X, X_i, X_{i,t}, X_t with labels anywhere; None where its marks are no indices and no labels."""
    found = _marks(node, ctx)
    if found is None or node.name in _NEVER:
        return None
    name, indices = found
    if indices and all(isinstance(i, tree.Num) for i in indices) and not _has_others(node, ctx):  # z_1 and z_2
        name, indices = "_".join([name, *(i.text for i in indices if isinstance(i, tree.Num))]), []
    theta = _dependence(node, ctx)
    if ctx.averaged and not indices and node.head not in _CONSTANT and not name.endswith(("_max", "_min")):
        raise undecided(f"{node.head} may depend on what is averaged over", node)
    if not indices and theta is None:
        if name not in ctx.scope.survey.arbitrary:
            ctx.notes.assumed.add(f"{name} any number")
        return real_symbol(name)
    if not indices:
        ctx.notes.assumed.add(f"{name} any function of {theta}")
        return Apply(Letter(name, (), parameter=theta))
    times = [time(i, ctx) for i in indices]
    if all(numbered(i, ctx) is not None for i in indices) or not has_expectation(ctx):
        if has_expectation(ctx):
            raise undecided(f"{node.head} may depend on what is averaged over", node)
        ctx.notes.assumed.add(f"{name} any sequence")
        return Apply(Letter(name, (None,) * len(times), parameter=theta), *times)
    ctx.notes.assumed.add(f"{name} any function of the trajectory")
    return Apply(Letter(name, (*(None for _ in times), HISTORIES), parameter=theta), *times, History(ctx.horizon))


def function(node: Call, domains: Sequence[Domain | None], args: Sequence[Expr], ctx: Context) -> Expr | None:
    """X(s, a), X_θ(x, y), X(t, t'): any function of these arguments."""
    found = _marks(node.head, ctx)
    if found is None or node.head.name in _NEVER or not domains:
        return None
    name, indices = found
    if indices and has_expectation(ctx):
        raise undecided(f"{node.head.head} may depend on what is averaged over", node)
    times = [time(i, ctx) for i in indices]
    theta = _dependence(node, ctx)
    if has_expectation(ctx) and all(d is None for d in domains):  # f(t, t') may depend on the whole trajectory
        domains, args = [*domains, HISTORIES], [*args, History(ctx.horizon)]
    letter = Letter(name, (*(None for _ in times), *domains), parameter=theta)
    if name not in ctx.scope.survey.arbitrary:
        ctx.notes.assumed.add(f"{name} any function")
    try:
        return Apply(letter, *times, *args)
    except IllFormed as fault:
        raise stop(str(fault), node) from fault


def name_of(head: Sym) -> str:
    """The name of a letter with its accents and labels: V_pi, hat:A, r_star."""
    below = head.sub.parts if head.sub is not None else ()
    labels = [written_mark(p) if is_other_parameter(p) else label_of(p) for p in below]
    labels += [above_label(p) for p in (head.sup.parts if head.sup is not None else ())]
    spelt = (label.replace("*", "star").replace("-", "minus").replace("'", "prime") for label in labels if label)
    clean = ["".join(c for c in label if c.isalnum()) for label in spelt]
    return "_".join([head.head, *(c for c in clean if c)])


def _marks(head: Sym, ctx: Context) -> tuple[str, list[Node]] | None:
    """The name, and the indices below and above; None where a mark is neither an index nor a label."""
    indices, names = [], []
    for items in (head.sub, head.sup):
        for part in items.parts if items is not None else ():
            inner = part.items.only if isinstance(part, tree.Group) and items is head.sup else part
            if inner is None or any(s not in (",", ":") for s in (items.separators if items is not None else ())):
                return None
            if is_parameter(inner, ctx.scope.survey) or label_of(inner) is not None or is_other_parameter(inner):
                continue
            if items is head.sub and isinstance(inner, Sym) and _is_name(inner, ctx):
                names.append(inner.name)
                continue
            if items is head.sup and above_label(inner) is not None:
                continue
            if items is head.sup and not isinstance(part, tree.Group):
                return None  # a power
            if not _is_index(inner):
                return None
            indices.append(inner)
    return "_".join([name_of(head), *names]), indices


def _has_others(node: Sym, ctx: Context) -> bool:
    """Whether the statement has the letter at an index that is no number, as z_i beside z_1."""
    same = (n for side in ctx.around for n in walk(side) if isinstance(n, Sym) and n.head == node.head)
    return any(not isinstance(p, tree.Num) for n in same if n.sub is not None for p in n.sub.parts)


def _is_name(node: Sym, ctx: Context) -> bool:
    """D of λ_D: a capital that counts nothing and is no last moment."""
    counts = {*HORIZONS, *ctx.scope.survey.counts, "N", "K", "M", "G", "B"}
    plain = node == Sym(node.start, node.end, node.name)
    return plain and node.name.isupper() and node.name not in counts


def _is_index(node: Node) -> bool:
    return all(isinstance(n, (Sym, tree.Num, tree.Add, tree.Group, Items)) for n in walk(node))


def _dependence(node: Sym | Call, ctx: Context) -> Symbol | None:
    """The parameter that a letter carries; or that of a ∇ of the statement around it, which it may depend on."""
    head = node.head if isinstance(node, Call) else node
    parts = [*(head.sub.parts if head.sub else ()), *(node.args.parts if isinstance(node, Call) else ())]
    if any(is_other_parameter(part) for part in parts):
        return None
    for part in parts:
        if is_parameter(part, ctx.scope.survey) and isinstance(part, Sym):
            return real_symbol(part.head)
    if ctx.differentiated or head.head in _differentiated(ctx.around):
        return ctx.theta
    return None


def _differentiated(nodes: Sequence[Node]) -> set[str]:
    """The letters that stand under some ∇."""
    grads = (n for node in nodes for n in walk(node) if isinstance(n, Grad))
    return {n.head for grad in grads for n in walk(grad.body) if isinstance(n, Sym) and n.head not in _by(grad)}


def _by(grad: Grad) -> set[str]:
    """x, of df/dx."""
    return {n.head for n in (grad.sub.parts if grad.sub is not None else ()) if isinstance(n, Sym)}


def has_expectation(ctx: Context) -> bool:
    """Whether the statement averages over anything."""
    return ctx.averaged or any(isinstance(n, Expect) for node in ctx.around for n in walk(node))
