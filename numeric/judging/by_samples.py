"""The verdict where batches are sampled: the words, the error rates, the case on which bias was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from numeric.judging.asked import Asked
from numeric.judging.batch import Pool
from numeric.judging.choosing import as_asked, how_drawn, shapes
from numeric.judging.drawing import cases
from numeric.judging.picture import picture
from numeric.judging.probing import glimpses
from numeric.judging.sampled import FALSE_ALARM, MISS, Sampled, sampled
from numeric.judging.torch_kind import TorchLoss
from numeric.judging.trial import Question
from numeric.judging.verdicts import Verdict
from numeric.judging.watch import Watch

__all__ = ["by_samples"]

SAMPLED_CASES, SAMPLES = 6, 20_000


def by_samples(
    function: Callable[..., Any], asked: Asked, question: Question, watch: Watch, at_random: bool
) -> Verdict:
    if at_random and isinstance(question.kind, TorchLoss):
        question.kind.at_random, question.kind.vectorised = True, None
        watch.seconds, watch.calls = 0.0, 0
        _glance(function, asked, question, watch)
    seconds = watch.seconds / max(watch.calls, 1)
    most = int(min(SAMPLES, max(512, asked.timeout / 8 / max(seconds, 1e-7) / SAMPLED_CASES)))
    drawn = cases(min(asked.mdps, SAMPLED_CASES), 12 if at_random else 30, asked.seed, shapes(asked))
    chosen = [as_asked(case, asked, watch.reads, question) for case in drawn]
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
        notes=[*watch.notes, *how_drawn(asked, watch), note],
        sampled={
            "false_alarm": FALSE_ALARM,
            "miss": MISS,
            "samples": sum(r.samples for r in results),
            "detectable": seen,
        },
    )


def _glance(function: Callable[..., Any], asked: Asked, question: Question, watch: Watch) -> None:
    """One more call, to see how long f takes now."""
    case, pool = next(glimpses(asked, question, watch.reads))
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
