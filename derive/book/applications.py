"""X(…): an argument's sort decides what π, P, r, σ or R is here.

`X(…)` is an application exactly when X has a meaning as a function of arguments of these sorts; it is a product
exactly when X stands for a number. Where it has neither meaning, or both, reading stops.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr

from derive.book import arbitrary, named_functions, occupancy
from derive.book.context import Context, stop, time, undecided
from derive.book.data import any_law
from derive.book.definitions import applied, defined, in_force
from derive.book.divergences import divergence, kind
from derive.book.elementary import derived
from derive.book.elements import element, numbered, runs_over_a_set
from derive.book.events import probability
from derive.book.instances import at_elements
from derive.book.laws import check_bars, distribution, is_path_law, is_start, names_a_start_law, path_probability
from derive.book.letters import DISTRIBUTIONS, FUNCTIONS, POLICIES, REWARDS, VALUES, function, law
from derive.book.optimal import is_best_of_policies, optimal
from derive.book.performance import of_policy, of_two_policies
from derive.book.rewards import of_another_form
from derive.book.scope import Key
from derive.book.sequences import of_a_response, of_a_token
from derive.book.sorts import (
    integer,
    is_parameter,
    is_policy,
    key_of,
    label_of,
    parameter_name,
    sort_of,
    written_mark,
)
from derive.book.symbols import symbol
from derive.book.tokens import Stopped
from derive.book.tower import joint
from derive.book.tree import Call, Items, Node, Relation, Sym, Text, walk
from derive.book.values import is_value, value
from derive.terms import Definition, Domain, Draw, Gradient, Letter, Var, real_symbol


def call(node: Call, ctx: Context) -> Expr:
    """X(args): an application, or a product with a bracket."""
    if (known := named_functions.applied(node, ctx)) is not None:
        return known
    if (token := of_a_token(node, ctx)) is not None:
        return token
    if (chances := joint(node, ctx)) is not None:
        return chances
    if (response := of_a_response(node, ctx)) is not None:
        return response
    if (chance := probability(node, ctx)) is not None:
        return chance
    if (
        occupancy.applies(ctx)
        and (found := occupancy.value_of(node, ctx) or occupancy.objective(node, ctx)) is not None
    ):
        return found
    if (surrogate := of_two_policies(node, ctx)) is not None:
        return surrogate
    if (aim := of_policy(node, ctx)) is not None:
        return aim
    survey, head = ctx.scope.survey, node.head
    sorts = [sort_of(a, survey) for a in node.args.parts]
    key = key_of(node, survey)
    if is_path_law(node, sorts):
        return path_probability(node, ctx)
    if kind(node) is not None:
        return divergence(node, ctx)
    if head.head == "r" and sorts == ["path"] and in_force(key, ctx) is None:
        head, key = _usual_return(node, ctx)
    if (found := in_force(key, ctx)) is not None:
        only = node.args.only
        if isinstance(found.head, Sym) and sorts == ["real"] and only is not None and not isinstance(only, Relation):
            return symbol(head, ctx) * ctx.read(only, ctx)  # δ_t (1 + λ), where δ_t is no function of a number
        try:
            return applied(head, found, tuple(node.args.parts), ctx)
        except Stopped:
            if not is_best_of_policies(found.body) or (best := optimal(node, ctx)) is None:
                raise
            return best
    if (slope := _slope(node, key, ctx)) is not None:
        return slope
    if (usual := _value(node, ctx)) is not None:
        return usual
    if _of_samples(node, ctx) and (sequence := _any_function(node, sorts, ctx)) is not None:
        return sequence
    if (reward := of_another_form(node, sorts, ctx)) is not None:
        return reward
    if (letter := _letter(node, sorts, ctx)) is not None:
        args = [a for a, sort in zip(node.args.parts, sorts, strict=True) if sort != "param"]
        return at_elements(letter, [element(a, ctx) for a in args], node, ctx)
    if (factor := _factor(node, sorts, ctx)) is not None:
        return factor
    if (any_function := _any_function(node, sorts, ctx)) is not None:
        return any_function
    if any(isinstance(n, (Text, Relation)) for n in walk(node.args)):
        raise undecided("an argument that is an event or stands in words", node)
    raise stop(f"the letter {head.head} is no function of these arguments that is known here", node)


def _usual_return(node: Call, ctx: Context) -> tuple[Sym, Key | None]:
    """R(τ) for an r(τ) that the text does not define: the usual return, where the text defines no R(τ) beside it."""
    head = replace(node.head, name="R")
    key = key_of(replace(node, head=head), ctx.scope.survey)
    if key is not None and (known := ctx.scope.found(key)):
        raise stop(f"r(τ) is not defined; R(τ) is, in line {known[-1].line}", node.head)
    return head, key


def _value(node: Call, ctx: Context) -> Expr | None:
    """V^π(s), Q(s,a), V^*(s), as the field means them."""
    if occupancy.applies(ctx) and (found := occupancy.value_of(node, ctx)) is not None:
        return found
    if is_value(node, ctx) and (ctx.anchor is not None or node.head.name in "VQA" or node.head.sub or node.head.sup):
        places = [element(a, ctx) for a in node.args.parts]
        if any(isinstance(p, Var) for p in places) and not ctx.differentiated:
            return at_elements(_value_function(node, tuple(p.domain for p in places), ctx), places, node, ctx)
        return value(node, ctx)
    return optimal(node, ctx)


def _factor(node: Call, sorts: list[str], ctx: Context) -> Expr | None:
    """γ(1 - λ): a number times a bracket; None where the letter may be a function."""
    only = node.args.only
    if only is None or isinstance(only, Relation) or set(sorts) & {"path", "dot", "S", "A"}:
        return None
    if is_policy(node.head, ctx.scope.survey) and sorts == ["number"]:  # π_θ(2) is no multiple of π_θ
        return None
    if runs_over_a_set(only, ctx) or is_parameter(only, ctx.scope.survey):
        return None
    factor = _scalar(node.head, ctx) if not _holds_itself(node) else symbol(node.head, ctx)
    return factor * ctx.read(only, ctx) if factor is not None else None


def _holds_itself(node: Call) -> bool:
    """p(1 - p): a number before a bracket, since nothing is applied to itself."""
    plain = node.head == Sym(node.head.start, node.head.end, node.head.name)
    return plain and any(
        isinstance(n, Sym) and n == Sym(n.start, n.end, n.name) and n.name == node.head.name for n in walk(node.args)
    )


def _scalar(head: Sym, ctx: Context) -> Expr | None:
    """The number a letter stands for before a bracket; None where it may be a function."""
    if (
        head.name in (FUNCTIONS | DISTRIBUTIONS | POLICIES | REWARDS | VALUES)
        and head.sub is None
        and head.head not in ctx.scope.numbers
    ):
        return None
    if any(b.key.head == head.head and isinstance(b.head, Call) for b in (*ctx.scope.bindings, *ctx.scope.standard)):
        return None
    if head.font == "rm" and len(head.name) > 1:
        return None
    return symbol(head, ctx)


def _slope(node: Call, key: Key | None, ctx: Context) -> Expr | None:
    """σ'(θ), σ'(u) for a function σ of numbers: its derivative."""
    if not node.head.primes or key is None or len(node.args.parts) != 1:
        return None
    plain = replace(node.head, primes=0)
    found = in_force(replace(key, head=plain.head), ctx)
    if found is None:
        return None
    if not is_parameter(node.args.parts[0], ctx.scope.survey):
        ctx.notes.bindings.add(found)
        slope: Definition | None = defined(found, ctx)
        for _ in range(node.head.primes):
            slope = derived(slope) if slope is not None else None
        return None if slope is None else slope(ctx.read(node.args.parts[0], ctx))
    if node.head.primes != 1:
        return None
    return Gradient(applied(plain, found, node.args.parts, ctx), ctx.real_parameter(parameter_name(node.args.parts[0])))


def _letter(node: Call, sorts: list[str], ctx: Context) -> Letter | None:
    """The primitive letter that this call applies, or None."""
    head, parts = node.head, node.args.parts
    if compares(node):
        return None
    kinds = [domain_of(a, s, ctx) for a, s in zip(parts, sorts, strict=True) if s != "param"]
    if not kinds or None in kinds:
        kinds = _kinds_by_instance(node, sorts, ctx)
    if not kinds or None in kinds:
        return None
    domains = tuple(d for d in kinds if d is not None)
    found = distribution(head, domains, ctx)
    if found is None and sorts == ["S"] and is_start(parts[0], ctx) and names_a_start_law(head):
        return law("rho_0", domains)
    if found is None and sorts == ["S"] and isinstance(parts[0], Sym) and parts[0].sub is None:
        found = any_law(head, domains, ctx)
    if found is not None:
        check_bars(node, sorts, found)
        if found.parameter is None and "param" in sorts and head.name in ("p", "q", "pi") and found.name == head.name:
            marks = [a for a, sort in zip(parts, sorts, strict=True) if sort == "param"]
            return law(found.name, found.domains, real_symbol(parameter_name(marks[0])))
        return found
    if any(sep != "," for sep in node.args.separators) or "param" in sorts:
        return None
    if head.name in VALUES and not ctx.differentiated and _is_labelled(head):
        return _value_function(node, domains, ctx)
    plain = not (head.accents or head.primes or head.font or head.sub is not None or head.sup is not None)
    if plain and head.name in REWARDS:
        return function("r" if ctx.scope.survey.reward_function else head.name, domains)
    if plain and head.name in FUNCTIONS:
        if head.name not in ctx.scope.survey.arbitrary:
            ctx.notes.assumed.add(head.name)
        return function(head.name, domains)
    return None


def _value_function(node: Call, domains: tuple[Domain, ...], ctx: Context) -> Letter:
    """V^π(s), Q(s, a): any function of these arguments, where it is not differentiated."""
    name = arbitrary.name_of(node.head)
    ctx.notes.assumed.add(f"{name} any function")
    return function(name, domains)


def _is_labelled(head: Sym) -> bool:
    """V, V^π: a letter with nothing but labels on it."""
    labels = [label_of(p) for p in (*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ()))]
    return not (head.font or head.accents or head.primes or None in labels)


def _any_function(node: Call, sorts: list[str], ctx: Context) -> Expr | None:
    """A letter that nobody defined, at elements and times: any function of them."""
    head = node.head
    listed = set(node.args.separators) <= {",", ";"} or head.name in ("r", "R", "m", "w") or head.font == "cal"
    if not compares(node) and (is_policy(head, ctx.scope.survey) or head.name in ("P", "p", "q") or not listed):
        return None
    marks = [written_mark(p) for p, sort in zip(node.args.parts, sorts, strict=True) if sort in ("mark", "policy")]
    marks += ["prefers"] if compares(node) else []  # the probability of a preference, no law p(y)
    if marks:
        labelled = Text(head.start, head.end, "".join(marks))
        sub = head.sub.parts if head.sub is not None else ()
        whole = Items(head.start, head.end, (*sub, labelled), (",",) * len(sub))
        node = replace(node, head=replace(head, sub=whole))
    domains: list[Domain | None] = []
    args: list[Expr] = []
    for part, sort in zip(node.args.parts, sorts, strict=True):
        if sort in ("param", "mark", "policy"):
            continue
        found = element(part, ctx) if runs_over_a_set(part, ctx) else None
        if isinstance(found, Draw) and not arbitrary.has_expectation(ctx):  # R(y_i, x): a number for every i
            found = found.args[0]
            domains.append(None)
            args.append(found)
        elif found is not None:
            domains.append(found.domain)
            args.append(found)
        else:
            domains.append(None)
            args.append(_time(part, node, ctx))
    if not domains:
        return arbitrary.number(replace(head, end=node.end), _about(node, ctx))
    return arbitrary.function(node, domains, args, ctx)


def _of_samples(node: Call, ctx: Context) -> bool:
    """R(x, y_i), of a sample of which the statement takes no average."""
    if node.head.name not in REWARDS or arbitrary.has_expectation(ctx):
        return False
    marked = (p for p in node.args.parts if isinstance(p, Sym) and p.sub is not None and p.sub.only is not None)
    return any(
        runs_over_a_set(p, ctx) and numbered(p.sub.only, ctx) is not None for p in marked if p.sub and p.sub.only
    )


def compares(node: Call) -> bool:
    """P(y_1 ≻ y_2 | x)."""
    return ">" in node.args.separators and set(node.args.separators) <= {">", "|", ",", ";"}


def _time(part: Node, node: Call, ctx: Context) -> Expr:
    try:
        return time(part, ctx)
    except Stopped:
        raise stop(f"the letter {node.head.head} is no function of these arguments that is known here", node) from None


def _about(node: Call, ctx: Context) -> Context:
    """J(θ), L(φ): a number that depends on its parameter."""
    return replace(ctx, differentiated=True)


def domain_of(node: Node, sort: str, ctx: Context) -> Domain | None:
    if isinstance(node, Sym) and runs_over_a_set(node, ctx) and sort not in ("param", "path", "number", "dot"):
        bound = ctx.bound.get(node.head) if node.sub is None else None
        return bound.domain if isinstance(bound, Var) else ctx.domain(node.name.lower())
    return None


def _kinds_by_instance(node: Call, sorts: list[str], ctx: Context) -> list[Domain | None]:
    """π_θ(1), π_θ(+1|s), r(1): a number stands for an action of the listed set. Empty where it does not."""
    actions = ctx.domain("a")
    kinds: list[Domain | None] = []
    for part, sort in zip(node.args.parts, sorts, strict=True):
        if sort == "number":
            if kinds or integer(part) not in (actions.elements or ()):
                return []
            kinds.append(actions)
        elif sort != "param":
            kinds.append(domain_of(part, sort, ctx))
    return kinds
