"""Random theorems: random terms, random laws and rules at random places, under random hypotheses."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from sympy import Expr, Integer, Max, Mul, Symbol

from derive import kernel
from derive.binding import free, meaning
from derive.errors import DeriveError
from derive.kernel import LAWS, Theorem
from derive.notation import OUTCOMES, density, policy, s, theta, x
from derive.rewriting import HOLE, Given, places
from derive.terms import (
    ACTIONS,
    STATES,
    ZERO,
    Always,
    Apply,
    At,
    Equation,
    Expectation,
    Gradient,
    Maximum,
    Mean,
    Samples,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
)

from .terms import HYPOTHESES, LISTED, SOLVED, Maker, behaviour, d, f, i, v, y

SPELLINGS = ({policy: behaviour}, {behaviour: policy}, {ACTIONS: LISTED}, {OUTCOMES: LISTED}, {STATES: ACTIONS}, {v: d})


def theorems(rng: Random, depth: int = 3, tries: int = 40) -> Iterator[Theorem]:
    """Whatever the kernel grants when rules are tried at random on a random term."""
    maker = Maker(rng)
    try:
        term = maker.term(depth)
    except DeriveError:
        return
    given = tuple(h for h in HYPOTHESES if rng.random() < 0.5)
    current: Theorem | None = None
    for _ in range(tries):
        theorem = _attempt(current, term, given, maker)
        if theorem is None or theorem.lhs == theorem.rhs:
            continue
        yield theorem
        if rng.random() < 0.7:
            current = theorem


def _attempt(current: Theorem | None, term: Expr, given: Given, maker: Maker) -> Theorem | None:
    """One more step on a theorem: at a place of its right side, or on the whole."""
    here = current.rhs if current is not None else term
    try:
        if current is not None and maker.rng.random() < 0.25:
            return _whole(current, given, maker)
        step = _below(here, given, maker) if maker.rng.random() < 0.1 else _somewhere(here, given, maker)
        return kernel.trans(current, step) if current is not None else step
    except (DeriveError, ValueError):
        return None


def _somewhere(term: Expr, given: Given, maker: Maker) -> Theorem:
    path, node, _ = maker.rng.choice(list(places(term, given)))
    theorem = _rule(node, given, maker)
    inside = kernel.cong if theorem.relation == Equation.relation else kernel.monotone
    while path:
        above = term
        for step in path[:-1]:
            above = above.args[step]
        context = above.func(*(HOLE if j == path[-1] else b for j, b in enumerate(above.args)))
        theorem, path = inside(theorem, context, HOLE, given), path[:-1]
    return theorem


def _below(term: Expr, given: Given, maker: Maker) -> Theorem:
    """term ≤ something, inside a context that rises with it."""
    larger, rng = maker.leaf(), maker.rng
    theorem = rng.choice(
        [
            lambda: kernel.law("below_larger", term, Max(term, larger), given=given),
            lambda: kernel.trans(
                kernel.ring(term, term + 0 * larger, given),
                kernel.monotone(kernel.law("nonnegative", ZERO, larger**2, given=given), term + HOLE, HOLE, given),
            ),
        ]
    )()
    return kernel.monotone(theorem, HOLE + larger, HOLE, given) if rng.random() < 0.2 else theorem


def _rule(node: Expr, given: Given, maker: Maker) -> Theorem:
    if meaning(node) is not None and maker.rng.random() < 0.4:
        return kernel.define(node, given)
    solved = [(h, match) for h in SOLVED if (match := _match(h, node)) is not None]
    if solved:
        hypothesis, values = maker.rng.choice(solved)
        return kernel.inst(kernel.always(hypothesis, given), values)
    if maker.rng.random() < 0.1:
        return kernel.ring(node, node.expand(), given)
    names = list(LAWS)
    maker.rng.shuffle(names)
    for name in names:
        if name == "distinguish" and maker.rng.random() < 0.95:
            continue  # it applies to every term
        try:
            theorem = kernel.law(name, node, *_arguments(name, node, maker), given=given)
        except (DeriveError, ValueError, TypeError):
            continue
        if theorem.rhs != node:
            return theorem
    raise kernel.Refused("no law applies to {}", node)


def _match(hypothesis: Always, node: Expr) -> dict[Var, Expr] | None:
    """The elements for which a hypothesis speaks of a letter applied."""
    if not isinstance(node, Apply) or node.letter != hypothesis.lhs.letter:
        return None
    return {name: value for name, value in zip(hypothesis.lhs.args[1:], node.args[1:], strict=True) if name != value}


def _arguments(name: str, node: Expr, maker: Maker) -> tuple[Expr, ...]:
    rng = maker.rng
    if name == "tower":
        return (rng.choice([2 * maker.time(), 2 * maker.time() + 1]),)
    if name in ("split", "shift", "marginal"):
        return (maker.time(),)
    if name == "draw_sample":
        return (rng.choice([Integer(1), Integer(2), Symbol("k", integer=True), Symbol("N", integer=True)]),)
    if name == "fewer_samples":
        return (rng.choice([Integer(1), Symbol("k", integer=True)]),)
    if name == "distinguish":
        return (rng.choice([maker.time(), i]), *rng.sample([Integer(0), Integer(1), Integer(2)], rng.randint(1, 3)))
    if name == "transport":
        return (rng.choice([policy, behaviour]),)
    if name == "paths_alike":
        return (maker.process(),)
    if name == "homogeneity" and rng.random() < 0.5 and hasattr(node, "body"):
        factors = Mul.make_args(node.body)
        chosen = [f for f in factors if rng.random() < 0.5]
        return Mul(*chosen), Mul(*(f for f in factors if f not in chosen))
    return ()


def _whole(theorem: Theorem, given: Given, maker: Maker) -> Theorem:
    rng = maker.rng
    names = sorted((n for n in free(theorem.lhs) | free(theorem.rhs)), key=str)
    kind = rng.choice(["inst", "inst", "sym", "weaken", "context", "spelling"])
    if kind == "inst" and names:
        return kernel.inst(theorem, {n: _value(n, maker) for n in names if rng.random() < 0.5})
    if kind == "spelling":
        return kernel.inst(theorem, rng.choice(SPELLINGS))
    if kind == "weaken":
        return kernel.weaken(theorem, given)
    if kind == "context":
        context = maker.term(2).xreplace({y: HOLE}) + HOLE if rng.random() < 0.3 else _around(maker)
        return (kernel.cong if maker.rng.random() < 0.7 else kernel.monotone)(theorem, context, HOLE, given)
    return kernel.sym(theorem)


def _around(maker: Maker) -> Expr:
    """A context that binds whatever it can."""
    inner: Expr = HOLE * maker.leaf()
    return maker.rng.choice(
        [
            lambda: TimeSum(
                inner, maker.rng.choice([Symbol("t", integer=True), Symbol("k", integer=True)]), 0, maker.time()
            ),
            lambda: TimeProduct(inner, Symbol("t", integer=True), maker.time(), 2),
            lambda: inner ** maker.rng.choice([2, -1]),
            lambda: Mean(inner, x, density(x)),
            lambda: SumOver(inner, s),
            lambda: inner + maker.leaf(),
            lambda: Max(inner, maker.leaf()),
            lambda: HOLE * maker.leaf() ** 2,
            lambda: Expectation(inner, maker.process()),
            lambda: Gradient(inner, theta),
            lambda: Samples(inner * f(maker.sample()), x, density(x), maker.rng.choice([1, 2])),
            lambda: Maximum(inner, s),
            lambda: At(inner, theta, 2),
        ]
    )()


def _value(name: object, maker: Maker) -> Expr:
    if isinstance(name, Var):
        return {"S": maker.state, "A": maker.action}.get(name.domain.name, lambda: name)()
    if isinstance(name, Symbol) and name.is_integer:
        return maker.rng.choice([maker.time(), Integer(1), Integer(2)])
    return maker.term(1)
