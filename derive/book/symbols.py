"""Letters and their applications -> terms: an argument's sort decides what π, P, r, σ or R is here.

`X(…)` is an application exactly when X has a meaning as a function of arguments of these sorts; it is a product
exactly when X stands for a number. Where it has neither meaning, or both, reading stops.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, Symbol

from derive.book.context import Context, bounded, stop, time
from derive.book.definitions import applied, in_force
from derive.book.divergences import divergence, kind
from derive.book.elements import element, moment, reward
from derive.book.laws import (
    check_bars,
    distribution,
    is_path_law,
    is_start,
    names_a_start_law,
    path_probability,
)
from derive.book.letters import (
    DISTRIBUTIONS,
    FUNCTIONS,
    POLICIES,
    REWARDS,
    SCALARS,
    VALUES,
    function,
    law,
    positive,
)
from derive.book.scope import Key
from derive.book.sorts import integer, is_parameter, key_of, label_of, parameter_name, sort_of
from derive.book.tokens import Stopped
from derive.book.tree import Call, Group, Node, Num, Relation, Sym
from derive.book.values import is_value, value, value_at
from derive.errors import IllFormed
from derive.terms import (
    Apply,
    Cases,
    Definition,
    Domain,
    Exp,
    Gradient,
    Letter,
    Var,
    real_symbol,
)


def symbol(node: Sym, ctx: Context) -> Expr:
    """The number that a letter stands for."""
    value = ctx.bound.get(node.head) if node.sub is None and node.sup is None else None
    if value is not None:
        return value
    if (
        node.name == "e"
        and node.sup is not None
        and node.sub is None
        and node.sup.only is not None
        and node.head == "e"
    ):
        return Exp(ctx.read(node.sup.only, ctx))
    key = key_of(node, ctx.scope.survey)
    if (found := in_force(key, ctx)) is not None:
        return applied(node, found, (), ctx)
    if node.sup is not None and (key is None or not key.labels):
        return _power(node, ctx)
    if node.sup is not None:
        raise stop(f"the superscript of {node.head} has no meaning that is known here", node)
    if is_parameter(node, ctx.scope.survey) and node.name not in POLICIES:
        return ctx.real_parameter(node.head)
    if node.sub is None and node.head == ctx.reading.last[0]:
        return time(node, ctx)
    if (
        (node.head == "r" or (node.head == "R" and ctx.scope.survey.arrival))
        and node.sub is not None
        and node.sub.only is not None
        and node.sup is None
    ):
        return reward(moment(node.sub.only, ctx, ctx.scope.survey.arrival), ctx)
    if node.sub is None and node.head == node.name and (node.name in SCALARS or node.head in ctx.scope.numbers):
        return real_symbol(node.name)
    if (known_value := value_at(node, ctx)) is not None:
        return known_value
    if (found_positive := _of_parameter(node, ctx)) is not None:
        return found_positive
    raise stop(f"the letter {node.head} has no meaning that is known here", node)


def _of_parameter(node: Sym, ctx: Context) -> Expr | None:
    r"""f in ∇f / f, π_θ in ∇π_θ = π_θ ∇\log π_θ: any positive function of the parameter, its arguments left out."""
    parts = node.sub.parts if node.sub is not None else ()
    if node.name not in ("f", "g", "h", "p", "q", "P", "pi") or node.accents or node.primes or node.sup is not None:
        return None
    if node.font not in ("", "cal", "bb") or not all(is_parameter(p, ctx.scope.survey) for p in parts):
        return None
    ctx.notes.assumed.add(f"{node.name} any positive function of {ctx.theta.name}")
    return Apply(positive(node.name, ctx.theta))


def _power(node: Sym, ctx: Context) -> Expr:
    """γ^{t}: a power, where the base is a number and the exponent is one."""
    assert node.sup is not None
    exponent, base = node.sup.only, replace(node, sup=None)
    if (
        exponent is None
        or isinstance(exponent, Group)
        or (not isinstance(exponent, (Num, Sym)) and _has_label(exponent))
    ):
        raise stop("this superscript is no power that is known here (a sample's number?)", node)
    if is_parameter(base, ctx.scope.survey) and isinstance(exponent, Sym) and exponent.name == "T":
        raise stop("this may be a transpose", node)
    return power(ctx.read(base, ctx), exponent, ctx)


def _has_label(node: Node) -> bool:
    return label_of(node) is not None


def power(base: Expr, exponent: Node, ctx: Context) -> Expr:
    """base^exponent for a small whole number or an index of time."""
    value = integer(exponent)
    if value is not None:
        if abs(value) > 64 or (value < 0 and base == 0):
            raise stop(f"the exponent {value} is out of bounds (64)", exponent)
        return bounded(base**value, exponent)
    if not isinstance(base, Symbol):
        raise stop("a power that is no whole number, of something that is no letter", exponent)
    return base ** time(exponent, ctx)


def call(node: Call, ctx: Context) -> Expr:
    """X(args): an application, or a product with a bracket."""
    survey, head = ctx.scope.survey, node.head
    sorts = [sort_of(a, survey) for a in node.args.parts]
    key = key_of(node, survey)
    args = [a for a, sort in zip(node.args.parts, sorts, strict=True) if sort != "param"]
    if is_path_law(node, sorts):
        return path_probability(node, ctx)
    if (found := in_force(key, ctx)) is not None:
        return applied(head, found, tuple(node.args.parts), ctx)
    if kind(node) is not None:
        return divergence(node, ctx)
    if (slope := _slope(node, key, ctx)) is not None:
        return slope
    if is_value(node, ctx) and (ctx.anchor is not None or head.name in "VQA"):
        return value(node, ctx)
    if (letter := _letter(node, sorts, ctx)) is not None:
        return application(node, letter, args, ctx)
    if (
        node.args.only is not None
        and not isinstance(node.args.only, Relation)
        and not set(sorts) & {"path", "dot", "S", "A"}
    ):
        factor = _scalar(head, ctx)
        if factor is not None:
            return factor * ctx.read(node.args.only, ctx)
    raise stop(f"the letter {head.head} is no function of these arguments that is known here", node)


def _slope(node: Call, key: Key | None, ctx: Context) -> Expr | None:
    """σ'(θ) for a function σ of numbers: its derivative."""
    if node.head.primes != 1 or key is None or not is_parameter(node.args.parts[0], ctx.scope.survey):
        return None
    plain = replace(node.head, primes=0)
    found = in_force(replace(key, head=plain.head), ctx)
    if found is None:
        return None
    return Gradient(applied(plain, found, node.args.parts, ctx), ctx.real_parameter(parameter_name(node.args.parts[0])))


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
    return symbol(head, ctx)


def _letter(node: Call, sorts: list[str], ctx: Context) -> Letter | None:
    """The primitive letter that this call applies, or None."""
    head, parts = node.head, node.args.parts
    kinds = [domain_of(a, s, ctx) for a, s in zip(parts, sorts, strict=True) if s != "param"]
    if not kinds or None in kinds:
        kinds = _kinds_by_instance(node, sorts, ctx)
    if not kinds or None in kinds:
        return None
    domains = tuple(d for d in kinds if d is not None)
    found = distribution(head, domains, ctx)
    if found is None and sorts == ["S"] and is_start(parts[0]) and names_a_start_law(head):
        return law("rho_0", domains)
    if found is not None:
        check_bars(node, sorts, found)
        if found.parameter is None and "param" in sorts and head.name in ("p", "q", "pi") and found.name == head.name:
            marks = [a for a, sort in zip(parts, sorts, strict=True) if sort == "param"]
            return law(found.name, found.domains, real_symbol(parameter_name(marks[0])))
        return found
    barred = head.name == "r" and set(node.args.separators) <= {",", "|"} and "param" not in sorts
    if barred and (rated := _of_elements(node, domains, ctx)) is not None:  # r_θ(y|x)
        return rated
    if any(sep != "," for sep in node.args.separators) or "param" in sorts:
        return None
    if head.name in VALUES:
        return _value_function(node, domains, ctx)
    if (made := _of_elements(node, domains, ctx)) is not None:
        return made
    if head.accents or head.primes or head.font or head.sub is not None or head.sup is not None:
        return None
    if head.name in REWARDS and (head.name == "r" or head.name == "R"):
        return function("r" if ctx.scope.survey.reward_function else head.name, domains)
    if head.name in FUNCTIONS:
        if head.name not in ctx.scope.survey.arbitrary:
            ctx.notes.assumed.add(head.name)
        return function(head.name, domains)
    return None


def _of_elements(node: Call, domains: tuple[Domain, ...], ctx: Context) -> Letter | None:
    """r_θ(x, y): a function that depends on the parameter; Z(x): any function, where it is not differentiated."""
    head = node.head
    marks = head.sub.parts if head.sub is not None else ()
    if head.accents or head.primes or head.sup is not None or head.font not in ("", "cal"):
        return None
    if head.name in ("r", "f", "g", "h") and len(marks) == 1 and is_parameter(marks[0], ctx.scope.survey):
        ctx.notes.assumed.add(f"{head.name}_{parameter_name(marks[0])} any function")
        return Letter(head.name, domains, parameter=real_symbol(parameter_name(marks[0])))
    tabled = FUNCTIONS | REWARDS | VALUES | SCALARS | POLICIES | DISTRIBUTIONS | {"sigma", "E", "H"}
    if marks or head.name in tabled or not head.name.isalpha() or ctx.differentiated or head.head in ctx.scope.numbers:
        return None
    ctx.notes.assumed.add(f"{head.head} any function")
    return function(head.head, domains)


def _value_function(node: Call, domains: tuple[Domain, ...], ctx: Context) -> Letter | None:
    """V^π(s), Q(s, a): any function of these arguments, where it is not differentiated."""
    head = node.head
    labels = [label_of(p) for p in (*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ()))]
    if head.font or head.accents or head.primes or None in labels:
        return None
    if ctx.differentiated:
        raise stop(f"{head.name} may depend on the parameter, and the text does not define it", node)
    name = "_".join([head.name, *(label.replace("*", "star") for label in labels if label)])
    ctx.notes.assumed.add(f"{name} any function")
    return function(name, domains)


def domain_of(node: Node, sort: str, ctx: Context) -> Domain | None:
    if isinstance(node, Sym) and sort in ("S", "A", "X", "Y"):
        return ctx.domain(node.name.lower())
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


def application(node: Call, letter: Letter, args: list[Node], ctx: Context) -> Expr:
    values = [element(a, ctx) for a in args]
    return at_elements(letter, values, node, ctx)


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
