"""A use of a letter that the text defines: its definition, read where it stands, at the arguments of the use."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from sympy import Basic, Expr, Integer, Symbol

from derive.binding import alike, free, meaning, names, substitute, subterms
from derive.book import arbitrary
from derive.book.context import Context, Notes, is_path, stop, time, undecided
from derive.book.elements import element
from derive.book.letters import COUNTERS, HORIZONS, POLICIES, TIMES
from derive.book.scope import Binding, Key, Scope, Survey
from derive.book.sorts import is_element, is_parameter, is_run, mark_of, parameter_name, sort_of
from derive.book.stationary import from_there_on
from derive.book.tokens import Stopped
from derive.book.tree import Call, Items, Node, Num, Sym, walk
from derive.book.values import NAMES, anchored, head_time, is_value, place, policy_of, usual
from derive.terms import (
    Defined,
    Definition,
    Gradient,
    Letter,
    Var,
    real_symbol,
    time_symbol,
)

MAX_UNFOLD = 40


def in_force(key: Key | None, ctx: Context) -> Binding | None:
    """The definition of a key: the text's latest, or what the field means by it, which is then assumed."""
    if key is None:
        return None
    for binding in reversed(ctx.scope.found(key)):
        if not binding.file or _is_read(binding, ctx):  # what an earlier text defines and is not read tells nothing
            return binding
    for binding in ctx.scope.standard:
        if binding.key == key:
            if key.head != "sigma" or not ctx.scope.survey.sigmoid:
                ctx.notes.assumed.add(f"the usual {key.head}")
            return binding
    return None


def _is_read(binding: Binding, ctx: Context) -> bool:
    try:
        defined(binding, replace(ctx, notes=Notes()))
    except Stopped:
        return False
    return True


def applied(head: Sym, binding: Binding, args: tuple[Node, ...], ctx: Context) -> Expr:
    """A use of a definition, at the indices of `head` and at `args`."""
    try:
        definition = defined(binding, ctx)
    except Stopped as fault:
        if not args and (any_one := arbitrary.number(head, ctx)) is not None:  # what holds for any holds for this one
            return any_one
        why = f"{head.head} was defined at line {binding.line} by what cannot be read: {fault.why}"
        raise (undecided if fault.open else stop)(why, head) from fault
    ctx.notes.bindings.add(binding)
    if binding.assumed or binding.file:
        where = f"{binding.file}, line {binding.line}" if binding.file else f"line {binding.line}"
        ctx.notes.assumed.add(f"{head.head} as in {where}")
    placed = definition.form == "index" and not binding.key.indices
    if isinstance(binding.head, Call) and (placed or is_value(binding.head, ctx)):
        use = Call(head.start, head.end, head, Items(head.start, head.end, args, ()))
        try:
            return definition(place(use, ctx))
        except Stopped:
            if is_value(binding.head, ctx):
                raise
            definition = _as_written(binding, ctx)
    survey = ctx.scope.survey
    indices = [p for p in (head.sub.parts if head.sub else ()) if not is_parameter(p, survey) and not mark_of(p, head)]
    if any(sort_of(a, survey) == "path" and not is_path(a, ctx) for a in args):
        raise stop(f"{head.head} of a part of the trajectory is not supported", head)
    values: list[Basic] = [time(i, ctx) for i in indices]
    made_head = binding.head.head if isinstance(binding.head, Call) else binding.head
    if isinstance(made_head, Sym) and is_run(made_head):
        values = _ends(head, made_head, values, ctx)
    given = [a for a in args if sort_of(a, survey) not in ("param", "path", "mark", "policy")]
    wanted = [*definition.params[len(values) :], *([None] * len(given))]
    for part, param in zip(given, wanted, strict=False):
        if isinstance(param, Symbol) and param.is_integer:
            values.append(time(part, ctx))
        else:
            as_place = binding.key.sorts and _is_place(part, survey)
            values.append(element(part, ctx) if as_place else ctx.read(part, ctx))
    made, used = parameter_of(binding.head, ctx), parameter_of(args, ctx)
    if len(definition.params) == len(values) + 1:  # a function of a number, used at θ
        values.append(ctx.real_parameter(used or made or ctx.theta.name))
    elif made and used and made != used:
        raise stop(f"{head.head} was defined for {made} and is used for {used}", head)
    if len(definition.params) != len(values):
        raise stop(
            f"{definition.name} is used with {len(values)} arguments, defined with {len(definition.params)}",
            head,
        )
    return definition(*values)


def _ends(head: Sym, made: Sym, values: list[Basic], ctx: Context) -> list[Basic]:
    """The parameters of G_{t:t+n} at a use: G_{k:k+1} is at t = k, n = 1; ρ_{k:T-1} ends where ρ_{t:T-1} does."""
    assert made.sub is not None
    if head.sub is None or head.sub.separators != (":",) or len(values) != 2:
        raise stop(f"{head.head} was defined from a time to a time, and is used otherwise", head)
    start, end = (time(part, replace(ctx, bound={})) for part in made.sub.parts)
    at_use = substitute(end, {start: values[0]})
    free_end = _free_end(start, end)
    left = values[1] - at_use if free_end is None else values[1] - at_use + free_end
    assert isinstance(left, Expr)
    if free_end is None and left.expand() != 0:
        raise stop(f"{head.head} was defined up to another time", head)
    return [values[0]] if free_end is None else [values[0], left.expand()]


def _free_end(start: Expr, end: Expr) -> Symbol | None:
    """n of t + n; None where the end is that of the trajectory."""
    horizons = {time_symbol(name) for name in HORIZONS}
    names = end.free_symbols - start.free_symbols - horizons
    if len(names) > 1 or any((end - name).expand().has(name) for name in names):
        raise Stopped("the end of a range that is no time", 0, 1, str(end))
    return names.pop() if names else None


def _is_time(node: Sym) -> bool:
    """t, t', i."""
    return node == Sym(node.start, node.end, node.name, primes=node.primes) and node.name in TIMES | COUNTERS


def _is_place(node: Node, survey: Survey) -> bool:
    """An element of a set, or a number that stands for one."""
    return sort_of(node, survey) == "number" or is_element(node, survey)


def defined(binding: Binding, ctx: Context) -> Definition:
    """The definition that a binding makes under this reading: its body is read where it stands."""
    if ctx.depth > MAX_UNFOLD:
        raise stop("definitions that lead into each other", binding.head)
    if isinstance(binding.head, Call) and is_value(binding.head, ctx):
        return _value_definition(binding, binding.head, ctx)
    if not isinstance(binding.head, Call) or not _speaks_of_values(binding, ctx):
        return _as_written(binding, ctx)
    if ctx.anchor is not None:  # at a moment of the trajectory, where values are what they are
        with suppress(Stopped):
            return _value_definition(binding, binding.head, ctx)
    try:
        return _as_written(binding, ctx)
    except Stopped:
        return _value_definition(binding, binding.head, ctx)


def _speaks_of_values(binding: Binding, ctx: Context) -> bool:
    """X(s) := E_{a ~ π'}[A(s, a)]: a function of a state, or of a state and an action, by values there."""
    return binding.key.sorts in (("S",), ("S", "A")) and any(is_value(n, ctx) for n in walk(binding.body))


def _as_written(binding: Binding, ctx: Context) -> Definition:
    survey = ctx.scope.survey
    inside = replace(
        ctx,
        scope=_before(binding, ctx),
        bound={},
        facts=(),
        number=None,
        depth=ctx.depth + 1,
    )
    sym, parts = (binding.head.head, binding.head.args.parts) if isinstance(binding.head, Call) else (binding.head, ())
    if not isinstance(sym, Sym):
        raise stop("a definition of what is no letter", binding.head)
    indices = [p for p in (sym.sub.parts if sym.sub else ()) if not is_parameter(p, survey) and not mark_of(p, sym)]
    params: list[Basic] = []
    if is_run(sym):
        start, end = (time(part, inside) for part in indices)
        params = [n for n in (start, _free_end(start, end)) if n is not None]
        inside = replace(inside, bound={**inside.bound, **{str(n): n for n in params}})
        indices = []
    for part in indices:
        if not isinstance(part, Sym):
            raise stop("a definition at a time that is no letter", part)
        at = time(part, inside)
        params.append(at)
        inside = inside.binding(part.head, at)
    for part in parts:
        if is_element(part, survey) and isinstance(part, Sym) and binding.key.sorts:
            value = element(part, inside)
            if not isinstance(value, Var):
                raise stop("a definition for elements with an index", part)
            params.append(value)
            inside = inside.binding(part.head, value)
        elif isinstance(part, Sym) and _is_time(part):
            at = time(part, inside)
            params.append(at)
            inside = inside.binding(part.head, at)
        elif sort_of(part, survey) in ("real", "X", "Y") and isinstance(part, Sym):
            value = real_symbol(part.head)
            params.append(value)
            inside = inside.binding(part.head, value)
    if not params and not binding.key.sorts:  # Σ_s ρ_0(s) V(s), at the start
        inside = anchored([binding.body], inside)
    if (
        any(sort_of(p, survey) == "param" and isinstance(p, Sym) and p.name not in POLICIES for p in parts)
        and not params
    ):
        number = real_symbol("x")
        name = parameter_of(binding.head, ctx) or ctx.theta.name
        body = ctx.read(binding.body, replace(inside, number=(name, number)))
        if number in free(body) and real_symbol(name) not in free(body) and not _differentiates(body, number):
            return Definition(_name(sym), (number,), body, "call")
    body = ctx.read(binding.body, inside)
    return Definition(_name(sym), tuple(params), body, _form(binding, sym, parts, body, ctx))


def _before(binding: Binding, ctx: Context) -> Scope:
    """What was in force where a definition stands."""
    line = binding.line if not binding.file else 0
    return ctx.scope.before(binding.serial, line) if binding.serial else ctx.scope


def _value_definition(binding: Binding, head: Call, ctx: Context) -> Definition:
    """V(s) := E[G_t | s_t = s], A(s_t,a_t) := Q(s_t,a_t) - V(s_t): a definition with the time for its argument."""
    before = _before(binding, ctx)
    inside = replace(ctx, scope=before, bound={}, facts=(), number=None, depth=ctx.depth + 1, anchor=None)
    at = head_time(head, inside)
    inside = anchored([head, binding.body], inside) if at is None else inside
    first = ctx.scope.survey.first
    at = inside.anchor if at is None else at - first  # a moment, counted from 0
    name = at if isinstance(at, Symbol) else at + first if at is not None else None
    if not isinstance(name, Symbol):
        return _from_the_start(head, ctx.read(binding.body, inside), inside)
    body = substitute(ctx.read(binding.body, inside), {name: name + (name - at)})
    return Definition(_name(head.head), (name,), body, "index")


def _from_the_start(head: Call, body: Expr, ctx: Context) -> Definition:
    """V(s) := E[R(τ) | s_0 = s]: the same from every state on; the usual value, where it is that at the start."""
    found = usual(NAMES[head.head.name], policy_of(head.head, ctx), ctx)
    ctx.notes.assumed.add(f"{head.head.name} of every state is the return from there on")
    if ctx.anchor == 0 and alike(unfolded(body), unfolded(found(Integer(0)))):
        return found
    whole = unfolded(body)
    taken = {str(name) for name in names(whole)}
    t = time_symbol(next(letter for letter in ("t", "k", "l", "n", "m", "u", "v") if letter not in taken))
    later = from_there_on(whole, ctx.horizon, t) if ctx.anchor == 0 and isinstance(whole, Expr) else None
    if later is None:
        raise stop("a value that is defined at one time only", head)
    return Definition(_name(head.head), (t,), later, "index")


def unfolded(term: Basic) -> Basic:
    """A term without definitions: each use replaced by what it stands for."""
    if isinstance(term, Defined) and (value := meaning(term)) is not None:
        return unfolded(value)
    if not term.args or isinstance(term, (Definition, Letter)):
        return term
    return term.func(*(unfolded(part) for part in term.args))


def parameter_of(where: Node | tuple[Node, ...], ctx: Context) -> str | None:
    """The parameter among the arguments of a head or of a use."""
    parts = where.args.parts if isinstance(where, Call) else where if isinstance(where, tuple) else ()
    return next((parameter_name(p) for p in parts if sort_of(p, ctx.scope.survey) == "param"), None)


def _differentiates(body: Expr, number: Symbol) -> bool:
    return any(isinstance(node, Gradient) and node.parameter == number for node in subterms(body))


def _form(binding: Binding, sym: Sym, parts: tuple[Node, ...], body: Expr, ctx: Context) -> str:
    if "path" in binding.key.sorts:
        return "path"
    if binding.key.indices:
        return "index"
    if any(real_symbol(name) in free(body) for name in ctx.scope.survey.parameters or {"theta"}):
        return "objective"
    return "call" if binding.key.sorts else "bare"


def _name(sym: Sym) -> str:
    """The printed name of a defined letter; its accents and labels are part of it."""
    parts = (*(sym.sub.parts if sym.sub else ()), *(sym.sup.parts if sym.sup else ()))
    labels = [label for p in parts if (label := mark_of(p, sym))]
    squared = sym.sup is not None and isinstance(sym.sup.only, Num)  # the variance σ^2
    return "_".join([sym.head, *labels, *(["squared"] if squared else [])])
