r"""Values, occupancies and objectives without a horizon: letters that solve their equations at every state.

    V^π(s) = Σ_a π(a|s) Q^π(s,a),  Q^π(s,a) = Σ_s' P(s'|s,a) (r + γ V^π(s')),  J(π) = Σ_s ρ_0(s) V^π(s),
    d^π(s) = (1-γ) ρ_0(s) + γ Σ_u d^π(u) Σ_a π(a|u) P(s|u,a)

The equations of V and d are hypotheses of the statement; Q, A and J are abbreviations.
"""

from __future__ import annotations

from sympy import Expr, Integer

from derive.book.context import Context
from derive.book.elements import element
from derive.book.laws import distribution
from derive.book.letters import law
from derive.book.optimal import backup
from derive.book.shares import how_counted
from derive.book.sorts import is_parameter, is_policy, sort_of
from derive.book.tree import Call, Node, Sym
from derive.book.values import NAMES, policy_of
from derive.terms import Always, Letter, SumOver, Var, real_symbol

_SORTS = {"V": ("S",), "Q": ("S", "A"), "A": ("S", "A")}
_OBJECTIVES = frozenset({"J", "eta"})


def applies(ctx: Context) -> bool:
    """Whether values are read without a horizon, which takes a discount."""
    return ctx.reading.stationary and ctx.scope.survey.discounted


def value_of(node: Call, ctx: Context) -> Expr | None:
    """V^π(s), Q^π(s,a), A^π(s,a) at any elements; None for another call."""
    head = node.head
    marks = [*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ())]
    if head.name not in NAMES or head.accents or head.primes or head.font or not set(node.args.separators) <= {","}:
        return None
    if len(marks) > 1 or not all(is_policy(m, ctx.scope.survey) for m in marks):
        return None
    name = NAMES[head.name]
    if tuple(sort_of(a, ctx.scope.survey) for a in node.args.parts) != _SORTS[name]:
        return None
    letter = value_letter(policy_of(head, ctx), ctx)
    values = [element(a, ctx) for a in node.args.parts]
    ctx.notes.assumed.add(f"the usual {head.name}, without a horizon")
    if name == "V":
        return letter(*values)
    of_action = backup(letter, values[0], values[1], ctx)
    return of_action if name == "Q" else of_action - letter(values[0])


def value_letter(policy: Letter, ctx: Context) -> Letter:
    """V of a policy, and its equation among the facts."""
    states, actions = ctx.domain("s"), ctx.domain("a")
    s, a = Var("s", states), Var("a", actions)
    letter = Letter(f"V_{policy.name}", (states,), parameter=policy.parameter)
    ctx.notes.facts.add(Always(letter(s), SumOver(policy(a, s) * backup(letter, s, a, ctx), a)))
    return letter


def objective(node: Node, ctx: Context) -> Expr | None:
    """J, J(θ), η(π): the value at the start; None for anything else."""
    head = node.head if isinstance(node, Call) else node
    if not isinstance(head, Sym) or head.name not in _OBJECTIVES or head.accents or head.font or head.sup is not None:
        return None
    args = node.args.parts if isinstance(node, Call) else ()
    policies = [a for a in args if isinstance(a, Sym) and is_policy(a, ctx.scope.survey)]
    if len(args) > 1 or not all(a in policies or is_parameter(a, ctx.scope.survey) for a in args):
        return None
    found = distribution(policies[0], (ctx.domain("a"), ctx.domain("s")), ctx) if policies else ctx.policy()
    if found is None:
        return None
    s = Var("s", ctx.domain("s"))
    ctx.notes.assumed.add(f"{head.name} the value at the start")
    return SumOver(law("rho_0", (s.domain,))(s) * value_letter(found, ctx)(s), s)


def visited(head: Sym, ctx: Context) -> Letter | None:
    """d^π, ρ_π: the discounted share of the time spent in a state; None for another law."""
    marks = [*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ())]
    named = [m for m in marks if isinstance(m, Sym) and is_policy(m, ctx.scope.survey)]
    if head.name not in ("d", "rho") or head.accents or head.primes or len(named) != len(marks) or len(marks) > 1:
        return None
    states, actions = ctx.domain("s"), ctx.domain("a")
    policy = distribution(named[0], (actions, states), ctx) if named else ctx.policy()
    kind = how_counted(head, ctx.scope.survey)
    if policy is None or kind not in ("normalised", "sum"):
        return None
    s, u, a = Var("s", states), Var("u", states), Var("a", actions)
    letter = law(f"d_{policy.name}", (states,), policy.parameter)
    gamma, moves = real_symbol("gamma"), law("P", (states, states, actions))
    arriving = SumOver(SumOver(letter(u) * policy(a, u) * moves(s, u, a), a), u)
    whole = 1 - gamma if kind == "normalised" else Integer(1)
    ctx.notes.facts.add(Always(letter(s), whole * law("rho_0", (states,))(s) + gamma * arriving))
    what = "share of the time, normalised" if kind == "normalised" else "number of visits"
    ctx.notes.assumed.add(f"{head.name} the discounted {what}")
    return letter
