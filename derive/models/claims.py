"""A claim made ready for testing: its program, the sizes of its models, and the names it is quantified over.

The horizon is T, or the symbol in a process's horizon; every other free time is any of 0 … T that the
hypotheses allow. A free variable is any element of its domain. An equation among the hypotheses that defines
a real or a letter is used to set it; any other only selects the models on which it is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

from sympy import Basic, Expr, Rational, Symbol

from derive.binding import drawn, free, subterms
from derive.errors import Unevaluable
from derive.models.draw import Cast, Size
from derive.models.equations import Fixed, definition, in_order, solved
from derive.models.evaluation import Program, compiled
from derive.models.interpretation import key_of
from derive.models.numbers import BALLS, RATIONALS, RESIDUES, Numbers, as_rational, exceeds, same
from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    Always,
    Apply,
    AtMost,
    Coincide,
    Draw,
    Equation,
    History,
    Hypothesis,
    Inequality,
    Letter,
    PathProbability,
    Positive,
    Possible,
    Process,
    Samples,
    State,
    Statement,
    TimeProduct,
    TimeSum,
    Var,
    time_symbol,
)
from derive.timeline import as_linear, linear

MOST_SAMPLES = 3  # at most so many samples are drawn, whatever the horizon
LENGTH = time_symbol("length of the trajectory")


class Claim:
    """An equation or inequality under hypotheses; `sides` are its left and right (lesser and greater) ones."""

    def __init__(self, statement: Statement, hypotheses: Sequence[Hypothesis]) -> None:
        self.statement, self.sides = statement, sides_of(statement)
        self.program = compiled(self.sides)
        told = [h.equation if isinstance(h, Coincide) else h for h in hypotheses]
        given = [h for h in told if isinstance(h, Equation)]
        self.positive = {key_of(h.letter) for h in hypotheses if isinstance(h, Positive)}
        self.possible = [_path(h.process) for h in hypotheses if isinstance(h, Possible)]
        self.equations = [compiled((h.lhs, h.rhs)) for h in given]
        orders = [h for h in hypotheses if isinstance(h, Inequality)]
        self.inequalities = [compiled(sides_of(h)) for h in orders]
        self.bounds = bounds_of(orders)
        lasting = [h for h in hypotheses if isinstance(h, Always)]
        self.alike = [_copied(h) for h in hypotheses if isinstance(h, Coincide)]
        stated = [h for h in hypotheses if isinstance(h, Equation)]
        set_here = [f for f in map(definition, stated) if f is not None]
        self.always = bool(lasting)
        self.fixed = [*map(solved, lasting), *set_here]
        self.freedom: dict[Any, int] = {}  # see derive/models/solving.py
        self.items = in_order(_once(self.fixed))
        self.checks = [compiled((f.target, f.body)) for f in self.fixed if f.always]
        self.unsolved = len(set_here) < len(stated) or any(not _is_wide(h, self.bounds) for h in orders)
        self._read_letters()
        self._read_sets([e for h in (statement, *given, *lasting, *orders) for e in sides_of(h)])
        self._read_times([h for h in hypotheses if isinstance(h, AtMost)])

    @property
    def is_order(self) -> bool:
        """Whether the claim is an inequality."""
        return isinstance(self.statement, Inequality)

    def fails(self, lhs: Any, rhs: Any) -> bool:
        """Whether the claim is certainly false of two values of its sides."""
        return exceeds(lhs, rhs) if self.is_order else not same(lhs, rhs)

    def _read_letters(self) -> None:
        self._programs = programs = [
            self.program,
            *self.possible,
            *self.equations,
            *self.inequalities,
            *(f.program for f in self.fixed),
            *self.checks,
        ]
        self.letters: list[Letter] = _unique(f for p in programs for f in p.letters)
        if len(set(map(key_of, self.letters))) < len(self.letters):
            keys = sorted(map(key_of, self.letters))
            raise Unevaluable(f"different letters have the same name among {keys}: rename one of them")
        self.plain = sorted({s.name for p in programs for s in p.plain})
        self.exped = sorted({s.name for p in programs for s in p.exped})
        self.numbers: Numbers = RESIDUES
        if set(self.plain) & set(self.exped) or any(p.needs_balls for p in programs):
            self.numbers = BALLS
        elif self.unsolved or self.is_order or any(p.needs_order for p in programs):
            self.numbers = RATIONALS
        self.smooth = not (self.unsolved or self.is_order or any(p.needs_order for p in programs))
        self.order = 2 if any(p.needs_second for p in programs) else 1  # of derivatives that a model has
        self._domains = [d for p in programs for d in (*p.domains, *(v.domain for v in p.vars))]

    def _read_sets(self, sides: Sequence[Basic]) -> None:
        nodes = _unique(n for side in sides for n in subterms(side))
        steps = [n for n in nodes if isinstance(n, (State, Action, History))]
        self.processes = [n for n in nodes if isinstance(n, Process)]
        self.paths = [_path(p) for p in _unique(p.until(LENGTH) for p in self.processes)]
        self.on_path = bool(self.processes or steps)
        self.path_states = {n.domain for n in steps if isinstance(n, State)} | {p.states for p in self.processes}
        self.path_actions = {n.domain for n in steps if isinstance(n, Action)} | {p.actions for p in self.processes}
        if any(isinstance(n, History) for n in steps) and not self.processes:
            self.path_states |= {STATES}
            self.path_actions |= {ACTIONS}
        self.policies = [
            f for f in self.letters if f.pmf and (f.parameter or any(f == p.policy for p in self.processes))
        ]
        states = {STATES} | self.path_states
        self._counted = frozenset().union(*map(_counts, nodes))
        self.reach = MOST_SAMPLES if any(isinstance(n, (Samples, Draw)) for n in nodes) else 0
        domains = _unique([*self._domains, *self.path_states, *self.path_actions])
        self.cast = Cast(
            tuple(sorted((d for d in domains if d.elements is None and d in states), key=str)),
            tuple(sorted((d for d in domains if d.elements is None and d not in states), key=str)),
            tuple(p.initial for p in self.processes if isinstance(p.initial, Letter)),
            tuple(p.transition for p in self.processes if isinstance(p.transition, Letter)),
            self.order,
            self.reach,
        )
        listed = [(d in states, len(d.elements)) for d in domains if d.elements is not None]
        self._listed = [max((n for state, n in listed if state is kind), default=1) for kind in (True, False)]
        self.largest_listed = max(self._listed)

    def _read_times(self, orders: Sequence[AtMost]) -> None:
        self._orders = [as_linear(h) for h in orders]
        programs = (self.program, *self.equations, *self.inequalities, *self.checks)
        self._wanted = {s for p in programs for s in p.times}
        names = self._wanted | {s for _, terms in self._orders for s, _ in terms}
        ends = {s for p in self.processes for s in free(p.horizon) if s in names}
        ends |= {s for s in names if s.name == "T"}
        lasting = {s for f in self.fixed if f.always for s in f.program.times}
        ends |= lasting if not ends and len(lasting) == 1 else set()  # one table solves an equation at one time
        self.main: Symbol | None = min(ends, key=lambda s: (s.name != "T", s.name)) if ends else None
        self.times = sorted(names - {self.main}, key=str)
        self.counts = [s for s in self.times if s in self._counted]
        forms = [linear(p.horizon) for p in self.processes if free(p.horizon) <= {self.main}]
        self._ends = [form for form in forms if form[1]]  # horizons in the main symbol; the others are numbers
        self._longest = max((constant for constant, terms in forms if not terms), default=0)
        self.indices = cache(self._indices)

    # sizes

    def sizes(self, max_states: int, max_actions: int, max_horizon: int) -> list[Size]:
        """The sizes to test, smallest first: by states, then by actions, then by horizon."""
        states = range(1, max_states + 1) if self.cast.states else [self._listed[0]]
        actions = range(1, max_actions + 1) if self.cast.actions else [self._listed[1]]
        return [Size(*s) for s in product(states, actions, self._horizons(max_horizon))]

    def _horizons(self, most: int) -> list[int]:
        if not (self.on_path or self.times or self.main):
            return [1]
        if self.main is None:
            return [self._longest] if self._longest > 0 else list(range(1, 2 if self.reach else most + 1))
        horizons = range(self._longest, max(most, self._longest) + 1)
        return [h for h in horizons if self._main_value(h) is not None]

    def _main_value(self, horizon: int) -> int | None:
        """The value of T at which trajectories have this many actions."""
        for value in range(horizon + 3):
            lengths = [c + value * sum(k for _, k in terms) for c, terms in self._ends] or [value]
            if max(lengths) == horizon and min(lengths) >= 0:
                return value
        return None

    def _indices(self, horizon: int) -> list[dict[str, int]]:
        """All values of the times that are free in the claim, as the hypotheses allow at a horizon.

        A number of samples is at least one, and two before one: what is false for one alone is seen last.
        """
        value = self._main_value(horizon) if self.main is not None else None
        fixed = {} if self.main is None or value is None else {self.main.name: value}
        wanted = {s.name for s in self._wanted}
        found: dict[tuple[int, ...], dict[str, int]] = {}
        most = max(horizon, value or 0, self.reach)
        choices = [_sample_sizes(most) if s in self.counts else range(most + 1) for s in self.times]
        for values in product(*choices):
            names = fixed | {s.name: v for s, v in zip(self.times, values, strict=True)}
            if all(c + sum(k * names[s.name] for s, k in terms) >= 0 for c, terms in self._orders):
                kept = {k: v for k, v in names.items() if k in wanted}
                found.setdefault(tuple(kept.values()), kept)
        return list(found.values())


def sides_of(statement: Statement | Always) -> tuple[Expr, Expr]:
    """Left and right, or lesser and greater."""
    if isinstance(statement, Inequality):
        return statement.lesser, statement.greater
    return statement.lhs, statement.rhs


def bounds_of(hypotheses: Iterable[Inequality]) -> dict[str, tuple[Any, Any]]:
    """The numbers that reals, and all values of letters, lie between (or None) by hypotheses such as 0 ≤ f(x)."""
    found: dict[str, tuple[Any, Any]] = {}
    for h in hypotheses:
        for place, target, number in ((0, h.greater, h.lesser), (1, h.lesser, h.greater)):
            name = _bounded(target)
            if name is not None and isinstance(number, Rational):
                ends = list(found.get(name, (None, None)))
                value = as_rational(str(number))
                ends[place] = value if ends[place] is None else (max, min)[place](value, ends[place])
                found[name] = ends[0], ends[1]
    return found


def _bounded(target: Basic) -> str | None:
    """The name of a real, or the key of a letter that is taken at variables."""
    if isinstance(target, Symbol):
        return target.name
    if isinstance(target, Apply) and not target.letter.pmf and len(set(target.args[1:])) == len(target.args) - 1:
        return key_of(target.letter) if all(isinstance(a, (Var, Symbol)) for a in target.args[1:]) else None
    return None


def _is_wide(hypothesis: Inequality, bounds: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether an inequality only bounds a real or a letter, and leaves it an interval with an inside."""
    for target, number in ((hypothesis.greater, hypothesis.lesser), (hypothesis.lesser, hypothesis.greater)):
        name = _bounded(target)
        if name is not None and isinstance(number, Rational):
            lower, upper = bounds[name]
            return lower is None or upper is None or lower < upper
    return False


def _copied(hypothesis: Coincide) -> tuple[str, str]:
    """Which of two letters takes the values of which: (from, to), to the one at rest where one is."""
    one, other = key_of(hypothesis.letter), key_of(hypothesis.other)
    return (one, other) if hypothesis.other.parameter is None else (other, one)


def _once(fixed: Sequence[Fixed]) -> list[Fixed]:
    """The first that is said of each real and letter; what else is said of it, a model must satisfy."""
    return list({f.name: f for f in reversed(fixed)}.values())[::-1]


def _path(process: Process) -> Program:
    """The probability of the current trajectory, of whatever length."""
    return compiled((PathProbability(process.until(LENGTH)),))


def _counts(node: Basic) -> frozenset[Basic]:
    """The symbol that is the number of some samples, where a node says so: in Samples, or as the end of Σ f(x_i)."""
    if isinstance(node, Samples):
        return frozenset({node.count})
    if isinstance(node, (TimeSum, TimeProduct)) and drawn(node.body):
        return frozenset({node.upper})
    return frozenset()


def _sample_sizes(most: int) -> list[int]:
    return [*range(2, most + 1), 1]


def _unique(items: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(items))


def letters_left(claim: Claim) -> list[Letter]:
    """The letters that no hypothesis defines."""
    defined = {f.name for f in claim.fixed if isinstance(f.target, Apply)}
    return [f for f in claim.letters if key_of(f) not in defined]
