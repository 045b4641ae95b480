"""Probability laws: which letter π_θ, π_old, P, ρ_0 or p_θ is for arguments of given sorts, and P_θ(τ)."""

from __future__ import annotations

from sympy import Symbol

from derive.book.context import Context, is_path, stop
from derive.book.letters import (
    COUNTERS,
    DISTRIBUTIONS,
    PARAMETERS,
    POLICIES,
    TIMES,
    law,
)
from derive.book.sorts import is_parameter, is_policy, label_of, parameter_name, sort_of
from derive.book.tree import Call, Node, Num, Relation, Sym, walk
from derive.terms import (
    Domain,
    Letter,
    PathProbability,
    real_symbol,
)

SAME_POLICY = "π written for π_θ"


def distribution(head: Sym, sorts: tuple[Domain, ...], ctx: Context) -> Letter | None:
    """The letter of π_θ, π_old, P, ρ_0, p_θ for arguments of these sorts; None where the table knows none."""
    is_a_policy = is_policy(head, ctx.scope.survey)
    if head.font not in (("", "bb", "cal") if head.name in ("P", "p") else ("",)):
        return None
    if (head.accents or head.primes) and not is_a_policy:
        return None
    labels: list[str] = []
    parameter: Symbol | None = None
    for part in (*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ())):
        if is_parameter(part, ctx.scope.survey) and part not in (head.sup.parts if head.sup else ()):
            parameter = real_symbol(parameter_name(part))
            labels += [parameter_name(part)] if parameter_name(part).endswith("'") else []
        elif isinstance(part, Num) and part.text == "0" and head.name in ("rho", "d", "p", "mu"):
            labels.append("0")
        elif is_a_policy and isinstance(part, Num) and part.text.isdigit():  # π_0, the policy at the start
            labels.append(part.text)
            ctx.notes.assumed.add(f"{head.name}_{part.text} any policy")
        elif (label := _law_label(part)) is not None:
            labels.append(label)
        elif head.name in ("P", "p", "q") and isinstance(part, Sym) and len(part.name) == 1 and part.name.isupper():
            labels.append(part.name)  # p_X(x)
        elif is_a_policy and (label := _any_mark(part, ctx)) is not None:
            labels.append(label)
            ctx.notes.assumed.add(f"{head.name}_{label} any policy")
        else:
            return None
    names = tuple(d.name for d in sorts)
    if is_a_policy and names[:1] not in ((), ("S",)):
        if head.head == "pi" and not labels and parameter is None:
            if ctx.scope.survey.policy_apart:
                return law("pi_apart", sorts)
            parameter = ctx.theta
            if ctx.scope.survey.marked_policy:
                ctx.notes.assumed.add(SAME_POLICY)
        name = "_".join([head.head, *(label.replace("*", "star") for label in labels)])
        if head.accents or head.primes or not _is_drawn_from(head, ctx):
            ctx.notes.assumed.add(f"{head.head} any policy")
        if "*" in labels:
            ctx.notes.assumed.add(f"{head.name}^* any policy")
        return law(name, sorts, parameter)
    if head.name in DISTRIBUTIONS and names == ("S", "S", "A") and not labels and parameter is None:
        return law("P", sorts)
    if names == ("S",) and parameter is None and labels == ["0"]:
        return law("rho_0", sorts)
    if parameter is None and head.name in ctx.scope.survey.parametric and names[:1] in (("X",), ("Y",)):
        parameter = ctx.theta
    generic = bool(sorts) and names[0] not in ("S", "A")
    if (head.name in ("p", "q", "P") and (generic or labels)) or (head.name == "Q" and len(names) == 1 and generic):
        name = "_".join([head.name, *(label.replace("*", "star") for label in labels)])
        return law(name, sorts, parameter)
    return None


def _is_drawn_from(head: Sym, ctx: Context) -> bool:
    """Whether a letter is a policy's by custom, or the statement draws from it; else w(a|s) may be a ratio."""
    drawn = (n.sides[1] for side in ctx.around for n in walk(side) if isinstance(n, Relation) and "~" in n.operators)
    heads = (side.head if isinstance(side, Call) else side for side in drawn)
    return head.name in POLICIES or any(isinstance(h, Sym) and h.head == head.head for h in heads)


def _any_mark(part: Node, ctx: Context) -> str | None:
    """T in π_T, r in π_r: a letter that nothing binds and that counts nothing."""
    plain = isinstance(part, Sym) and part == Sym(part.start, part.end, part.name, part.font)
    if not plain or not isinstance(part, Sym) or part.head in ctx.bound or part.name in TIMES | COUNTERS:
        return None
    return part.name


def _law_label(part: Node) -> str | None:
    label = label_of(part)
    if label is None and isinstance(part, Sym) and part.name in PARAMETERS:
        inside = part.sub.only if part.sub is not None else None
        mark = label_of(inside) if inside is not None else None
        if mark is None and isinstance(inside, Sym) and inside.name == "k":
            mark = "k"
        if isinstance(inside, Num) and inside.text.isdigit():  # θ_0
            mark = inside.text
        label = f"{part.head}_{mark}" if mark else f"{part.head}" if part.primes else None
    return label


def is_path_law(node: Call, sorts: list[str]) -> bool:
    """P_θ(τ), p(τ|θ), π_θ(τ)."""
    return (
        sorts.count("path") == 1
        and set(sorts) <= {"path", "param", "policy", "mark"}
        and node.head.name in (DISTRIBUTIONS | POLICIES)
    )


def path_probability(node: Call, ctx: Context) -> PathProbability:
    """P_θ(τ), for the policy with the parameter that it carries."""
    head = node.head
    if head.sup is not None:
        raise stop("a trajectory probability with a superscript", node)
    path = next(a for a in node.args.parts if sort_of(a, ctx.scope.survey) == "path")
    if not is_path(path, ctx):
        raise stop("the probability of a part of the trajectory is not supported", path)
    name, other = None, None
    for part in head.sub.parts if head.sub is not None else ():
        if is_parameter(part, ctx.scope.survey):
            name = parameter_name(part)
        elif not (isinstance(part, Sym) and part.name == "pi" and part.sub is None):
            own = Sym(head.start, head.end, "pi", sub=head.sub)  # p_old(τ), of π_old
            other = distribution(own, (ctx.domain("a"), ctx.domain("s")), ctx)
            if other is None:
                raise stop("the trajectory probability of another policy is not supported", node)
    for part in node.args.parts:
        if is_parameter(part, ctx.scope.survey):
            name = parameter_name(part)
    policy: Letter | None = other or ctx.policy(name)
    for part in node.args.parts:
        if isinstance(part, Sym) and sort_of(part, ctx.scope.survey) == "policy":
            policy = distribution(part, (ctx.domain("a"), ctx.domain("s")), ctx)
        elif sort_of(part, ctx.scope.survey) == "mark":
            policy = None
    if head.accents or head.primes:  # \bar p(τ), of the policy \bar π
        marked = Sym(head.start, head.end, "pi", "", head.accents, head.primes)
        policy = distribution(marked, (ctx.domain("a"), ctx.domain("s")), ctx) if name is None else None
    if policy is None:
        raise stop("the trajectory probability of another policy is not supported", node)
    found: PathProbability = PathProbability(ctx.process(policy))
    return found


def names_a_start_law(head: Sym) -> bool:
    """p in p(s_0): a bare letter for a distribution."""
    return head == Sym(head.start, head.end, head.name) and head.name in ("p", "P", "rho", "mu", "d")


def is_start(node: Node, ctx: Context) -> bool:
    """s_0 as written; s_1, where the text counts from 1."""
    only = node.sub.only if isinstance(node, Sym) and node.sub is not None else None
    named = isinstance(only, Num) and only.text in ("0", str(ctx.scope.survey.first))
    return isinstance(node, Sym) and node.name in "sS" and named


def check_bars(node: Call, sorts: list[str], letter: Letter) -> None:
    """π(a|s), P(s'|s,a), p(x;θ): the bar stands after the first argument, and only there."""
    kept = [sep for sep, sort in zip(node.args.separators, sorts[1:], strict=True) if sort != "param"]
    wanted = ["|"] + [","] * (len(letter.domains) - 2) if len(letter.domains) > 1 else []
    if kept != wanted:
        raise stop(f"the arguments of {letter.name} need one bar after the first", node)
    extra = [sep for sep, sort in zip(node.args.separators, sorts[1:], strict=True) if sort == "param"]
    if any(sep not in (";", "|", ",") for sep in extra):
        raise stop("a separator that is not known here", node)
