"""J(π), J(π'), η(π_old): what an objective is for a policy that is named: its definition, with that policy in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr

from derive.binding import respell
from derive.book.arbitrary import name_of
from derive.book.context import Context, Notes, stop
from derive.book.definitions import defined, in_force
from derive.book.laws import distribution
from derive.book.letters import PARAMETERS, POLICIES
from derive.book.naming import written
from derive.book.scope import Binding
from derive.book.sorts import is_other_parameter, is_parameter, is_policy, key_of, parameter_name
from derive.book.tree import Call, Items, Node, Sym
from derive.terms import Definition, Letter, real_symbol

OBJECTIVES = frozenset({"J", "eta", "U", "rho"})


def of_policy(node: Call, ctx: Context) -> Expr | None:
    """The value of an objective for a policy; None where its argument is none, or carries the text's parameter."""
    survey, only = ctx.scope.survey, node.args.only
    if not isinstance(only, Sym):
        return None
    other = is_other_parameter(only) or (is_parameter(only, survey) and parameter_name(only) != ctx.theta.name)
    if other and only.name in PARAMETERS:  # J(θ'), J(θ_k)
        sub = Items(only.start, only.end, (only,), ())
        wanted = _policy(Sym(only.start, only.end, "pi", sub=sub), ctx)
    elif is_policy(only, survey) and not is_parameter(only, survey):
        wanted = _policy(only, ctx)
    else:
        return None
    key = key_of(Call(node.start, node.end, node.head, Items(node.start, node.end, (), ())), survey)
    binding = in_force(key, ctx) if key is not None else None
    if wanted is None or (binding is None and other):
        return None
    if binding is None:
        return _any_number(node, only, ctx)
    if isinstance(binding.head, Call) and written(binding.head.args.only) == written(only):  # ℓ(φ) of ℓ(φ) := …
        return None
    own = _own_policy(binding, ctx)
    ctx.notes.bindings.add(binding)
    definition = defined(binding, ctx)
    values = [real_symbol(p.name) for p in definition.params if hasattr(p, "name")]
    if own is None or len(values) != len(definition.params):
        return None
    whole = definition(*values)
    if own == wanted:
        return whole
    changed = respell(whole.definition.body, {own: wanted})
    assert isinstance(changed, Expr)
    if changed == whole.definition.body:  # the definition speaks of another kind of policy
        raise stop(f"{node.head.head} was defined for another policy than it is used for", node)
    return Definition(f"{definition.name}_{wanted.name}", (), changed, "bare")()


def of_two_policies(node: Call, ctx: Context) -> Expr | None:
    """L_π(π'), L_{θ_old}(θ): what is defined for a policy below and another one for its argument, at these two."""
    below, over = _below(node), node.args.only
    if below is None or not isinstance(over, Sym):
        return None
    for binding in reversed(ctx.scope.bindings):
        head = binding.head
        if not isinstance(head, Call) or head.head.head != node.head.head or not isinstance(head.args.only, Sym):
            continue
        mark = _below(head)
        names = [mark, head.args.only, below, over]
        if any(n is None or n.name not in POLICIES | PARAMETERS for n in names):
            continue
        tried = replace(ctx, notes=Notes())
        policies = [_policy(_as_policy(n), tried) for n in names if n is not None]
        if None in policies or policies[0] == policies[1]:
            continue
        ctx.notes.assumed.update(tried.notes.assumed)
        own, argument, first, second = (p for p in policies if p is not None)
        ctx.notes.bindings.add(binding)
        body = respell(defined(binding, ctx).body, {own: first, argument: second})
        assert isinstance(body, Expr)
        return Definition("_".join([node.head.head, first.name, second.name]), (), body, "bare")()
    return None


def is_another_use(node: Node, bindings: Sequence[Binding]) -> bool:
    """L_{π_0}(π_1), where L_π(π') has been defined."""
    if not isinstance(node, Call) or _below(node) is None or not isinstance(node.args.only, Sym):
        return False
    heads = [b.head for b in bindings if isinstance(b.head, Call) and b.head.head.head == node.head.head]
    return any(_below(h) is not None and written(h) != written(node) for h in heads)


def _below(node: Call) -> Sym | None:
    """π of L_π, θ_k of L_{θ_k}."""
    marks = [*(node.head.sub.parts if node.head.sub else ()), *(node.head.sup.parts if node.head.sup else ())]
    only = marks[0] if len(marks) == 1 else None
    return only if isinstance(only, Sym) and only.name in POLICIES | PARAMETERS else None


def _as_policy(node: Sym) -> Sym:
    """π_θ, of θ."""
    if node.name in POLICIES:
        return node
    return Sym(node.start, node.end, "pi", sub=Items(node.start, node.end, (node,), ()))


def _policy(node: Sym, ctx: Context) -> Letter | None:
    return distribution(node, (ctx.domain("a"), ctx.domain("s")), ctx)


def _own_policy(binding: Binding, ctx: Context) -> Letter | None:
    """The policy that the definition speaks of: J(π) := …, or the text's own in J(θ) := …."""
    parts: tuple[Node, ...] = binding.head.args.parts if isinstance(binding.head, Call) else ()
    named = [p for p in parts if isinstance(p, Sym) and is_policy(p, ctx.scope.survey)]
    return _policy(named[0], ctx) if named else ctx.policy()


def _any_number(node: Call, policy: Sym, ctx: Context) -> Expr | None:
    """A number for every policy, where the text does not say which."""
    if node.head.name not in OBJECTIVES or ctx.averaged or ctx.differentiated:
        return None
    name = f"{name_of(node.head)}_{name_of(policy)}".replace(":", "").replace("'", "prime")
    ctx.notes.assumed.add(f"{node.head.head} of a policy any number")
    return real_symbol(name)
