"""r(s,a) where the text's rewards are r(s,a,s'): their mean. r(s,a,s') where they are read as r(s,a): that."""

from __future__ import annotations

from sympy import Expr

from derive.book.context import Context
from derive.book.elements import element
from derive.book.letters import function, law
from derive.book.tree import Call, Sym
from derive.terms import Action, Apply, Given, State, SumOver, Var


def of_another_form(node: Call, sorts: list[str], ctx: Context) -> Expr | None:
    """A reward of fewer or more arguments than r_t has under this reading; None for every other call."""
    head = node.head
    plain = head == Sym(head.start, head.end, head.name) and head.name in ("r", "R")
    if not plain or any(s != "," for s in node.args.separators) or not {"sa", "sas"} <= ctx.scope.survey.rewards:
        return None
    if head.name == "R" and not ctx.scope.survey.one_reward:
        return None
    if ctx.reading.reward == "sas" and sorts == ["S", "A"]:
        here, act = (element(a, ctx) for a in node.args.parts)
        return _expected(here, act, ctx)
    if ctx.reading.reward == "sa" and sorts == ["S", "A", "S"]:
        return _apply([element(a, ctx) for a in node.args.parts[:2]])
    return None


def _apply(args: list[Expr]) -> Expr:
    domains = tuple(a.domain for a in args if isinstance(a, (Var, State, Action)))
    return Apply(function("r", domains), *args)


def _expected(here: Expr, act: Expr, ctx: Context) -> Expr:
    """Σ_{s'} P(s'|s,a) r(s,a,s'); at a moment of the trajectory, the mean given the history and the action."""
    states, actions = ctx.domain("s"), ctx.domain("a")
    if isinstance(here, State) and isinstance(act, Action) and here.time == act.time:
        paid = _apply([here, act, State(here.time + 1, states)])
        return Given(paid, 2 * here.time + 1, ctx.process(ctx.policy()))
    names = {n.name for n in (here, act) if isinstance(n, Var)}
    after = Var(next(n for n in ("s'", "s''", "s'''") if n not in names), states)
    return SumOver(law("P", (states, states, actions))(after, here, act) * _apply([here, act, after]), after)
