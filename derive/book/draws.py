"""Expectations over single draws: a ~ π_θ(·|s), s' ~ P(·|s, a), x ~ p_θ, one inside the other."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr

from derive.binding import free
from derive.book.binders import fresh_variable, refuse_dependence
from derive.book.context import Context, stop, undecided
from derive.book.data import Drawn, any_law, data_name, is_data, is_joint, jointly, outcome, said_around, said_before
from derive.book.elements import element, moment
from derive.book.laws import distribution, names_a_start_law
from derive.book.letters import element_sort, law
from derive.book.sorts import is_element, is_parameter, is_policy, key_of, parameter_name
from derive.book.tree import Call, Dot, Expect, Items, Node, Relation, Sym, walk
from derive.book.values import drawn, is_value
from derive.book.visits import averaged
from derive.context import Context as Known
from derive.terms import (
    Action,
    Apply,
    AtMost,
    Expectation,
    Given,
    Mean,
    State,
    Var,
    real_symbol,
)


def over_draws(node: Expect, parts: tuple[Node, ...], ctx: Context) -> Expr:
    """E_{s ~ ρ, a ~ π(·|s)}[…]: nested, the first draw outermost."""
    if (visits := averaged(parts, node.body, ctx)) is not None:
        return visits
    if ctx.anchor is not None and (average := _averages(parts, node.body, ctx)) is not None:
        return average
    if any(is_value(n, ctx) for n in walk(node.body)) and (given := _in_time(parts, node.body, ctx)) is not None:
        return given
    inner = replace(ctx, averaged=True)
    draws: list[Drawn] = []
    for part in parts:
        if is_joint(part):
            assert isinstance(part, Relation)
            found, inner = jointly(part, inner)
            draws += found
            continue
        var, inner, at, weight = _draw(part, node.body, _with_state(node.body, inner))
        draws.append((var, at, weight, part))
    body = ctx.read(node.body, inner)
    for var, at, weight, part in reversed(draws):
        refuse_dependence(body, at, part, ctx)
        if isinstance(part, Sym) and var not in free(body):
            raise stop("an expectation over what its body does not mention", part)
        body = Mean(body, var, weight)
    return body


def _in_time(parts: tuple[Node, ...], body: Node, ctx: Context) -> Expr | None:
    """E_{a_t ~ π(·|s_t)}[Q(s_t,a_t)], E_{s_{t+1} ~ P}[V(s_{t+1})]: the mean given the history, where nothing later is
    in it; None for any other draws."""
    part = parts[0]
    first, source = part.sides if isinstance(part, Relation) and part.operators == ("~",) else (None, None)
    if not isinstance(first, Sym) or first.name not in ("a", "s") or first.sub is None or first.sub.only is None:
        return None
    at = moment(first.sub.only, ctx)
    if first.name == "s" and at == 0 and len(parts) == 1 and _is_start_law(source, ctx):
        return Expectation(ctx.read(body, ctx), ctx.process(ctx.policy()))
    position = 2 * at if first.name == "a" else 2 * at - 1
    if not _is_own_law(source, first.name, at, ctx):
        return None
    end = parts[-1].end
    rest = Expect(part.start, end, Items(part.start, end, parts[1:], _commas(parts)), body, None) if parts[1:] else body
    inner = ctx.read(rest, ctx)
    if not Known((*ctx.facts, AtMost(at, at))).knows(inner, position + 1):
        return None
    return Given(inner, position, ctx.process(ctx.policy()))


def _is_own_law(source: Node | None, kind: str, at: Expr, ctx: Context) -> bool:
    """π_θ, π_θ(·|s_t), P(s_{t+1}|s_t,a_t): the law by which a trajectory moves on at a moment."""
    states, actions = ctx.domain("s"), ctx.domain("a")
    sorts = (actions, states) if kind == "a" else (states, states, actions)
    head = source.head if isinstance(source, Call) else source
    if not isinstance(head, Sym):
        return False
    letter = distribution(head, sorts, ctx)
    own = letter == ctx.policy() if kind == "a" else letter is not None and letter.name == "P"
    if not own or not isinstance(source, Call):
        return own
    of = source.args.parts[0]
    if not isinstance(of, Dot) and element(of, ctx) != (Action if kind == "a" else State)(at, ctx.domain(kind)):
        raise stop("a law whose first argument is not the variable drawn", source)
    before = [State(at, states)] if kind == "a" else [State(at - 1, states), Action(at - 1, actions)]
    given = [a for a in source.args.parts[1:] if not is_parameter(a, ctx.scope.survey)]
    return [element(a, ctx) for a in given] == before


def _averages(parts: tuple[Node, ...], body: Node, ctx: Context) -> Expr | None:
    """E_{a ~ π, s' ~ P}[…] at a moment: one average in the other, the first draw outermost."""
    if len(parts) > 1:
        inner = Expect(
            parts[1].start, parts[-1].end, Items(parts[1].start, parts[-1].end, parts[1:], _commas(parts)), body, None
        )
        return _average(parts[0], inner, ctx)
    return _average(parts[0], body, ctx)


def _commas(parts: tuple[Node, ...]) -> tuple[str, ...]:
    return (",",) * (len(parts) - 2)


def _average(part: Node, body: Node, ctx: Context) -> Expr | None:
    """E_{s' ~ P(·|s,a)}[…], E_{a ~ π}[…] at a moment of the trajectory."""
    if isinstance(part, Sym) and part.head == "s'" and part.sub is None:  # E_{s'}: by the dynamics
        ctx.notes.assumed.add("s' drawn from the dynamics")
        part = Relation(part.start, part.end, (part, Sym(part.start, part.end, "P")), ("~",))
    if not isinstance(part, Relation) or part.operators != ("~",):
        return None
    first, law = part.sides
    if (
        isinstance(law, Sym)
        and is_policy(law, ctx.scope.survey)
        and isinstance(first, Sym)
        and first.head in ("a", "a'")
    ):
        state = Sym(law.start, law.end, "s", primes=first.primes)
        law = Call(law.start, law.end, law, Items(law.start, law.end, (first, state), ("|",)))
    elif isinstance(law, Sym) and law.name in ("P", "p") and isinstance(first, Sym) and first.head == "s'":
        given = (Sym(law.start, law.end, "s"), Sym(law.start, law.end, "a"))
        law = Call(law.start, law.end, law, Items(law.start, law.end, (first, *given), ("|", ",")))
    return drawn(first, law, body, ctx) if isinstance(first, Sym) and isinstance(law, Call) else None


def _draw(part: Node, body: Node, ctx: Context) -> tuple[Var, Context, Expr | None, Expr]:
    """One draw: its variable, the context inside, its place on the time line, its probability."""
    first = part.sides[0] if isinstance(part, Relation) else part
    if isinstance(first, Sym) and not is_element(first, ctx.scope.survey) and isinstance(part, Relation):
        return _of_its_own(first, part, ctx)
    if not isinstance(first, Sym) or not is_element(first, ctx.scope.survey):
        raise stop("an expectation over something that is not known here", part)
    source = part.sides[1] if isinstance(part, Relation) else None
    at: Expr | None = None
    if first.sub is not None and (is_data(source) or first.name.lower() not in ("s", "a")):  # y_c ~ π(·|x)
        var, inner = outcome(first, ctx)
    else:
        var, inner, at = fresh_variable(first, body, ctx)
    if not isinstance(part, Relation):
        if (said := said_around(first, ctx)) is not None:
            return _draw(said, body, ctx)
        if var.domain.name == "S" and at is None:
            return var, inner, at, _policy_at(Sym(part.start, part.end, "d"), var, at, ctx, part)
        if var.domain.name != "A":
            if (said := said_before(first, ctx)) is not None:
                return _draw(said, body, ctx)
            raise undecided("an expectation over a variable whose law is not said", part)
        ctx.notes.assumed.add(f"{first.head} drawn from the policy")
        return var, inner, at, _policy_at(Sym(part.start, part.end, "pi"), var, at, ctx, part)
    if part.operators != ("~",):
        raise stop("an expectation's index that is not known here", part)
    drawn_from = part.sides[1]
    if at == 0 and var.domain.name == "S" and _is_start_law(drawn_from, ctx):
        return var, inner, at, Apply(law("rho_0", (var.domain,)), var)
    if drawn_from is not None and is_data(drawn_from) and at is None:
        ctx.notes.assumed.add(f"{data_name(drawn_from)} any distribution")
        return var, inner, at, Apply(law(data_name(drawn_from), (var.domain,)), var)  # any law of the data
    if isinstance(drawn_from, Sym) and first.head == "s'" and drawn_from.head in ("P", "p", "cal:P", "T"):
        start, end = drawn_from.start, drawn_from.end
        given = (first, Sym(start, end, "s"), Sym(start, end, "a"))
        named = Sym(start, end, "P", drawn_from.font if drawn_from.font == "cal" else "")
        return var, inner, at, _law(Call(start, end, named, Items(start, end, given, ("|", ","))), first, var, ctx)
    if isinstance(drawn_from, Sym):
        return var, inner, at, _policy_at(drawn_from, var, at, ctx, part)
    if not isinstance(drawn_from, Call):
        raise stop("a law that is not known here", part)
    return var, inner, at, _law(drawn_from, first, var, ctx)


def _is_start_law(node: Node | None, ctx: Context) -> bool:
    """ρ_0, μ, p(s_0), d_0(·): what s_0 is drawn from."""
    head = node.head if isinstance(node, Call) else node
    if not isinstance(head, Sym):
        return False
    known = distribution(head, (ctx.domain("s"),), ctx)
    return names_a_start_law(head) or (known is not None and known.name == "rho_0")


def _of_its_own(first: Sym, part: Relation, ctx: Context) -> tuple[Var, Context, Expr | None, Expr]:
    """ω ~ P, ε ~ p(ε): a letter that runs over a set of its own because it is drawn here, by any law."""
    source = part.sides[1]
    head = source.head if isinstance(source, Call) and len(source.args.parts) == 1 else source
    plain = first == Sym(first.start, first.end, first.name)
    if not plain or part.operators != ("~",) or not isinstance(head, Sym) or head.name not in ("P", "p", "q", "D", "N"):
        raise stop("an expectation over something that is not known here", part)
    var = Var(first.head, element_sort(first.head.upper()))
    name = data_name(head) if is_data(head) or head.font == "cal" else head.name
    ctx.notes.assumed.add(f"{name} any distribution")
    return var, ctx.binding(first.head, var), None, Apply(law(name, (var.domain,)), var)


def _law(call: Call, drawn: Sym, var: Var, ctx: Context) -> Expr:
    """π_θ(·|s_t), P(·|s_t, a_t), p_θ(x): the probability of the variable drawn."""
    head, *rest = call.args.parts
    if isinstance(head, (Dot, Sym)) and (known := _by_its_definition(call, var, ctx)) is not None:
        return known
    if not (
        isinstance(head, Dot)
        or (isinstance(head, Sym) and (head.head, head.sub) == (drawn.head, drawn.sub))
        or _same(head, drawn)
    ):
        raise stop("a law whose first argument is not the variable drawn", call)
    kept = [r for r in rest if not is_parameter(r, ctx.scope.survey)]
    values = [element(r, ctx) for r in kept]
    domains = (var.domain, *(v.domain for v in values if hasattr(v, "domain")))
    if len(domains) != 1 + len(values):
        raise stop("a law at a number is not supported", call)
    letter = distribution(call.head, domains, ctx)
    if letter is None and is_data(call.head):
        ctx.notes.assumed.add(f"{data_name(call.head)} any distribution")
        letter = law(data_name(call.head), domains)
    if letter is None:
        letter = any_law(call.head, domains, ctx)
    marks = [r for r in rest if is_parameter(r, ctx.scope.survey)]
    if letter is not None and letter.parameter is None and marks and call.head.name in ("p", "q"):
        letter = law(letter.name, letter.domains, real_symbol(parameter_name(marks[0])))
    separators = call.args.separators[: len(kept)]
    if letter is None or (kept and (separators[0] != "|" or any(s != "," for s in separators[1:]))):
        raise stop("a law that is not known here", call)
    return Apply(letter, var, *values)


def _by_its_definition(call: Call, var: Var, ctx: Context) -> Expr | None:
    """π^*(y|x), where the text says what it is."""
    first, *rest = call.args.parts
    name = Sym(first.start, first.end, var.name.rstrip("'"), primes=var.name.count("'"))
    at = replace(call, args=replace(call.args, parts=(name, *rest)))
    key = key_of(at, ctx.scope.survey)
    if not is_policy(call.head, ctx.scope.survey) or key is None or not ctx.scope.found(key):
        return None
    return ctx.read(at, ctx.binding(var.name, var))


def _same(node: Node, other: Sym) -> bool:
    if not (isinstance(node, Sym) and node.name == other.name and node.primes == other.primes):
        return False
    return _index_as_written(node) == _index_as_written(other)


def _index_as_written(node: Sym) -> list[tuple[str, str]]:
    parts = node.sub.parts if node.sub is not None else ()
    return [(type(p).__name__, getattr(p, "name", getattr(p, "text", "?"))) for p in parts]


def _policy_at(head: Sym, var: Var, at: Expr | None, ctx: Context, part: Node) -> Expr:
    """a ~ π_θ: π_θ(a) where the text has no states around, else π_θ(a|s) at the state in force."""
    if at is not None:
        if var.domain.name != "A":
            raise stop("a law that is not known here", part)
        state: Expr | None = State((at - 1) / 2, ctx.domain("s"))
    else:
        state = ctx.bound.get("s" + "'" * var.name.count("'")) if is_policy(head, ctx.scope.survey) else None
        state = state if state is not None or var.domain.name == "A" else _given_elsewhere(head, var, ctx)
    args = (var,) if state is None else (var, state)
    domains = tuple(a.domain for a in args)
    letter = distribution(head, domains, ctx) or (any_law(head, domains, ctx) if at is None else None)
    if letter is None:
        raise stop("a law that is not known here", part)
    return Apply(letter, *args)


def _given_elsewhere(head: Sym, var: Var, ctx: Context) -> Expr | None:
    """x, for y ~ π, where the statement writes π(y|x) and x is drawn already."""
    found = set()
    for call in (n for side in ctx.around for n in walk(side) if isinstance(n, Call) and n.head.name == head.name):
        parts = [p for p in call.args.parts if not is_parameter(p, ctx.scope.survey)]
        first, given = parts[0], parts[1:]
        if call.args.separators[:1] == ("|",) and len(given) == 1 and isinstance(given[0], Sym):
            same = isinstance(first, Dot) or (isinstance(first, Sym) and first.name == var.name.rstrip("'"))
            found |= {given[0].head} if same else set()
    value = ctx.bound.get(next(iter(found))) if len(found) == 1 else None
    return value if isinstance(value, Var) else None


def _with_state(body: Node, ctx: Context) -> Context:
    """The free s of an expectation's body is the state that `a ~ π` leaves unsaid."""
    plain = any(isinstance(n, Sym) and n.head == "s" and n.sub is None and n.sup is None for n in walk(body))
    return ctx.binding("s", Var("s", ctx.domain("s"))) if plain and "s" not in ctx.bound else ctx
