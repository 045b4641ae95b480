r"""V^*(s), Q^*(s,a), A^*(s,a), and V^π of states that no trajectory passes: letters that solve the Bellman equations.

    V^*(s) = max_a Q^*(s,a),  V^π(s) = Σ_a π(a|s) Q^π(s,a),  Q(s,a) = Σ_s' P(s'|s,a) (r + γ V(s'))

The equation of V is a hypothesis of the statement, without a horizon; Q and A are abbreviations.
"""

from __future__ import annotations

from sympy import Expr

from derive.book.context import Context
from derive.book.elements import element
from derive.book.letters import function, law
from derive.book.sorts import label_of, sort_of
from derive.book.tree import Best, Call, Fun, Node, Sym, walk
from derive.terms import Always, Letter, Maximum, SumOver, Var, real_symbol

_SORTS = {"V": ("S",), "Q": ("S", "A"), "A": ("S", "A")}
_NAMES = {"V": "V", "Q": "Q", "A": "A", "v": "V", "q": "Q"}


def optimal(node: Call, ctx: Context) -> Expr | None:
    """V^*(s), Q^*(s,a), A_*(s,a); None for any other call."""
    if not _is_optimal(node, ctx) or not ctx.scope.survey.discounted or not ctx.reading.values:
        return None
    values = [element(a, ctx) for a in node.args.parts]
    states, actions = ctx.domain("s"), ctx.domain("a")
    s, a = Var("s", states), Var("a", actions)
    letter = function("V_star", (states,))
    ctx.notes.facts.add(Always(letter(s), Maximum(backup(letter, s, a, ctx), a)))
    ctx.notes.assumed.add(f"the usual {node.head.name}^*, without a horizon")
    name = _NAMES[node.head.name]
    if name == "V":
        return letter(*values)
    of_action = backup(letter, values[0], values[1], ctx)
    return of_action if name == "Q" else of_action - letter(values[0])


def backup(letter: Letter, s: Expr, a: Expr, ctx: Context) -> Expr:
    """Σ_s' P(s'|s,a) (r(s,a,s') + γ V(s')), with what rewards depend on here."""
    states, actions = ctx.domain("s"), ctx.domain("a")
    after = Var("s'", states)
    while after in s.free_symbols:
        after = Var(after.name + "'", states)
    moves = law("P", (states, states, actions))(after, s, a)
    paid = {"s": (s,), "sa": (s, a), "sas": (s, a, after)}[ctx.reading.reward]
    reward = function("r", tuple(x.domain for x in paid))(*paid)
    ctx.notes.used.add("reward")
    later = real_symbol("gamma") * letter(after)
    if after in reward.free_symbols:
        return SumOver(moves * (reward + later), after)
    found: Expr = reward + SumOver(moves * later, after)
    return found


def is_best_of_policies(body: Node) -> bool:
    """max_π V^π(s), max_π E[R(τ) | s_0 = s]: the best of the usual values, without an entropy among the rewards."""
    only = body.sub.only if isinstance(body, Best) and body.sub is not None else None
    if not isinstance(body, Best) or body.name != "max" or not isinstance(only, Sym) or only.name != "pi":
        return False
    return not any(isinstance(n, Fun) or (isinstance(n, Sym) and n.name in ("H", "Ent", "KL")) for n in walk(body))


def _is_optimal(node: Call, ctx: Context) -> bool:
    head = node.head
    marks = [*(head.sub.parts if head.sub else ()), *(head.sup.parts if head.sup else ())]
    if head.name not in _NAMES or head.accents or head.primes or head.font or len(marks) != 1:
        return False
    starred = label_of(marks[0]) in ("*", "star") or (isinstance(marks[0], Sym) and _is_best_policy(marks[0]))
    sorts = tuple(sort_of(a, ctx.scope.survey) for a in node.args.parts)
    return starred and sorts == _SORTS[_NAMES[head.name]] and set(node.args.separators) <= {","}


def _is_best_policy(mark: Sym) -> bool:
    """π^*, in V^{π^*}."""
    marks = [*(mark.sub.parts if mark.sub else ()), *(mark.sup.parts if mark.sup else ())]
    return mark.name == "pi" and len(marks) == 1 and label_of(marks[0]) == "*"
