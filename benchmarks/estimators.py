"""Verdicts on estimators: 50 MDPs, every batch enumerated; and one per cent of bias, exactly against sampled.

The peer of the last one is the same estimator called on sampled batches, as many as show that bias at the error rates
of the sequential test; one block of calls is timed and scaled to that number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.measure import Row, Timed, WrongAnswer, times
from benchmarks.registry import benchmark
from numeric.estimators import reward_to_go
from numeric.judging.batch import Batch, Pool
from numeric.judging.drawing import cases
from numeric.judging.rollouts import rollouts
from numeric.returns import discounts, rewards_to_go
from numeric.testing import judge, samples_needed

Function = Callable[..., Any]
CALLS = 2000
BIAS = 0.01


def _weights(b: Batch) -> Any:
    return discounts(b.gamma, b.rewards.shape[1]) * rewards_to_go(b.rewards, b.gamma)


def _without_discount(b: Batch) -> Any:
    return rewards_to_go(b.rewards, b.gamma)


def _one_per_cent_more(b: Batch) -> Any:
    return (1 + BIAS) * _weights(b)


def _torch_loss(b: Batch) -> Any:
    import torch

    out, following = [], torch.zeros_like(b.rewards[:, 0])
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        following = b.rewards[:, t] + b.gamma * following
        out.insert(0, b.gamma**t * following)
    return -(b.logp * torch.stack(out, 1) * b.mask).sum(1).mean()


def _jax_loss(b: Batch) -> Any:
    import jax.numpy as jnp

    out, following = [], jnp.zeros(b.rewards.shape[0])
    for t in range(b.rewards.shape[1] - 1, -1, -1):
        following = b.rewards[:, t] + b.gamma * following
        out.insert(0, b.gamma**t * following)
    return -(b.logp * jnp.stack(out, 1) * b.mask).sum(1).mean()


def _verdict(name: str, budget: float, *, function: Function, kind: str, batch: int, word: str) -> Row:
    """A whole verdict; a biased one is found, and shrunk."""
    run = partial(judge, function, kind=kind, batch=batch)
    run()  # the first call imports and compiles
    return times(name, Timed(run, right=lambda found: found.verdict == word), None, budget, unit="s")


def _one_per_cent(name: str, budget: float) -> Row:
    """On one MDP: E[f] over every trajectory, against as many samples as are needed."""
    found = judge(_one_per_cent_more, kind="advantage", max_examples=1)
    if (found.verdict, found.scale) != ("SCALED", 1 + BIAS):
        raise WrongAnswer(f"{found.verdict} {found.scale}")
    ours = times(
        name, Timed(partial(judge, _one_per_cent_more, kind="advantage", max_examples=1)), None, budget, unit="s"
    )
    number, seconds = _samples()
    return Row(name, ours.ours, number * seconds, number * seconds / ours.ours, "s")


def _samples() -> tuple[int, float]:
    """How many samples one per cent of the largest entry takes, and the seconds of one."""
    case = cases(1, 160, 0)[0].on_policy().uncut()
    drawn = rollouts(case)
    rows = np.random.default_rng(0).choice(len(drawn), (CALLS, 1), p=drawn.weights / drawn.weights.sum())
    pool, start = Pool(drawn, rows), perf_counter()
    estimates = np.array([reward_to_go(Batch(pool, i), case.theta) for i in range(CALLS)])  # type: ignore[arg-type]
    seconds = (perf_counter() - start) / CALLS
    largest = np.unravel_index(np.abs(estimates.mean(axis=0)).argmax(), case.theta.shape)
    entry = estimates[(slice(None), *largest)]
    return samples_needed(BIAS * abs(entry.mean()), entry.std(), np.abs(entry).max()), seconds


for name, function, kind, batch, word in (
    ("verdict_advantage_batch_1", _weights, "advantage", 1, "UNBIASED"),
    ("verdict_advantage_batch_2", _weights, "advantage", 2, "UNBIASED"),
    ("verdict_numpy_batch_1", reward_to_go, "numpy", 1, "UNBIASED"),
    ("verdict_numpy_batch_2", reward_to_go, "numpy", 2, "UNBIASED"),
    ("verdict_biased_and_shrunk", _without_discount, "advantage", 1, "BIASED"),
):
    benchmark(name, group="estimators")(partial(_verdict, function=function, kind=kind, batch=batch, word=word))
for name, function, kind, batch in (
    ("verdict_torch_batch_1", _torch_loss, "torch", 1),
    ("verdict_torch_batch_2", _torch_loss, "torch", 2),
    ("verdict_jax_batch_1", _jax_loss, "jax", 1),
    ("verdict_jax_batch_2", _jax_loss, "jax", 2),
):
    benchmark(name, group="estimators", needs=(kind,), slow=True)(
        partial(_verdict, function=function, kind=kind, batch=batch, word="UNBIASED")
    )
benchmark("one_per_cent_of_bias", group="estimators")(_one_per_cent)
