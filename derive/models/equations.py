"""What hypotheses fix: a real x = …, a table f(x, y) = …, or letters that solve equations, in the order to find them.

An equation with a real or a letter alone on one side sets it, and may speak of the letter on the other side too.
`Always` says that the letter on its left solves an equation such as V(s) = Σ_a π(a|s) (r(s,a) + γ Σ_s' P(s'|s,a) V(s'))
for all values of the parameters. Those that speak of each other are found together; others after what they speak of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Add, Basic, Max, Min, Mul, Symbol

from derive.binding import drawn, free, is_random, meaning, parameters, subterms
from derive.errors import Unevaluable
from derive.models.evaluation import Program, compiled
from derive.models.interpretation import key_of
from derive.terms import (
    Action,
    Always,
    Apply,
    Cases,
    Defined,
    Draw,
    Equation,
    Expectation,
    Given,
    Gradient,
    History,
    Letter,
    Maximum,
    Mean,
    PathSum,
    Samples,
    State,
    SumOver,
    TimeSum,
    Var,
)


@dataclass(frozen=True)
class Fixed:
    """A real or a letter, taken at variables, that a hypothesis says is equal to a body."""

    target: Symbol | Apply
    body: Basic
    always: bool = False  # for all values of the parameters: derivatives are equal too

    @property
    def name(self) -> str:
        """The name of the real, or the key of the letter."""
        return self.target.name if isinstance(self.target, Symbol) else key_of(self.target.letter)

    @property
    def parameter(self) -> Symbol | None:
        """What the letter depends on differentiably."""
        return None if isinstance(self.target, Symbol) else self.target.letter.parameter

    @property
    def program(self) -> Program:
        """The value of the body."""
        return compiled((self.body,))


@dataclass(frozen=True)
class System:
    """Letters that solve equations which speak of each other, or of themselves: found together."""

    parts: tuple[Fixed, ...]
    circular: bool

    def moving(self, order: int) -> tuple[Fixed, ...]:
        """The parts that have derivatives of an order."""
        return tuple(p for p in self.parts if order == 0 or p.parameter is not None)

    def program(self, order: int) -> Program:
        """The derivatives of an order of the right sides of the parts that have them."""
        bodies = [_derivative(p.body, p.parameter, order) for p in self.moving(order)]
        return compiled(tuple(bodies))


def _derivative(body: Basic, parameter: Symbol | None, order: int) -> Basic:
    for _ in range(order):
        body = Gradient(body, parameter)
    return body


def definition(equation: Equation) -> Fixed | None:
    """What an equation fixes: a real x = … or a whole table f(x, y, …) = …; None: nothing."""
    for target, body in ((equation.lhs, equation.rhs), (equation.rhs, equation.lhs)):
        if isinstance(target, Symbol) and not target.is_integer and not _names(body):
            return None if target in free(body) else Fixed(target, body)
        if isinstance(target, Apply) and not target.letter.pmf and target.letter.parameter is None:
            affine = _at_variables(target) and power(body, frozenset({target.letter})) <= 1
            if affine and _names(body) <= set(target.args[1:]):
                return Fixed(target, body)
    return None


def solved(hypothesis: Always) -> Fixed:
    """The letter that solves an equation."""
    target = hypothesis.lhs
    if not (isinstance(target, Apply) and _at_variables(target)):
        raise Unevaluable(f"{hypothesis}: no models are found for it; write a letter at variables on the left")
    body, given = hypothesis.rhs, set(target.args[1:])
    if is_random(body) or drawn(body) or any(isinstance(n, Var) and n not in given for n in free(body)):
        raise Unevaluable(f"{hypothesis}: the right side speaks of more than the arguments on the left")
    return Fixed(target, hypothesis.rhs, always=True)


def _at_variables(target: Apply) -> bool:
    arguments = target.args[1:]
    return len(set(arguments)) == len(arguments) and all(isinstance(a, Var) for a in arguments)


def _names(body: Basic) -> set[Basic]:
    """The free times and variables of a term, and what is random in it."""
    found = {n for n in free(body) if isinstance(n, Var) or n.is_integer}
    return found | {n for n in subterms(body) if isinstance(n, (State, Action, History, Draw))}


def in_order(fixed: Sequence[Fixed]) -> list[Fixed | System]:
    """Each after all that it speaks of; those that speak of each other as one system."""
    names = {f.name: i for i, f in enumerate(fixed)}
    needs = [{names[n] for n in _mentioned(f.body) if n in names} for f in fixed]
    reached = [_reachable(needs, i) for i in range(len(fixed))]
    found: list[Fixed | System] = []
    left = list(range(len(fixed)))
    while left:
        groups = [[j for j in left if j == i or (i in reached[j] and j in reached[i])] for i in left]
        group = next(g for g in groups if (reached[g[0]] & set(left)) <= set(g))
        i = group[0]
        parts, circular = [fixed[j] for j in group], i in reached[i]
        found += [_system(parts, circular)] if circular or all(p.always for p in parts) else parts
        left = [j for j in left if j not in group]
    return found


def _mentioned(body: Basic) -> set[str]:
    return {key_of(n) for n in subterms(body) if isinstance(n, Letter)} | {n.name for n in free(body) if n.is_Symbol}


def _reachable(needs: Sequence[set[int]], start: int) -> set[int]:
    found: set[int] = set()
    waiting = list(needs[start])
    while waiting:
        if (i := waiting.pop()) not in found:
            found.add(i)
            waiting += needs[i]
    return found


def _system(parts: Sequence[Fixed], circular: bool) -> System:
    letters = frozenset(p.target.letter for p in parts if isinstance(p.target, Apply))
    for part in parts:
        if power(part.body, letters) > 1:
            names = ", ".join(sorted(f.name for f in letters))
            raise Unevaluable(f"{part.target} = {part.body} is not affine in {names}: no models are found for it")
    if len({p.parameter for p in parts} - {None}) > 1:
        raise Unevaluable(f"letters of different parameters solve one system: {[p.name for p in parts]}")
    return System(tuple(parts), circular)


MANY = 99


def power(node: Basic, letters: frozenset[Letter]) -> int:
    """The degree of a term in some letters, by its form and up to maxima; MANY where it has none."""
    if letters.isdisjoint(subterms(node)):
        return 0
    if isinstance(node, Apply):
        return 1
    if isinstance(node, Defined):
        return power(meaning(node), letters)
    if isinstance(node, Mul):
        return sum(power(a, letters) for a in node.args)
    if isinstance(node, Mean):
        return power(node.weight, letters) + power(node.body, letters)
    if isinstance(node, (Add, Min, Max)):
        return max(power(a, letters) for a in node.args)
    if isinstance(node, Cases) and letters.isdisjoint(a for v, _ in node.branches for a in subterms(v)):
        return max(power(a, letters) for a in (*(e for _, e in node.branches), node.default))
    if isinstance(node, (SumOver, TimeSum, Maximum, Expectation, Given, PathSum, Samples)):
        elsewhere = (a for a in node.args if a is not node.body)
        return power(node.body, letters) if letters.isdisjoint(n for a in elsewhere for n in subterms(a)) else MANY
    return MANY


def still(part: Fixed) -> list[Program]:
    """The derivatives of the right side of an `Always` that must vanish, for the left side does not move so."""
    others = sorted(parameters(part.body) - {part.parameter}, key=str)
    return [compiled((Gradient(part.body, other),)) for other in others]
