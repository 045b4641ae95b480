"""From a function to a verdict: what it reads, which cases it is judged on, every trial, the counterexample."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.judging.arrays_kind import advantage, gradient_array, value_target
from numeric.judging.batch import Pool
from numeric.judging.case import Case
from numeric.judging.drawing import cases
from numeric.judging.jax_kind import SHAPES, JaxLoss
from numeric.judging.objectives import DISCOUNTED, named
from numeric.judging.picture import counterexample, picture
from numeric.judging.precision import speaks_of_single
from numeric.judging.randomness import draws_at_random
from numeric.judging.reference import library_variances
from numeric.judging.repairs import nearest, recognised
from numeric.judging.rollouts import rollouts
from numeric.judging.sampled import FALSE_ALARM, MISS, Sampled, sampled
from numeric.judging.shrinking import minimise, size
from numeric.judging.targets import target_named
from numeric.judging.torch_kind import TorchLoss
from numeric.judging.trial import DOUBLE, UNITS, Question, Trial, number_of_batches, tried
from numeric.judging.verdicts import Verdict, is_biased, up_to_scale_for, verdict
from numeric.judging.watch import Watch, time_limit

__all__ = ["KINDS", "Asked", "chosen_cases", "judged"]

Floats = NDArray[np.float64]
Announce = Callable[[Case], None]

KINDS = ("advantage", "numpy", "torch", "jax", "value_target")
MODULES = {"torch": "torch", "jax": "jax"}
BUDGET = {1: 400, 2: 1600}  # batches a case, at most; others:
BUDGET_OF_GROUPS = 2000
EXACT = 10**5  # batches a case that are still enumerated
CALLS = 60_000  # of f, over all cases
SAMPLED_CASES, SAMPLES = 6, 20_000
PROBES = 6
SHRINKING_SECONDS = 4.0
VISIBLE = 0.02  # of the largest entry: a bias that a reader can see in a counterexample


@dataclass(frozen=True)
class Asked:
    """What a function is judged by. `off_policy` and `truncation`: None follows what the function reads.

    A function that reads `behaviour_logp` gets batches drawn by the behaviour policy; one that reads `next_values`, or
    both `values` and `truncated`, gets batches some of which are truncated. `critic` is "exact" or "arbitrary".
    """

    kind: str
    objective: str | Callable[..., Any] | None = None
    batch: int = 1
    shared_start: bool = False
    mdps: int = 50
    seed: int = 0
    timeout: float = 60.0
    off_policy: bool | None = None
    truncation: bool | None = None
    critic: str = "exact"
    compare: bool = False  # with the variances of the library's own estimators

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise EstimatorError(f"kind is {self.kind!r}; the known kinds are {', '.join(KINDS)}")
        for name in ("batch", "mdps"):
            number = getattr(self, name)
            if not isinstance(number, int) or number < 1:
                raise EstimatorError(f"{name} is {number!r}; give an integer >= 1")
        if self.critic not in ("exact", "arbitrary"):
            raise EstimatorError(f"critic is {self.critic!r}; it is 'exact' or 'arbitrary'")
        if self.kind in MODULES:
            _needed(self.kind)

    def question(self) -> Question:
        """The kind as a function, and what its answers are compared with."""
        if self.kind == "value_target":
            return Question(
                value_target,
                target_named(self.objective if self.objective is None else str(self.objective)),
                self.batch,
                self.shared_start,
            )
        objective = named(self.objective, self.batch, self.shared_start)
        kinds = {"advantage": advantage, "numpy": gradient_array}
        kind = kinds.get(self.kind) or (TorchLoss if self.kind == "torch" else JaxLoss)(objective.minimised)
        return Question(kind, objective, self.batch, self.shared_start)


def _needed(kind: str) -> None:
    from importlib.util import find_spec

    if find_spec(MODULES[kind]) is None:
        raise EstimatorError(f"kind is {kind!r}, and {MODULES[kind]} is not installed; pip install 'derive[{kind}]'")


def judged(function: Callable[..., Any], asked: Asked, announce: Announce = lambda case: None) -> Verdict:
    """The verdict on f. Raises EstimatorError for a fault of f that is not a bias."""
    watch = Watch(function)
    with time_limit(asked.timeout, watch.name):
        return _judged(function, asked, watch, announce)


def _judged(function: Callable[..., Any], asked: Asked, watch: Watch, announce: Announce) -> Verdict:
    question = asked.question()
    at_random = _probed(function, asked, question, watch, announce)
    if at_random or not _can_enumerate(asked, symmetric=True):
        return _by_samples(function, asked, question, watch, at_random)
    if asked.batch > 2 and _symmetric(function, asked, question, watch):
        question = replace(question, symmetric=True)
    elif not _can_enumerate(asked, symmetric=False):
        return _by_samples(function, asked, question, watch, at_random)
    while True:
        known = set(watch.reads)
        trials = list(_trials(function, asked, question, watch, announce))
        if _as_read(asked, watch.reads) == _as_read(asked, known):
            break
    return _concluded(function, asked, question, watch, trials, announce)


def _trials(
    function: Callable[..., Any], asked: Asked, question: Question, watch: Watch, announce: Announce
) -> Iterator[Trial]:
    """A trial a case; where γ = 0, which many a function was not written for, one that raises is left out and noted."""
    for case in _chosen(asked, question, watch):
        announce(case)
        try:
            yield tried(function, case, question, watch)
        except EstimatorError as fault:
            if case.mdp.discount != 0:
                raise
            watch.left_out = f"{fault}; MDPs with γ = 0 were left out"


def _concluded(
    function: Callable[..., Any],
    asked: Asked,
    question: Question,
    watch: Watch,
    trials: list[Trial],
    announce: Announce,
) -> Verdict:
    _steady(function, question, watch, trials[0])
    unit = _unit(watch, trials)
    found = replace(verdict(trials, unit, asked.kind), notes=watch.notes + _how_drawn(asked, watch))
    if asked.compare:
        found = replace(found, pairs=[[float(e), float(x)] for t in trials for e, x in _entries(t)])
    if asked.compare and question.against is DISCOUNTED:
        found = replace(found, compared=library_variances([t.case for t in trials], asked.batch))
    if found.verdict == "SCALED" and found.scale == -1 and hasattr(question.kind, "sign"):
        return replace(
            found,
            notes=[*found.notes, "the sign is wrong: a loss is minimised, so return minus the objective"],
        )
    if found.verdict != "BIASED":
        return found
    biased = [t for t in trials if is_biased(t, unit)]
    known = recognised(trials)
    repair = nearest(known, unit)
    trial = _smallest(function, asked, question, watch, biased, unit, announce)
    trial = recognised([trial])[0] if known[0].answers.per_step is not None else trial
    notes = list(_remarks(function, question, watch, trials, biased, trial, unit))
    shown = repair if repair is not None else None
    note = "\n".join([*([f"the nearest correct estimator equals {repair.text}"] if repair else []), *notes])
    return replace(
        found,
        counterexample=counterexample(trial, shown, note),
        repair=repair.text if repair else None,
        notes=found.notes + notes,
    )


def _entries(trial: Trial) -> Iterator[tuple[float, float]]:
    """E[f] and the exact value where either is not zero."""
    for e, x in zip(trial.expected.ravel(), trial.exact.ravel(), strict=True):
        if e != 0 or x != 0:
            yield e, x


# --- the cases --------------------------------------------------------------------------------------------


def _most(batch: int, budget: float, symmetric: bool) -> int:
    """The largest K with at most `budget` batches, but at least 2, and 3 where those can be enumerated."""
    most = 2
    while number_of_batches(most + 1, batch, symmetric) <= max(budget, 1) and most < 400:
        most += 1
    return max(most, 3) if 3**batch <= EXACT // 10 else most


def _can_enumerate(asked: Asked, symmetric: bool) -> bool:
    return number_of_batches(2, asked.batch, symmetric) <= EXACT // 2


def _chosen(asked: Asked, question: Question, watch: Watch) -> list[Case]:
    """The cases to judge on, as many and as large as the time that f takes allows."""
    budget = float(BUDGET.get(asked.batch, BUDGET_OF_GROUPS))
    seconds = watch.seconds / max(watch.calls, 1)
    vectorised = getattr(question.kind, "vectorised", None) is True or getattr(question.kind, "traced", False)
    number = asked.mdps
    if not vectorised:
        allowed = asked.timeout / 4 / max(seconds, 1e-7)
        budget = min(budget, max(4.0, allowed / number))
        number = max(min(number, 10), min(number, math.ceil(allowed / budget - 1e-9)))
    most = _most(asked.batch, budget, question.symmetric)
    heaviest = number_of_batches(most, asked.batch, question.symmetric)
    if heaviest > 2 * budget:
        number = max(min(number, 10), min(number, CALLS // heaviest))
    return [_as_asked(case, asked, watch.reads, question) for case in cases(number, most, asked.seed, _shapes(asked))]


def chosen_cases(
    functions: Sequence[Callable[..., Any]],
    asked: Asked,
    questions: Sequence[Question],
    watches: Sequence[Watch],
) -> list[Case]:
    """The cases to compare several functions on: drawn off policy, or truncated, if one of them needs it."""
    for function, question, watch in zip(functions, questions, watches, strict=True):
        if _probed(function, asked, question, watch, lambda case: None):
            watch.fault(
                "draws at random; two estimators are compared where every batch can be enumerated: use `choose`"
            )
    together = Watch(functions[0])
    together.reads = set().union(*(watch.reads for watch in watches))
    together.seconds, together.calls = sum(w.seconds for w in watches), max(w.calls for w in watches)
    return _chosen(asked, questions[0], together)


def _shapes(asked: Asked) -> tuple[tuple[int, int], ...] | None:
    return SHAPES if asked.kind == "jax" else None


def _as_read(asked: Asked, reads: set[str]) -> tuple[bool, bool]:
    """Whether batches are drawn off policy, and whether some are truncated."""
    bootstraps = "next_values" in reads or {"values", "truncated"} <= reads
    off_policy = "behaviour_logp" in reads if asked.off_policy is None else asked.off_policy
    return off_policy, bootstraps if asked.truncation is None else asked.truncation


def _as_asked(case: Case, asked: Asked, reads: set[str], question: Question) -> Case:
    off_policy, truncated = _as_read(asked, reads)
    case = case if off_policy else case.on_policy()
    case = case if truncated and getattr(question.against, "can_be_cut", asked.kind == "value_target") else case.uncut()
    return case if asked.critic == "arbitrary" else case.exact_critic()


def _how_drawn(asked: Asked, watch: Watch) -> list[str]:
    off_policy, truncated = _as_read(asked, watch.reads)
    notes = []
    if off_policy:
        why = "" if asked.off_policy else ", as it reads behaviour_logp"
        notes.append(f"batches were drawn by the behaviour policy{why}")
    if truncated:
        why = "" if asked.truncation else ", as it bootstraps"
        notes.append(f"some episodes were truncated{why}")
    return notes


# --- before the trials ------------------------------------------------------------------------------------


def _glimpses(asked: Asked, question: Question, reads: set[str]) -> Iterator[tuple[Case, Pool]]:
    """A few cases with a few batches each; without shared start, the first of them has all starts different."""
    rng = np.random.default_rng(1)
    for case in cases(PROBES, 30, asked.seed + 1, _shapes(asked))[:3]:
        case = _as_asked(case, asked, reads, question)
        drawn = rollouts(case)
        rows = rng.integers(0, len(drawn), (PROBES, asked.batch))
        if asked.shared_start:
            groups = [np.flatnonzero(drawn.starts == start) for start in drawn.starts[rows[:, 0]]]
            rows = np.array([rng.choice(group, asked.batch) for group in groups])
        yield case, Pool(drawn, rows)


def _probed(function: Callable[..., Any], asked: Asked, question: Question, watch: Watch, announce: Announce) -> bool:
    """What f reads, and whether it draws at random; raises EstimatorError when it remembers earlier calls."""
    known: tuple[bool, bool] | None = None
    while known != _as_read(asked, watch.reads):
        known = _as_read(asked, watch.reads)
        for case, pool in _glimpses(asked, question, set(watch.reads)):
            announce(case)
            first = question.kind(function, case, pool, watch)
            backwards = Pool(pool.rollouts, pool.rows[::-1])
            second = question.kind(function, case, backwards, watch)
            if not _same(first, second, len(pool.rows), watch):
                return _random_or_fault(function, question, case, pool, watch)
    return False


def _same(first: Any, second: Any, number: int, watch: Watch) -> bool:
    """Whether two passes, the second in reverse, gave one answer a batch."""
    if len(first.batch) != len(second.batch):
        return False
    forth, back = (np.argsort(b, kind="stable") for b in (first.batch, number - 1 - second.batch))
    before, after = (a.targets if a.targets is not None else a.estimates for a in (first, second))
    tolerance = 1e-4 if watch.lower else 1e-10
    return bool(np.allclose(before[forth], after[back], rtol=tolerance, atol=tolerance, equal_nan=True))


def _random_or_fault(function: Callable[..., Any], question: Question, case: Case, pool: Pool, watch: Watch) -> bool:
    """Whether f draws at random; raises EstimatorError, with a batch and both answers, when it seems to remember."""
    if draws_at_random(function):
        return True
    first, second = (question.kind(function, case, pool, watch) for _ in range(2))
    before, now = (a.targets if a.targets is not None else a.estimates for a in (first, second))
    told, number = "", 0
    if before.shape == now.shape and not np.array_equal(before, now, equal_nan=True):
        row = int(np.argwhere((before != now).reshape(len(before), -1).any(axis=1))[0, 0])
        number = int(first.batch[row])
        told = f", {np.round(before[row], 6).tolist()} and later {np.round(now[row], 6).tolist()}"
    watch.fault(
        f"gives two answers for one batch{told}: it remembers earlier calls, or draws at random; "
        "compute from b alone, or draw by `choose`",
        pool,
        number,
    )


def _steady(function: Callable[..., Any], question: Question, watch: Watch, trial: Trial) -> None:
    """The first case again, after all others: the same answers. Raises EstimatorError otherwise."""
    again = question.kind(function, trial.case, trial.pool, watch)
    before, now = (a.targets if a.targets is not None else a.estimates for a in (trial.answers, again))
    if before.shape != now.shape or not np.allclose(before, now, rtol=1e-6, atol=1e-9, equal_nan=True):
        _random_or_fault(function, question, trial.case, trial.pool, watch)
        watch.fault("gives two answers for one batch; draw by `choose`, so that chance can be enumerated", trial.pool)


def _symmetric(function: Callable[..., Any], asked: Asked, question: Question, watch: Watch) -> bool:
    """Whether f does not mind the order of the trajectories, on every batch tried."""
    rng = np.random.default_rng(2)
    for case, pool in _glimpses(asked, question, watch.reads):
        rows = np.repeat(pool.rows, 2, axis=0)
        orders = np.array([rng.permutation(asked.batch) for _ in rows])
        shuffled = Pool(pool.rollouts, np.take_along_axis(rows, orders, axis=1))
        straight = question.kind(function, case, Pool(pool.rollouts, rows), watch)
        other = question.kind(function, case, shuffled, watch)
        if len(straight.batch) != len(other.batch):
            return False
        if straight.targets is not None and other.targets is not None:
            moved = np.take_along_axis(straight.targets, orders[straight.batch][:, :, None], axis=1)
            same = np.allclose(moved, other.targets, rtol=1e-9, atol=1e-12, equal_nan=True)
        else:
            same = np.allclose(straight.estimates, other.estimates, rtol=1e-9, atol=1e-12)
        if not same:
            return False
    return True


def _unit(watch: Watch, trials: Sequence[Trial]) -> float:
    """The coarsest unit that f computes with: by a dtype seen or named, or as every number it gave is a float32."""
    if watch.lower:
        return max(UNITS[dtype] for dtype in watch.lower)
    arrays = trials[0].question.kind in (advantage, gradient_array, value_target)
    single = arrays and ("*more than float32*" not in watch.reads or speaks_of_single(watch.function))
    return UNITS["float32"] if single else DOUBLE


# --- after the trials -------------------------------------------------------------------------------------


def _smallest(
    function: Callable[..., Any],
    asked: Asked,
    question: Question,
    watch: Watch,
    biased: Sequence[Trial],
    unit: float,
    announce: Announce,
) -> Trial:
    """The smallest biased case among the trials, made smaller still."""
    kept = {id(t.case): t for t in biased}
    deadline = time.monotonic() + SHRINKING_SECONDS

    def still(case: Case) -> bool:
        if time.monotonic() > deadline or math.isinf(unit):
            return False
        announce(case)
        try:
            trial = tried(function, case, question, watch)
        except EstimatorError:
            return False  # a fault on a case that was never drawn is no answer to the question
        kept[id(case)] = trial
        return is_biased(trial, unit) and _relative(trial) > visible

    visible = min(VISIBLE, max(map(_relative, biased)) / 10)
    compiled = asked.kind == "jax"  # a new shape costs a compilation: begin with the smallest, and keep it
    shown = [t.case for t in biased if _relative(t) > visible]
    start = min(shown, key=lambda case: ((case.steps, case.theta.shape[1]) if compiled else (), size(case)))
    case = minimise(start, still, same_shape=compiled)
    return kept.get(id(case)) or tried(function, case, question, watch)


def _relative(trial: Trial) -> float:
    """The bias over the largest entry."""
    scale = max(float(np.abs(trial.exact).max()), float(np.abs(trial.expected).max()), 1e-12)
    return float(np.abs(trial.expected - trial.exact).max()) / scale


def _remarks(
    function: Callable[..., Any],
    question: Question,
    watch: Watch,
    trials: Sequence[Trial],
    biased: Sequence[Trial],
    trial: Trial,
    unit: float,
) -> Iterator[str]:
    """Where the estimator would be right."""
    few = sorted(biased, key=lambda t: len(t.answers.batch))[:6]

    def right(change: Callable[[Case], Case]) -> bool:
        try:
            return not any(is_biased(tried(function, change(t.case), question, watch), unit) for t in few)
        except EstimatorError:
            return False

    other = up_to_scale_for(trials, unit)
    if other is not None:
        yield other
    elif all(t.zero(t.expected) for t in trials):
        yield "its expectation is zero on every MDP: is the gradient detached, or of mean zero?"
    elif any(t.case.is_cut for t in few) and right(lambda case: case.uncut()):
        yield "right where no episode is truncated"
    elif any(t.case.behaviour is not None for t in few) and right(lambda case: case.on_policy()):
        yield "right on policy, where π = μ"
    elif trial.case.mdp.discount < 1 and right(lambda case: case.undiscounted()):
        yield "equal if γ = 1"
    elif trial.case.noise is not None and right(lambda case: case.exact_critic()):
        yield "right where the critic is exact"


# --- by sampling ------------------------------------------------------------------------------------------


def _by_samples(
    function: Callable[..., Any], asked: Asked, question: Question, watch: Watch, at_random: bool
) -> Verdict:
    if at_random and isinstance(question.kind, TorchLoss):
        question.kind.at_random, question.kind.vectorised = True, None
        watch.seconds, watch.calls = 0.0, 0
        _glance(function, asked, question, watch)
    seconds = watch.seconds / max(watch.calls, 1)
    most = int(min(SAMPLES, max(512, asked.timeout / 8 / max(seconds, 1e-7) / SAMPLED_CASES)))
    drawn = cases(min(asked.mdps, SAMPLED_CASES), 12 if at_random else 30, asked.seed, _shapes(asked))
    chosen = [_as_asked(case, asked, watch.reads, question) for case in drawn]
    results = sampled(function, chosen, question, watch, most=most, seed=asked.seed)
    refuted = [r for r in results if r.refuted]
    worst = max(results, key=lambda r: float(np.abs(r.expected - r.exact).max()))
    why = "it draws at random" if at_random else "its batches are too many to enumerate"
    rates = f"false alarms at most {FALSE_ALARM:g}, misses at most {MISS:g}"
    seen = min(r.detectable for r in results)
    note = f"batches were sampled, as {why}: {rates}" + (
        ""
        if refuted
        else f"; a bias above {seen:.2g} of the largest entry, the same on every MDP, would have been seen"
    )
    moving = [r for r in results if np.abs(r.exact).max() > 1e-12]
    name = question.against.name
    return Verdict(
        verdict="BIASED" if refuted else "UNBIASED" if moving else "VACUOUS",
        objective=name,
        unbiased_for=None if refuted else name,
        scale=None,
        max_abs_bias=float(np.abs(worst.expected - worst.exact).max()),
        variance=float(np.mean([r.variance for r in results])),
        cosine=_cosine(moving),
        mdps=len(results),
        counterexample=_sampled_counterexample(refuted[0]) if refuted else None,
        kind=asked.kind,
        batch=asked.batch,
        notes=[*watch.notes, *_how_drawn(asked, watch), note],
        sampled={
            "false_alarm": FALSE_ALARM,
            "miss": MISS,
            "samples": sum(r.samples for r in results),
            "detectable": seen,
        },
    )


def _glance(function: Callable[..., Any], asked: Asked, question: Question, watch: Watch) -> None:
    """One more call, to see how long f takes now."""
    case, pool = next(_glimpses(asked, question, watch.reads))
    question.kind(function, case, Pool(pool.rollouts, np.tile(pool.rows, (32, 1))), watch)


def _cosine(results: Sequence[Sampled]) -> float | None:
    cosines = [
        float((r.expected * r.exact).sum() / (np.linalg.norm(r.expected) * np.linalg.norm(r.exact)))
        for r in results
        if np.linalg.norm(r.expected) > 0
    ]
    return min(cosines) if cosines else None


def _sampled_counterexample(result: Sampled) -> dict[str, Any]:
    case, mdp = result.case, result.case.mdp
    index = np.unravel_index(np.abs(result.expected - result.exact).argmax(), result.exact.shape)
    place = f"s{index[-2]}, a{index[-1]}"
    mean = f"the mean of {result.samples:,} samples is {result.expected[index]:.4g} ± {result.width:.2g}"
    line = f"θ[{place}]: {mean}, exact {result.exact[index]:.6g}"
    return {
        "states": mdp.n_states,
        "actions": mdp.n_actions,
        "horizon": case.steps,
        "gamma": mdp.discount,
        "initial": mdp.initial.tolist(),
        "transition": mdp.transition.tolist(),
        "reward": mdp.reward.tolist(),
        "terminal": mdp.terminal.tolist(),
        "theta": case.theta.tolist(),
        "probabilities": case.policy.tolist(),
        "expected": result.expected.tolist(),
        "gradient": result.exact.tolist(),
        "text": f"{picture(case)}\n{line}",
    }
