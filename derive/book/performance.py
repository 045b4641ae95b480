"""J(π), J(π'), η(π_old): what an objective is for a policy that is named: its definition, with that policy in it."""

from __future__ import annotations

from sympy import Expr

from derive.binding import respell
from derive.book.arbitrary import name_of
from derive.book.context import Context, stop
from derive.book.definitions import defined, in_force
from derive.book.laws import distribution
from derive.book.letters import PARAMETERS
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
