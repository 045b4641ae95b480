"""The laws on trajectories as lemmas of the library: what is known up to a position, and what is drawn next.

Where a law puts a drawn element into a term, Coq reads the term at a trajectory that was updated there, `upd ac t y`;
that this is the term with y for a_t is a comparison of positions, which `same` makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Add, Basic, Expr, Integer, Mul

from derive.binding import drawn, is_random, substitute
from derive.context import Context
from derive.errors import Refused
from derive.export.coq import Writer
from derive.export.coq_equal import Fresh, Script, Side, block, equal, trajectory_names, unfolding
from derive.kernel import Theorem, define
from derive.rewriting import Given as Hypotheses
from derive.rewriting import everywhere
from derive.terms import (
    Action,
    Defined,
    Domain,
    Draw,
    Expectation,
    Given,
    Gradient,
    Letter,
    Log,
    PathSum,
    Process,
    Samples,
    State,
    SumOver,
    TimeSum,
)


@dataclass(frozen=True)
class Step:
    """One use of a law: the two sides, its arguments, the hypotheses on offer, and how an equation is proved."""

    term: Side
    end: Side
    args: tuple[Any, ...]
    given: Hypotheses
    fresh: Fresh
    prove: Callable[[Theorem], Script]

    @property
    def writer(self) -> Writer:
        return self.term.writer


Law = Callable[[Step], Script]
_SUM_IS_ONE = "match goal with H : _ |- _ => solve [apply: H] end"


def sums(writer: Writer, process: Process) -> str:
    """The declarations that what a process draws from sums to one."""
    laws = (process.initial, process.policy, process.transition)
    if not all(isinstance(x, Letter) for x in laws):
        raise Refused("a process drawn from definitions has no counterpart in the export")
    return " ".join(f"{writer.words.letter(x)}_sum" for x in laws)


def lemma(step: Step, name: str) -> str:
    """A lemma on averages over trajectories, its distributions given."""
    process = step.term.term.process
    beyond = [step.writer.beyond(process)] if isinstance(step.term.term, Expectation) else []
    return f"({' '.join((name, *beyond, sums(step.writer, process)))})"


def known(writer: Writer, term: Basic, position: str) -> str:
    """A proof that a term is a function of the trajectory up to a position."""
    return f"({unfolding(writer, term)} up_to ({position})%Z)"


def average_of_one(step: Step) -> Script:
    if isinstance(step.term.term, Samples):
        return ["by apply: samples_one."]
    return [f"exact: {lemma(step, 'expect_one' if isinstance(step.term.term, Expectation) else 'given_one')}."]


def tower(step: Step) -> Script:
    node = step.term.term
    name = "expect_tower" if isinstance(node, Expectation) else "given_tower"
    return [f"apply: {lemma(step, name)}; [lia | lia | {known(step.writer, node.body, '0')}]."]


def marginal(step: Step) -> Script:
    node, steps = step.term.term, step.writer.time(step.args[0])
    until = known(step.writer, node.body, f"2 * {steps}")
    return [f"apply: {lemma(step, 'expect_marginal')}; [lia | lia | {until}]."]


def transport(step: Step) -> Script:
    node, other, w = step.term.term, step.args[0], step.writer
    process = node.process
    laws = (process.initial, process.policy, other, process.transition)
    ones = " | ".join(f"exact: {w.words.letter(x)}_sum" for x in laws)
    if isinstance(node, Expectation):
        return [f"apply: expect_transport; [{ones} | {known(w, node.body, '0')}]."]
    time = w.time((node.position - 1) / 2)
    until = known(w, node.body, f"2 * {time} + 2")
    return [*_position(w, node, f"2 * {time} + 1"), f"apply: given_transport; [{ones} | lia | lia | {until}]."]


def _position(writer: Writer, node: Given, wanted: str) -> Script:
    """The position of a conditional expectation, written as the lemma has it."""
    found = writer.time(node.position)
    return [] if found == f"({wanted})" else [f"rewrite (_ : {found}%Z = ({wanted})%Z); last lia."]


def draw_action(step: Step) -> Script:
    node, w = step.term.term, step.writer
    act = Action(node.position / 2, node.process.actions)
    time = w.time(act.time)

    def use(body: Expr) -> Script:
        until = known(w, body, f"2 * {time} + 1")
        return [*_position(w, node, f"2 * {time}"), f"rewrite {lemma(step, 'draw_action')}; [|lia|lia|{until}]."]

    return _put(step, [act], use)


def draw_state(step: Step) -> Script:
    node, w = step.term.term, step.writer
    time = w.time((node.position - 1) / 2)

    def use(body: Expr) -> Script:
        until = known(w, body, f"2 * {time} + 2")
        return [*_position(w, node, f"2 * {time} + 1"), f"rewrite {lemma(step, 'draw_state')}; [|lia|lia|{until}]."]

    return _put(step, [State((node.position + 1) / 2, node.process.states)], use)


def draw_start(step: Step) -> Script:
    first = State(Integer(0), step.term.term.process.states)
    return _put(
        step,
        [first],
        lambda body: [f"rewrite {lemma(step, 'draw_start')}; [|{known(step.writer, body, '0')}]."],
    )


def paths_start(step: Step) -> Script:
    return _put(step, [State(Integer(0), step.term.term.process.states)], lambda body: ["rewrite paths_start."])


def paths_step(step: Step) -> Script:
    process, w = step.term.term.process, step.writer
    n = process.horizon - 1
    horizon, longer = f"{w.time(process.horizon)}%Z", f"({w.time(n)} + 1)%Z"
    use = [f"rewrite (_ : {horizon} = {longer}); last lia."] if horizon != longer else []
    slots = [Action(n, process.actions), State(n + 1, process.states)]
    return _put(step, slots, lambda body: [*use, "rewrite paths_step; last lia."])


def draw_sample(step: Step) -> Script:
    node, w = step.term.term, step.writer
    sample = Draw(step.args[0], node.var.domain)

    def use(body: Expr) -> Script:
        index, whole = w.time(sample.index), f"({unfolding(w, body)} values_of)"
        return [f"rewrite (@samples_draw _ _ _ _ _ _ _ {index}%Z); [|{_SUM_IS_ONE}|lia|lia|{whole}]."]

    return _put(step, [sample], use)


def fewer_samples(step: Step) -> Script:
    w, body = step.writer, step.term.term.body
    return [f"apply: samples_fewer; [{_SUM_IS_ONE} | lia | lia | {unfolding(w, body)} values_of]."]


def gradient_of_samples(step: Step) -> Script:
    node, end = step.term.term, step.end.term
    samples = node.body
    slope, rest = Gradient(samples.body, node.parameter), end.body
    scores = next(f for part in Add.make_args(rest) for f in Mul.make_args(part) if _are_scores(f, samples))
    raw = Add(slope, Mul(samples.body, scores, evaluate=False), evaluate=False)
    middle = samples.func(raw, *samples.args[1:])
    return [
        f"transitivity {step.term.at(middle).text}.",
        *block(["by rewrite samples_slope; [| by move=> *; positive]."]),
        *equal(step.term.at(middle), step.end, step.fresh),
    ]


def _are_scores(term: Expr, samples: Samples) -> bool:
    """Whether a factor is Σ_i ∇log p(x_i)."""
    ends = isinstance(term, TimeSum) and (term.lower, term.upper) == (1, samples.count)
    return ends and isinstance(term.body, Gradient) and isinstance(term.body.body, Log)


def _put(step: Step, slots: list[State | Action | Draw], use: Callable[[Expr], Script]) -> Script:
    """`use`, then sums of terms at trajectories with something put into the slots, outermost first; then the result."""
    first = slots[0]
    before = Integer(0) if isinstance(first, Draw) else 2 * first.time - (0 if isinstance(first, Action) else 1)
    opening = _opened(step, before, first.domain if isinstance(first, Draw) else None)
    node = step.term.term if opening is None else opening.rhs
    outer, inner = step.writer, step.end.term
    script = [*use(node.body)]
    if isinstance(inner, PathSum):
        names = trajectory_names(inner.process, step.fresh)
        script.append(f"apply: paths_eq => {' '.join(names.values())}.")
        outer, inner = outer.over_paths(names), inner.body
    if isinstance(inner, Samples):
        d = step.fresh("d")
        script.append(f"apply: samples_eq => {d}.")
        outer, inner = outer.over_samples(inner.var.domain, d), inner.body
    put: dict[Basic | str, str] = {}
    variables: dict[Basic, Basic] = {}
    for slot in slots:
        if not isinstance(inner, SumOver):
            raise Refused("{} is no sum over what is drawn", inner)
        name = step.fresh("x")
        put[slot], variables[slot] = name, inner.var
        outer, inner = outer.within({inner.var: name}), inner.body
        script.append(f"apply: sum_eq => {name}.")
    side = Side(node.body, outer.within(put), variables, outer)
    compare = f"{unfolding(outer, node.body)} same ({outer.time(before)})%Z I I."
    if isinstance(node, PathSum):
        script += [f"transitivity {side.text}.", *block([f"first [reflexivity | ({compare.rstrip('.')})]."])]
    else:
        weight = _weight(node, slots[0], variables[slots[0]])
        product = side.at(Mul(weight, node.body, evaluate=False))
        whole = f"first [reflexivity | (congr (_ * _); {compare.rstrip('.')})]."
        script += [f"transitivity {product.text}.", *block([whole])]
        side = product
    script += equal(side, Side(inner, outer), step.fresh)
    if opening is None:
        return script
    return [f"transitivity {step.writer.real(node)}.", *block(step.prove(opening)), *script]


def _weight(node: Expr, slot: State | Action | Draw, var: Basic) -> Expr:
    if isinstance(slot, Draw):
        return substitute(node.weight, {node.var: var})
    process = node.process
    if isinstance(slot, Action):
        return process.policy(var, State(slot.time, process.states))
    if slot.time == 0:
        return process.initial(var)
    before = slot.time - 1
    return process.transition(var, State(before, process.states), Action(before, process.actions))


def _opened(step: Step, before: Expr, samples: Domain | None) -> Theorem | None:
    """node = node with every definition opened that looks past a position: what is drawn is put into what it means."""
    theorem = everywhere(step.term.term, _Opening(before, samples), step.given)
    return theorem if theorem.rhs != step.term.term else None


@dataclass(frozen=True)
class _Opening:
    before: Expr
    samples: Domain | None
    outside_in: bool = True

    def apply(self, node: Expr, given: Hypotheses) -> Theorem:
        if not isinstance(node, Defined):
            raise Refused("{} is no definition", node)
        if self.samples is not None and self.samples in drawn(node.definition):
            return define(node, given)
        if self.samples is not None or not is_random(node.definition):
            raise Refused("{} is no definition of a function of the trajectory", node)
        if Context(given).knows(node, self.before):
            raise Refused("{} does not look past position {}", node, self.before)
        return define(node, given)


DRAWS: dict[str, Law] = {
    "average_of_one": average_of_one,
    "tower": tower,
    "marginal": marginal,
    "transport": transport,
    "draw_start": draw_start,
    "draw_action": draw_action,
    "draw_state": draw_state,
    "paths_start": paths_start,
    "paths_step": paths_step,
    "draw_sample": draw_sample,
    "fewer_samples": fewer_samples,
    "gradient_of_samples": gradient_of_samples,
    "paths_alike": lambda step: ["reflexivity."],
}
