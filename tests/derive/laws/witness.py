"""Theorems meet the second evaluator: small random models that the hypotheses of a statement admit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from sympy import Expr, Min, Symbol

from derive.binding import drawn, free, subterms
from derive.kernel import Theorem, free_in
from derive.terms import (
    HISTORIES,
    Always,
    AtMost,
    Coincide,
    Domain,
    Equation,
    Exp,
    Gradient,
    Hypothesis,
    Inequality,
    Letter,
    Positive,
    Possible,
    Process,
    Statement,
    Var,
)
from derive.timeline import as_linear
from derive.wire import encode
from numeric.completing import fits_a_number
from numeric.errors import UnevaluableError
from numeric.evaluate import agrees, satisfies
from numeric.solving import solved

TIMES = range(-1, 5)
LONGEST = 3
TRAJECTORIES = 6
DRAWS = 40  # for one model, where an inequality is to hold on it


@dataclass
class Verdict:
    """How often a statement was found true and false, and why it had no value where it had none."""

    true: int = 0
    false: int = 0
    obstacles: list[str] = field(default_factory=list)
    counterexample: dict[str, Any] | None = None


def judge(theorem: Theorem, rng: Random, models: int = 4) -> Verdict:
    """A theorem on random models that satisfy its own hypotheses."""
    return judge_statement(theorem.claim, theorem.hypotheses, rng, models)


def judge_statement(claim: Statement, hypotheses: Iterable[Hypothesis], rng: Random, models: int = 4) -> Verdict:
    """An equation, or lhs ≤ rhs as min(lhs, rhs) = lhs."""
    lhs = Min(claim.lhs, claim.rhs) if isinstance(claim, Inequality) else claim.rhs
    return judge_equation(lhs, claim.lhs, hypotheses, rng, models)


def judge_equation(lhs: Expr, rhs: Expr, hypotheses: Iterable[Hypothesis], rng: Random, models: int = 4) -> Verdict:
    """lhs = rhs on random models that satisfy the hypotheses, at every trajectory of each."""
    verdict, hypotheses = Verdict(), tuple(hypotheses)
    wires = encode(lhs), encode(rhs)
    for model in _models(lhs, rhs, hypotheses, rng, models):
        _compare(wires, model, verdict, rng)
    return verdict


def _compare(wires: tuple[Any, Any], model: dict[str, Any], verdict: Verdict, rng: Random) -> None:
    """At every trajectory; where some trajectory has no value, at a few that have one."""
    for at in [model, *_along_trajectories(model, rng)]:
        try:
            if agrees(*wires, at):
                verdict.true += 1
            else:
                verdict.false += 1
                verdict.counterexample = at
            return
        except UnevaluableError as obstacle:
            verdict.obstacles.append(str(obstacle))


def _along_trajectories(model: dict[str, Any], rng: Random) -> Iterator[dict[str, Any]]:
    states, actions = model["domains"].get("S", [0]), model["domains"].get("A", [0])
    for _ in range(TRAJECTORIES):
        path = [[rng.choice(states) for _ in range(LONGEST + 1)], [rng.choice(actions) for _ in range(LONGEST)]]
        yield {**model, "trajectory": path}


def _models(
    lhs: Expr, rhs: Expr, hypotheses: tuple[Hypothesis, ...], rng: Random, count: int
) -> Iterator[dict[str, Any]]:
    parts = [lhs, rhs, *(p for h in hypotheses for p in vars(h).values())]
    nodes = {n for part in parts for n in subterms(part)}
    names = free(lhs) | free(rhs) | frozenset().union(*map(free_in, hypotheses))
    choices = list(_indices(names, hypotheses, _horizons(nodes)))
    tries = DRAWS if any(isinstance(h, Inequality) for h in hypotheses) else 1
    for _ in range(count * tries if choices and count else 0):
        model = _model(nodes, names, hypotheses, rng.choice(choices), rng)
        outside = sorted({d for part in parts for d in drawn(part)}, key=repr)
        model["samples"] = {d.name: [rng.choice(model["domains"][d.name]) for _ in range(LONGEST)] for d in outside}
        for same in (h for h in hypotheses if isinstance(h, Coincide)):
            model["letters"][_key(same.other)] |= {"table": model["letters"][_key(same.letter)]["table"]}
        with suppress(UnevaluableError):  # an equation that has no single solution there
            lasting = [encode(h) for h in hypotheses if isinstance(h, Always)]
            fitted = [wire for wire in map(encode, hypotheses) if fits_a_number(wire)]
            model = solved(model, lasting + fitted)  # of two equations for one letter, both must hold
            if satisfies(model, lasting) and all(
                _holds(h, model) for h in hypotheses if isinstance(h, (Equation, Inequality))
            ):
                yield model
                if (count := count - 1) == 0:
                    return


def _holds(hypothesis: Statement, model: dict[str, Any]) -> bool:
    least = Min(hypothesis.lhs, hypothesis.rhs) if isinstance(hypothesis, Inequality) else hypothesis.rhs
    try:
        return agrees(encode(hypothesis.lhs), encode(least), model)
    except UnevaluableError:
        return False


def _horizons(nodes: set[Any]) -> frozenset[Symbol]:
    return frozenset().union(*(free(n.horizon) for n in nodes if isinstance(n, Process)))


def _indices(
    names: frozenset[Any], hypotheses: tuple[Hypothesis, ...], horizons: frozenset[Symbol]
) -> Iterator[dict[Symbol, int]]:
    """Every value of the free times that the inequalities allow, horizons from 0 to the longest."""
    symbols = sorted((n for n in names if isinstance(n, Symbol) and n.is_integer), key=str)
    facts = [as_linear(h) for h in hypotheses if isinstance(h, AtMost)]
    for values in product(*(range(LONGEST + 1) if s in horizons else TIMES for s in symbols)):
        at = dict(zip(symbols, values, strict=True))
        if all(constant + sum(c * at[s] for s, c in terms) >= 0 for constant, terms in facts):
            yield at


def _model(
    nodes: set[Any], names: frozenset[Any], hypotheses: tuple[Hypothesis, ...], at: dict[Symbol, int], rng: Random
) -> dict[str, Any]:
    domains = {d.name: _elements(d, rng) for d in sorted(_domains(nodes | names) - {HISTORIES}, key=repr)}
    positive = {h.letter for h in hypotheses if isinstance(h, Positive)}
    letters = sorted((n for n in nodes if isinstance(n, Letter)), key=lambda f: (f.name, len(f.domains)))
    everywhere = any(isinstance(h, Possible) for h in hypotheses)
    twice = any(isinstance(m, Gradient) for n in nodes if isinstance(n, Gradient) for m in subterms(n.body))
    exped = {s for n in nodes if isinstance(n, Exp) for s in free(n)}
    reals = sorted((n for n in names if isinstance(n, Symbol) and not n.is_integer), key=str)
    variables = sorted((n for n in names if isinstance(n, Var)), key=str)
    return {
        "horizon": LONGEST,
        "domains": domains,
        "indices": {s.name: v for s, v in at.items()},
        "elements": {v.name: rng.choice(domains[v.domain.name]) for v in variables},
        "reals": {s.name: ["log", str(_fraction(rng))] if s in exped else str(_real(rng)) for s in reals},
        "letters": {_key(f): _table(f, domains, everywhere or f in positive, twice, rng) for f in letters},
        "trajectory": None,
    }


def _key(letter: Letter) -> str:
    return f"{letter.name}/{len(letter.domains)}"


def _domains(nodes: Iterable[Any]) -> set[Domain]:
    found: set[Domain] = set()
    for node in nodes:
        sorts = node.domains if isinstance(node, Letter) else (node.domain,) if isinstance(node, Var) else (node,)
        found.update(sort for sort in sorts if isinstance(sort, Domain))
    return found


def _elements(domain: Domain, rng: Random) -> list[int]:
    return list(domain.elements) if domain.elements is not None else list(range(2 if rng.random() < 0.8 else 1))


def _elements_of(domain: Domain, domains: dict[str, list[int]]) -> list[Any]:
    """The elements of a set; the histories [s_0, a_0, …, s_t] of all lengths, where that is what it holds."""
    if domain != HISTORIES:
        return domains[domain.name]
    states, actions = domains.get("S", [0]), domains.get("A", [0])
    steps = (product(states, *([actions, states] * t)) for t in range(LONGEST + 1))
    return [tuple(history) for of_length in steps for history in of_length]


def _fraction(rng: Random) -> Fraction:
    return Fraction(rng.randint(1, 7), rng.randint(1, 5))


def _real(rng: Random) -> Fraction:
    """A number that is nought now and then: there γ^k is no quotient of powers."""
    return rng.choice([Fraction(0), Fraction(1), Fraction(-1), _signed(rng), _fraction(rng), _fraction(rng)])


def _signed(rng: Random) -> Fraction:
    return Fraction(rng.randint(-6, 6), rng.randint(1, 4))


def _table(letter: Letter, domains: dict[str, list[int]], positive: bool, twice: bool, rng: Random) -> dict[str, Any]:
    sorts = [list(TIMES) if d is None else _elements_of(d, domains) for d in letter.domains]
    jets = [dict[tuple[Any, ...], Fraction](), {}, {}]  # values, first and second derivatives
    for rest in product(*sorts[1:]):
        keys = [(first, *rest) for first in sorts[0]] if sorts else [()]
        for jet, row in zip(jets, _row(letter.pmf, len(keys), positive, rng), strict=True):
            jet.update(zip(keys, row, strict=True))
    named = zip(("table", "tangent", "second"), jets[: 1 if letter.parameter is None else 2 + twice], strict=False)
    return {name: [[list(k), str(v)] for k, v in jet.items()] for name, jet in named}


def _row(pmf: bool, length: int, positive: bool, rng: Random) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    """Values with their derivatives; of a distribution these sum to zero, and are zero where it is."""
    if not pmf:
        values = [_fraction(rng) if positive else _signed(rng) for _ in range(length)]
        return values, [_signed(rng) for _ in values], [_signed(rng) for _ in values]
    weights = [Fraction(rng.randint(0 if not positive else 1, 5)) for _ in range(length)]
    weights = weights if any(weights) else [Fraction(1) for _ in weights]
    return [w / sum(weights) for w in weights], _balanced(weights, rng), _balanced(weights, rng)


def _balanced(weights: list[Fraction], rng: Random) -> list[Fraction]:
    slope = [_signed(rng) if w else Fraction(0) for w in weights]
    excess = sum(slope) / sum(1 for w in weights if w)
    return [g - excess if w else g for g, w in zip(slope, weights, strict=True)]


def random_models(term: Expr, rng: Random, count: int) -> Iterator[dict[str, Any]]:
    """Models that give every letter of a term a value, each at one trajectory."""
    for model in _models(term, term, (), rng, count):
        yield next(_along_trajectories(model, rng))
