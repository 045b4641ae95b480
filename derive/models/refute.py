"""decide(claim, hypotheses) -> Outcome: an identity on the finite models of given sizes, or its
counterexample.

* holds    Both sides are equal at independent random residues modulo 2^61 - 1, at every size. Two rational
           functions that differ agree at such a point with probability at most degree / 2^60
           (Schwartz-Zippel), the degree bounded from the form of the claim (derive/models/degree.py); the bound
           printed is its power over the points of one size. Where numbers are compared (min, max), the
           points are random fractions and no bound is known. Where log, exp or a root has a value, both
           sides are balls: every pair overlaps, and the number of digits to which the largest gap between
           them is zero is printed.
* refuted  A model in small fractions on which every hypothesis is true and the sides differ, or the lesser side of an
           inequality is the greater (exactly, or by disjoint balls), shrunk. At
           fewer states, or as many states and fewer actions, or the same and a shorter horizon, the claim
           was not seen to fail.
* unknown  Everything else, with the reason. An inequality without a counterexample is unknown, with the number of
           models tried. Both sides zero on every model is unknown; but where one side is
           written 0 or vanishes, and the summands, terms or weighted values inside it do not, that they
           cancel is a claim.

A horizon of 0 can support a claim, but not refute it: texts mean at least one step. Distributions that no
hypothesis calls positive are also given zero entries; where the claim has no value then, it is unknown and
needs that hypothesis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from flint import arb, ctx

from derive.errors import IllFormed, Refused, Unevaluable
from derive.models.claims import Claim, letters_left
from derive.models.climbing import climb
from derive.models.comparison import admits, complete, difference, difference_at, places, to_the_end
from derive.models.counterexample import GREEK, Counterexample, show, words
from derive.models.degree import degree, degrees_of
from derive.models.draw import LAYERED, PLAIN
from derive.models.environment import TooLong
from derive.models.evaluation import compiled, run
from derive.models.interpretation import Model, key_of
from derive.models.numbers import BALLS, RATIONALS, as_ball, same
from derive.models.search import POINTS, Found, Search
from derive.models.shrink import shrink
from derive.models.sources import POSITIVE, SAMPLES
from derive.models.tables import LogOf
from derive.terms import Hypothesis, Inequality, Letter, Statement

PRECISION = 512  # bits of a ball
SIZES = (2, 3, 3)  # at most so many states, actions and steps

__all__ = ["Counterexample", "Outcome", "decide", "fails"]


@dataclass(frozen=True)
class Outcome:
    """What testing a claim on finite models gave; `sizes` are (states, actions, horizon)."""

    verdict: str
    reason: str = ""
    sizes: tuple[tuple[int, int, int], ...] = ()
    points: int = 0
    error_bound: Fraction | str = ""
    counterexample: Counterexample | None = None

    def __post_init__(self) -> None:
        if self.verdict not in ("holds", "refuted", "unknown"):
            raise IllFormed(f"a verdict is 'holds', 'refuted' or 'unknown', not {self.verdict!r}")
        if (self.verdict == "refuted") != (self.counterexample is not None):
            raise IllFormed("a refutation has a counterexample, and nothing else has one")


def decide(
    claim: Statement,
    hypotheses: Sequence[Hypothesis] = (),
    *,
    seed: int = 0,
    max_states: int = SIZES[0],
    max_actions: int = SIZES[1],
    max_horizon: int = SIZES[2],
    stationary_only: bool = False,
) -> Outcome:
    """Whether an equation or inequality holds on every finite model of these sizes that the hypotheses admit.

    `stationary_only` leaves out the layered models, on which what happens differs from time to time.
    """
    try:
        with ctx.workprec(PRECISION):
            sizes = max_states, max_actions, max_horizon
            return _verdict(*_searched(claim, tuple(hypotheses), seed, sizes, stationary_only))
    except (Unevaluable, IllFormed, Refused) as fault:
        return Outcome("unknown", str(fault))


def fails(claim: Statement, hypotheses: Sequence[Hypothesis] = ()) -> bool | None:
    """Whether a claim is false on one of the finite models that `decide` begins with; no counterexample is made of it.

    For what is only tried, most of which is false, and for what has a proof. None where no model has values for it.
    """
    try:
        with ctx.workprec(PRECISION):
            search, found = _searched(claim, tuple(hypotheses), 0, SIZES, False)
            return True if found else False if _wide_enough(search) else None
    except (Unevaluable, IllFormed, Refused):
        return None


def agreeing(
    claim: Inequality,
    hypotheses: Sequence[Hypothesis] = (),
    *,
    max_states: int = SIZES[0],
    max_actions: int = SIZES[1],
    max_horizon: int = SIZES[2],
) -> int | None:
    """On how many finite models of these sizes an inequality was found true; None where it is false on one.

    For what is proved besides: `decide`, to refute it, goes uphill too.
    """
    try:
        with ctx.workprec(PRECISION):
            search, found = _searched(claim, tuple(hypotheses), 0, (max_states, max_actions, max_horizon), False)
    except (Unevaluable, IllFormed, Refused):
        return 0
    return None if found else search.points


def _searched(
    claim: Statement, hypotheses: tuple[Hypothesis, ...], seed: int, sizes: tuple[int, int, int], stationary_only: bool
) -> tuple[Search, Found | None]:
    """A search over the sizes of at least one step, and what it found; it is the caller's own."""
    search, found = _looked(claim, hypotheses, seed, sizes, stationary_only)
    return search.copy(), found


@lru_cache(maxsize=8)  # `decide` often follows on `fails`
def _looked(
    claim: Statement, hypotheses: tuple[Hypothesis, ...], seed: int, sizes: tuple[int, int, int], stationary_only: bool
) -> tuple[Search, Found | None]:
    ready = Claim(claim, hypotheses)
    search = Search(ready, ready.sizes(*sizes), seed)
    found = search.first(search.sizes_in(PLAIN))
    if found is None and not stationary_only and search.first(search.sizes_in(LAYERED)[-1:], LAYERED):
        found = search.first(search.sizes_in(LAYERED), LAYERED)
    return search, found


def _verdict(search: Search, found: Found | None) -> Outcome:
    if not search.sizes:
        return Outcome("unknown", "vacuous: no times within the horizon satisfy the hypotheses")
    if found:
        return _refutation(search, found)
    if not _wide_enough(search):
        reason = search.obstacle or "vacuous: no model was found that satisfies the hypotheses"
        return _report(search, "unknown", reason)
    if search.claim.is_order:
        if found := climb(search):
            return _refutation(search, found)
        return _report(search, "unknown", f"no counterexample on {search.points} models; that proves no inequality")
    if search.first([s for s in search.sizes if s.horizon == 0]):
        return _report(search, "unknown", "false at horizon 0, and not seen to fail on longer ones; say 1 <= T")
    search.tested.sort()
    if _trivial(search):
        return _report(search, "unknown", "both sides are zero on every model: nothing was tested")
    return _with_zeros(search) or _report(search, "holds", "")


def _wide_enough(search: Search) -> bool:
    """Whether models with two states and two actions were tested, where there are such sizes and models."""
    if not search.tested or not search.obstacle:
        return bool(search.tested)
    return all(
        max(getattr(s, kind) for s in search.tested) >= min(2, max(getattr(s, kind) for s in search.sizes))
        for kind in ("states", "actions")
    )


def _report(search: Search, verdict: str, reason: str) -> Outcome:
    sizes = tuple((s.states, s.actions, s.horizon) for s in search.tested)
    return Outcome(verdict, reason, sizes, search.points, _error_bound(search) if sizes else "")


# support


def _error_bound(search: Search) -> Fraction | str:
    if search.claim.is_order:
        return ""
    if search.numbers is BALLS:
        return f"agrees to {_digits(search)} digits"
    if search.numbers is RATIONALS:
        return "equal at random fractions"
    sides, sizes = search.claim.sides, search.tested
    elements = max(search.claim.largest_listed, *(max(s.states, s.actions) for s in sizes))
    horizon = max(search.claim.reach, *(s.horizon for s in sizes))
    known = degrees_of(search.claim.items, elements, horizon)
    (a, b), (c, d) = (degree(side, elements, horizon, known) for side in sides)
    return min(Fraction(1), Fraction(max(a + d, b + c), SAMPLES)) ** POINTS


def _digits(search: Search) -> int:
    """To how many decimal places the two sides agree, on random models of the largest size."""
    widest, size, program = arb(0), search.tested[-1], search.claim.program
    for attempt in range(POINTS):
        model = search.draw(f"digits/{attempt}", POSITIVE, size)
        if model is None:
            continue
        try:
            env = program.env(model, BALLS)
            for _ in places(search.claim, program, env, model, size):
                lhs, rhs = (run(f, env) for f in program.functions)
                widest = widest.max(arb(as_ball(lhs - rhs).abs_upper()))
        except Unevaluable:
            continue
    if not widest > 0:
        return PRECISION * 3 // 10
    return max(0, int((-widest.log() / arb(10).log()).floor().lower().unique_fmpz()))


def _trivial(search: Search) -> bool:
    """Whether both sides vanish on every model, and so does everything that they sum."""
    claim = search.claim
    sides = [compiled((side,), True) for side in claim.sides if side != 0]
    touched = [False] * len(sides)
    for size in search.tested:
        model = search.draw("trivial", None, size)
        for n, program in enumerate(sides if model else ()):
            assert model is not None
            env = program.env(model, search.numbers)
            try:
                for _ in places(claim, program, env, model, size):
                    if not same(run(program.functions[0], env), env.zero):
                        return False
            except Unevaluable:
                continue
            touched[n] = touched[n] or env.touched
        if touched and all(touched):
            return False
    return True


def _with_zeros(search: Search) -> Outcome | None:
    """A verdict from distributions with zero entries, where they are allowed and matter."""
    for letter in search.claim.letters:
        if not letter.pmf or letter not in letters_left(search.claim) or key_of(letter) in search.claim.positive:
            continue
        needed = f"{GREEK.get(letter.name, letter.name)} > 0"
        try:
            if found := search.with_zeros(letter):
                return _refutation(search, found, needed)
        except TooLong:
            continue
        except Unevaluable as fault:
            return _report(search, "unknown", f"needs {needed}: {fault}")
    return None


# refutation


def _refutation(search: Search, found: Found, true_if: str | None = None) -> Outcome:
    """The verdict with a counterexample, as simple as it can be made."""
    claim, size, world, numbers = search.claim, found.size, found.world, search.exact
    model = found.model if true_if else search.in_fractions(found)
    first = difference(claim, model, size, numbers, world) if model else None
    if model is None or first is None:
        return _report(search, "unknown", f"false with {words(size)}, but no small model was found to show it")
    place, policies = first.place, [f for f in claim.policies if _positive(model, f)]
    sure = difference_at(claim, model, numbers, place, claim.paths) is not None
    possible = claim.paths if sure else claim.possible

    def still(candidate: Model) -> bool:
        if not world.has(claim.cast, size, candidate, claim.letters):
            return False
        if not all(_positive(candidate, f) for f in policies):
            return False  # what is false for positive policies is shown with such policies
        try:
            ready = complete(claim, candidate, numbers)
            differ = difference_at(claim, ready, numbers, place, possible) is not None
            return differ and admits(claim, ready, size, numbers)
        except Unevaluable:
            return False

    small = complete(claim, shrink(model, letters_left(claim), still), numbers)
    last = difference_at(claim, small, numbers, place)
    assert last is not None, "shrinking keeps the sides different"
    whole = to_the_end(claim, small, numbers, place).on(small)
    if unwritten := _no_fractions(claim, whole):
        return _report(search, "unknown", f"false with {words(size)}, but no fractions are the values of {unwritten}")
    example = show(claim, place.on(small), whole, size, last, true_if or _true_if(search, small), world.note)
    sizes = ((size.states, size.actions, size.horizon),)
    return Outcome("refuted", "", sizes, search.points + 1, "", example)


def _no_fractions(claim: Claim, model: Model) -> str:
    """The names of what hypotheses fix at a logarithm or the like, which no table of fractions says."""
    reals = [name for name, value in model.reals.items() if isinstance(value, arb)]
    tables = [(f.name, model.letters[key_of(f)]) for f in claim.letters]
    parts = [(name, part) for name, table in tables for part in (table.values, table.tangents, table.seconds)]
    return ", ".join(
        dict.fromkeys(reals + [name for name, part in parts if any(isinstance(v, arb) for v in part.values())])
    )


def _positive(model: Model, letter: Letter) -> bool:
    return all(v > 0 for v in model.letters[key_of(letter)].values.values())


def _true_if(search: Search, model: Model) -> str | None:
    """A value of one real symbol at which an equation holds on all models tried."""
    if search.claim.is_order:
        return None
    for name, value in model.reals.items():
        for choice in (1, 0):
            if not isinstance(value, LogOf) and value != choice and search.holds_with(name, choice):
                return f"{GREEK.get(name, name)} = {choice}"
    return None
