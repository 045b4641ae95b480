"""Letters and their applications -> terms: an argument's sort decides what π, P, r, σ or R is here.

`X(…)` is an application exactly when X has a meaning as a function of arguments of these sorts; it is a product
exactly when X stands for a number. Where it has neither meaning, or both, reading stops.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Basic, Expr, Integer, Symbol

from derive.binding import free, subterms
from derive.book.context import Context, is_path, stop, time
from derive.book.letters import (
    DISTRIBUTIONS,
    ELEMENTS,
    FUNCTIONS,
    PARAMETERS,
    POLICIES,
    REWARDS,
    SCALARS,
    function,
    law,
)
from derive.book.tokens import Stopped
from derive.book.scope import Binding, Key, integer, is_parameter, key_of, label_of, sort_of
from derive.book.tree import Call, Group, Node, Num, Relation, Sym
from derive.errors import IllFormed
from derive.terms import (
    Action,
    Apply,
    Cases,
    Definition,
    Domain,
    Exp,
    Gradient,
    Letter,
    PathProbability,
    State,
    Var,
    real_symbol,
)

MAX_UNFOLD = 40
_ELEMENT_SORTS = ("S", "A", "X", "Y", "number")


# Elements of the state, action and outcome sets


def element(node: Node, ctx: Context) -> Expr:
    """s, a', s_t, a_{t+1}, +1: an element of a finite set."""
    value = integer(node)
    if value is not None:
        return Integer(value)
    if (
        not isinstance(node, Sym)
        or node.name not in ELEMENTS
        or node.accents
        or node.font
        or node.sup is not None
    ):
        raise stop("this is no element of a set that is known here", node)
    domain = ctx.domain(node.name.lower())
    if node.sub is None:
        value = ctx.bound.get(node.head)
        return value if isinstance(value, Var) else Var(node.head, domain)
    if node.sub.only is None or node.primes:
        raise stop("more than one index on an element", node)
    label = indexed_name(node, ctx)
    if label in ctx.bound:
        return ctx.bound[label]  # type: ignore[return-value]
    at = moment(node.sub.only, ctx)
    if domain.name == "S":
        return State(at, domain)
    if domain.name == "A":
        return Action(at, domain)
    raise stop("an index on an outcome that is no state and no action", node)


def moment(node: Node, ctx: Context) -> Expr:
    """A time, counted from 0 whatever the text counts from."""
    return time(node, ctx) - ctx.scope.survey.first


def indexed_name(node: Sym, ctx: Context) -> str:
    """The name under which a_t is bound where an expectation draws it anew."""
    assert node.sub is not None and node.sub.only is not None
    return f"{node.name.lower()}_{time(node.sub.only, ctx)}"


# Symbols without arguments


def symbol(node: Sym, ctx: Context) -> Expr:
    """The number that a letter stands for."""
    value = ctx.bound.get(node.head) if node.sub is None and node.sup is None else None
    if value is not None:
        return value  # type: ignore[return-value]
    if (
        node.name == "e"
        and node.sup is not None
        and node.sub is None
        and node.sup.only is not None
        and node.head == "e"
    ):
        return Exp(ctx.read(node.sup.only, ctx))
    key = key_of(node, ctx.scope.survey)
    if key is not None and (found := ctx.scope.found(key)):
        return applied(node, found[-1], (), ctx)
    if node.sup is not None and (key is None or not key.labels):
        return _power(node, ctx)
    if node.sup is not None:
        raise stop(f"the superscript of {node.head} has no meaning that is known here", node)
    if is_parameter(node, ctx.scope.survey) and node.name not in POLICIES:
        return ctx.parameter if ctx.parameter is not None else real_symbol(node.head)
    if (
        node.name == "r"
        and node.head == "r"
        and node.sub is not None
        and node.sub.only is not None
        and node.sup is None
    ):
        return reward(moment(node.sub.only, ctx), ctx)
    if (
        node.sub is None
        and node.head == node.name
        and (node.name in SCALARS or node.head in ctx.scope.numbers)
    ):
        return real_symbol(node.name)
    if key is not None and node.sub is None and (found := _sole(node, ctx)):
        return applied(node, found, (), ctx)
    raise stop(f"the letter {node.head} has no meaning that is known here", node)


def _sole(node: Sym, ctx: Context) -> Binding | None:
    """J for J(θ): parameters do not count in a key. Nothing else may be left out."""
    found = ctx.scope.found(Key(node.head, (), 0, ()))
    return found[-1] if found else None


def _power(node: Sym, ctx: Context) -> Expr:
    """γ^{t}: a power, where the base is a number and the exponent is one."""
    assert node.sup is not None
    exponent, base = node.sup.only, replace(node, sup=None)
    if (
        exponent is None
        or isinstance(exponent, Group)
        or not isinstance(exponent, (Num, Sym))
        and _has_label(exponent)
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
        return base**value
    if not isinstance(base, Symbol):
        raise stop("a power that is no whole number, of something that is no letter", exponent)
    return base ** time(exponent, ctx)


def reward(at: Expr, ctx: Context) -> Expr:
    """r_t, by the convention of this reading."""
    ctx.notes.used.add("reward")
    states, actions = ctx.domain("s"), ctx.domain("a")
    now, act, after = State(at, states), Action(at, actions), State(at + 1, states)
    args = {"s": (now,), "sa": (now, act), "sas": (now, act, after)}[ctx.reading.reward]
    domains = tuple(a.domain for a in args)
    return Apply(function("r", domains), *args)


# Applications


def call(node: Call, ctx: Context) -> Expr:
    """X(args): an application, or a product with a bracket."""
    survey, head = ctx.scope.survey, node.head
    sorts = [sort_of(a, survey) for a in node.args.parts]
    key = key_of(node, survey)
    args = [a for a, sort in zip(node.args.parts, sorts, strict=True) if sort != "param"]
    found = ctx.scope.found(key) if key is not None else []
    if found and "path" not in sorts or (found and not _is_path_law(node, sorts)):
        return applied(head, found[-1], tuple(node.args.parts), ctx)
    if _is_path_law(node, sorts):
        return path_probability(node, ctx)
    if (letter := _letter(node, sorts, ctx)) is not None:
        return _application(node, letter, args, ctx)
    if key is not None and not key.labels and (rest := _as_function_of_number(node, ctx)) is not None:
        return rest
    if (
        node.args.only is not None
        and not isinstance(node.args.only, Relation)
        and not set(sorts) & {"path", "dot", "S", "A"}
    ):
        factor = _scalar(head, ctx)
        if factor is not None:
            return factor * ctx.read(node.args.only, ctx)
    raise stop(f"the letter {head.head} is no function of these arguments that is known here", node)


def _scalar(head: Sym, ctx: Context) -> Expr | None:
    """The number a letter stands for before a bracket; None where it may be a function."""
    if (
        head.name in (FUNCTIONS | DISTRIBUTIONS | POLICIES | REWARDS)
        and head.sub is None
        and head.head not in ctx.scope.numbers
    ):
        return None
    if any(b.key.head == head.head and isinstance(b.head, Call) for b in ctx.scope.bindings):
        return None
    return symbol(head, ctx)


def _as_function_of_number(node: Call, ctx: Context) -> Expr | None:
    """σ(x) for a σ that the text defines as σ(θ)."""
    found = ctx.scope.found(Key(node.head.head, (), 0, ()))
    if not found or not isinstance(found[-1].head, Call) or len(node.args.parts) != 1:
        return None
    definition = defined(found[-1], ctx)
    if len(definition.params) != 1:
        return None
    return definition(ctx.read(node.args.parts[0], ctx))


def _is_path_law(node: Call, sorts: list[str]) -> bool:
    """P_θ(τ), p(τ|θ), π_θ(τ)."""
    return (
        sorts.count("path") == 1
        and set(sorts) <= {"path", "param"}
        and node.head.name in (DISTRIBUTIONS | POLICIES)
    )


def path_probability(node: Call, ctx: Context) -> Expr:
    head = node.head
    if head.accents or head.primes or head.sup is not None:
        raise stop("a trajectory probability with an accent or superscript", node)
    path = next(a for a in node.args.parts if sort_of(a, ctx.scope.survey) == "path")
    if not is_path(path, ctx):
        raise stop("the probability of a part of the trajectory is not supported", path)
    for part in head.sub.parts if head.sub is not None else ():
        if not is_parameter(part, ctx.scope.survey) and not (isinstance(part, Sym) and part.name == "pi"):
            raise stop("the trajectory probability of another policy is not supported", node)
    return PathProbability(ctx.process(ctx.policy()))


def distribution(head: Sym, sorts: tuple[Domain, ...], ctx: Context) -> Letter | None:
    """The letter of π_θ, π_old, P, ρ_0, p_θ for arguments of these sorts; None where the table knows none."""
    if head.accents or head.primes or head.font not in (("", "bb", "cal") if head.name in ("P", "p") else ("",)):
        return None
    labels, differentiable = [], False
    for part in (*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ())):
        if is_parameter(part, ctx.scope.survey) and part not in (head.sup.parts if head.sup else ()):
            differentiable = True
        elif isinstance(part, Num) and part.text == "0" and head.name in ("rho", "d", "p", "mu"):
            labels.append("0")
        elif (label := _law_label(part)) is not None:
            labels.append(label)
        else:
            return None
    names = tuple(d.name for d in sorts)
    if head.name in POLICIES and names[:1] in (("A",), ("Y",), ("X",)):
        if head.name == "pi" and not labels and not differentiable:
            differentiable = True
            if ctx.scope.survey.marked_policy:
                ctx.notes.assumed.add("π written for π_θ")
        name = "_".join([head.name, *(label.replace("*", "star") for label in labels)])
        return law(name, sorts, ctx.theta if differentiable and not labels else None)
    if head.name in DISTRIBUTIONS and names == ("S", "S", "A") and not labels and not differentiable:
        return law("P", sorts)
    if names == ("S",) and not differentiable and labels == ["0"]:
        return law("rho_0", sorts)
    if head.name in ("p", "q", "P") and sorts and names[0] in ("X", "Y") and not labels:
        return law(head.name, sorts, ctx.theta if differentiable else None)
    return None


def _law_label(part: Node) -> str | None:
    label = label_of(part)
    if label is None and isinstance(part, Sym) and part.name in PARAMETERS:
        inside = part.sub.only if part.sub is not None else None
        mark = label_of(inside) if inside is not None else None
        if mark is None and isinstance(inside, Sym) and inside.name == "k":
            mark = "k"
        label = f"{part.head}_{mark}" if mark else f"{part.head}" if part.primes else None
    return label


def _letter(node: Call, sorts: list[str], ctx: Context) -> Letter | None:
    """The primitive letter that this call applies, or None."""
    head, parts = node.head, node.args.parts
    kinds = [_domain(a, s, ctx) for a, s in zip(parts, sorts, strict=True) if s != "param"]
    if not kinds or None in kinds:
        kinds = _guessed_by_instance(node, sorts, ctx)
        if kinds is None:
            return None
    domains = tuple(d for d in kinds if d is not None)
    found = distribution(head, domains, ctx)
    if found is None and sorts == ["S"] and _is_start(parts[0]) and head == Sym(head.start, head.end, head.name):
        return law("rho_0", domains) if head.name in ("p", "P", "rho", "mu", "d") else None
    if found is not None:
        _check_bars(node, sorts, found)
        if (
            found.parameter is None
            and "param" in sorts
            and head.name in ("p", "q", "pi")
            and found.name == head.name
        ):
            return law(found.name, found.domains, ctx.theta)
        return found
    if any(sep != "," for sep in node.args.separators) or "param" in sorts:
        return None
    if head.accents or head.primes or head.font or head.sub is not None or head.sup is not None:
        return None
    if head.name in REWARDS and (head.name == "r" or head.name == "R"):
        return function(head.name, domains)
    if head.name in FUNCTIONS:
        if head.name not in ctx.scope.survey.arbitrary:
            ctx.notes.assumed.add(head.name)
        return function(head.name, domains)
    return None


def _is_start(node: Node) -> bool:
    """s_0 as written."""
    only = node.sub.only if isinstance(node, Sym) and node.sub is not None else None
    return isinstance(node, Sym) and node.name == "s" and isinstance(only, Num) and only.text == "0"


def _domain(node: Node, sort: str, ctx: Context) -> Domain | None:
    if isinstance(node, Sym) and sort in ("S", "A", "X", "Y"):
        return ctx.domain(node.name.lower())
    return None


def _guessed_by_instance(node: Call, sorts: list[str], ctx: Context) -> list[Domain | None] | None:
    """π_θ(1), π_θ(+1|s), r(1): a number stands for an action of the listed set."""
    if not ctx.reading.listed or ctx.domain("a").elements is None:
        return None
    kinds: list[Domain | None] = []
    for part, sort in zip(node.args.parts, sorts, strict=True):
        if sort == "number":
            if kinds or integer(part) not in (ctx.domain("a").elements or ()):
                return None
            kinds.append(ctx.domain("a"))
        elif sort != "param":
            kinds.append(_domain(part, sort, ctx))
    return None if None in kinds or not kinds else kinds


def _check_bars(node: Call, sorts: list[str], letter: Letter) -> None:
    """π(a|s), P(s'|s,a), p(x;θ): the bar stands after the first argument, and only there."""
    kept = [sep for sep, sort in zip(node.args.separators, sorts[1:], strict=True) if sort != "param"]
    wanted = ["|"] + [","] * (len(letter.domains) - 2) if len(letter.domains) > 1 else []
    if kept != wanted:
        raise stop(f"the arguments of {letter.name} need one bar after the first", node)
    extra = [sep for sep, sort in zip(node.args.separators, sorts[1:], strict=True) if sort == "param"]
    if any(sep not in (";", "|", ",") for sep in extra):
        raise stop("a separator that is not known here", node)


def _application(node: Call, letter: Letter, args: list[Node], ctx: Context) -> Expr:
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


# Definitions


def applied(head: Sym, binding: Binding, args: tuple[Node, ...], ctx: Context) -> Expr:
    """A use of a definition, at the indices of `head` and at `args`."""
    ctx.notes.bindings.add(binding)
    try:
        definition = defined(binding, ctx)
    except Stopped as fault:
        raise stop(
            f"{head.head} was defined at line {binding.line} by what cannot be read: {fault.why}", head
        ) from fault
    survey = ctx.scope.survey
    indices = [
        p for p in (head.sub.parts if head.sub else ()) if not is_parameter(p, survey) and label_of(p) is None
    ]
    if any(sort_of(a, survey) == "path" and not is_path(a, ctx) for a in args):
        raise stop(f"{head.head} of a part of the trajectory is not supported", head)
    values: list[Basic] = [time(i, ctx) for i in indices]
    given = [a for a in args if sort_of(a, survey) not in ("param", "path")]
    values += [
        element(a, ctx) if binding.key.sorts and sort_of(a, survey) in _ELEMENT_SORTS else ctx.read(a, ctx)
        for a in given
    ]
    if len(definition.params) == len(values) + 1:  # a function of a number, used at θ
        values.append(ctx.parameter if ctx.parameter is not None else ctx.theta)
    if len(definition.params) != len(values):
        raise stop(
            f"{definition.name} is used with {len(values)} arguments, defined with {len(definition.params)}",
            head,
        )
    return definition(*values)


def defined(binding: Binding, ctx: Context) -> Definition:
    """The definition that a binding makes under this reading: its body is read where it stands."""
    if ctx.depth > MAX_UNFOLD:
        raise stop("definitions that lead into each other", binding.head)
    survey = ctx.scope.survey
    inside = replace(
        ctx, scope=ctx.scope.before(binding.serial), bound={}, facts=(), parameter=None, depth=ctx.depth + 1
    )
    sym, parts = (
        (binding.head.head, binding.head.args.parts) if isinstance(binding.head, Call) else (binding.head, ())
    )
    assert isinstance(sym, Sym)
    indices = [
        p for p in (sym.sub.parts if sym.sub else ()) if not is_parameter(p, survey) and label_of(p) is None
    ]
    params: list[Basic] = []
    for part in indices:
        assert isinstance(part, Sym)
        at = time(part, inside)
        params.append(at)
        inside = inside.binding(part.head, at)
    for part in parts:
        if sort_of(part, survey) in ("S", "A", "X", "Y") and isinstance(part, Sym) and binding.key.sorts:
            value = element(part, inside)
            if not isinstance(value, Var):
                raise stop("a definition for elements with an index", part)
            params.append(value)
            inside = inside.binding(part.head, value)
        elif sort_of(part, survey) in ("real", "X", "Y") and isinstance(part, Sym):
            value = real_symbol(part.head)
            params.append(value)
            inside = inside.binding(part.head, value)
    if (
        any(sort_of(p, survey) == "param" and isinstance(p, Sym) and p.name not in POLICIES for p in parts)
        and not params
    ):
        number = real_symbol("x")
        body = ctx.read(binding.body, replace(inside, parameter=number))
        if number in free(body) and ctx.theta not in free(body) and not _differentiates(body, number):
            return Definition(_name(sym), (number,), body, "call")
    body = ctx.read(binding.body, inside)
    return Definition(_name(sym), tuple(params), body, _form(binding, sym, parts, body, ctx))


def _differentiates(body: Expr, number: Symbol) -> bool:
    return any(isinstance(node, Gradient) and node.parameter == number for node in subterms(body))


def _form(binding: Binding, sym: Sym, parts: tuple[Node, ...], body: Expr, ctx: Context) -> str:
    if "path" in binding.key.sorts:
        return "path"
    if binding.key.indices:
        return "index"
    if ctx.theta in free(body):
        return "objective"
    return "call" if binding.key.sorts else "bare"


def _name(sym: Sym) -> str:
    """The printed name of a defined letter; its accents and labels are part of it."""
    labels = [
        label
        for p in (*(sym.sub.parts if sym.sub else ()), *(sym.sup.parts if sym.sup else ()))
        if (label := label_of(p))
    ]
    return "_".join([sym.head, *labels])
