"""Judges an estimator: its exact expectation against the exact gradient, on MDPs that Hypothesis draws."""

from __future__ import annotations

import difflib
import functools
import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from numpy.typing import NDArray

from numeric.counterexamples import Case, counterexample, minimise, picture, size
from numeric.enumeration import count_trajectories
from numeric.errors import EstimatorError
from numeric.exact import Estimator, moments, objective_gradient
from numeric.isolation import run_module, write_answer
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities
from numeric.strategies import logits, mdps, rich_logits, rich_mdps
from numeric.verdicts import Trial, Verdict, proportional, unbiased_on, verdict
from numeric.watch import Watched

__all__ = ["Verdict", "judge", "judge_file"]

Floats = NDArray[np.float64]
Announce = Callable[[Case], None]

KINDS = ("numpy",)
BATCHES_PER_MDP = 625  # enough for every trajectory at N = 1, and for every group of N = 4 on a rich MDP
FEWEST_RICH = 5  # trajectories of the smallest rich MDP
LARGEST_BATCH = 12  # two trajectories, the fewest with a gradient, make 4,096 batches
FORCED: dict[int, dict[str, Any]] = {2: {"discount": 1.0}, 4: {"discount": 0.0}, 6: {"horizon": 4}}
MODULE = "judged_file"  # a name that the file itself will not import


def judge(
    estimator: Estimator, *, kind: str = "numpy", batch: int = 1, max_examples: int = 50, seed: int = 0
) -> Verdict:
    """E[f] = ∇J? On `max_examples` MDPs, E[f] over every batch of N = `batch` trajectories against exact ∇J.

    `estimator` is f(b, theta): b the padded batch (`Trajectories`), theta the softmax logits [S, A], the
    value the batch's gradient estimate, an array [S, A] of a real dtype. Deterministic for a given `seed`.
    Raises EstimatorError, naming the value, when f raises, mutates its batch, remembers an earlier call, or
    returns anything but a finite array [S, A]; and for an unknown kind, numbers below 1, or N above 12.
    """
    return _judge(estimator, kind, batch, max_examples, seed, announce=lambda case: None)


def judge_file(
    path: str | Path,
    function_name: str,
    *,
    timeout: float = 60.0,
    kind: str = "numpy",
    batch: int = 1,
    max_examples: int = 50,
    seed: int = 0,
) -> Verdict:
    """`judge` on a function of a Python file, in a child process that is killed after `timeout` seconds.

    What the file prints goes to standard error. Raises EstimatorError as `judge` does, and for a file that
    cannot be loaded, an unknown name (with the nearest ones), no answer in time (with the MDP it was on), or
    a process that ends itself.
    """
    request = [str(path), function_name, kind, batch, max_examples, seed]
    outcome = run_module("numeric.testing", json.dumps(request), timeout=timeout)
    if "verdict" in outcome.files:
        return Verdict(**json.loads(outcome.files["verdict"]))
    if "error" in outcome.files:
        raise EstimatorError(outcome.files["error"])
    where = outcome.files.get("case", "(it was still being loaded)")
    if outcome.status is None:
        raise EstimatorError(f"{function_name} did not end within {timeout:g} seconds; it was on\n{where}")
    raise EstimatorError(f"{function_name} ended its own process, with status {outcome.status}; it was on\n{where}")


def _judge(estimator: Estimator, kind: str, batch: int, max_examples: int, seed: int, announce: Announce) -> Verdict:
    if kind not in KINDS:
        raise EstimatorError(f"kind is {kind!r}; the known kinds are {', '.join(KINDS)}")
    for name, number in {"batch": batch, "max_examples": max_examples}.items():
        if number < 1:
            raise EstimatorError(f"{name} is {number}; give an integer >= 1")
    if batch > LARGEST_BATCH:
        raise EstimatorError(f"batch is {batch}; every batch is enumerated: give at most {LARGEST_BATCH}")
    trials = [_trial(estimator, batch, announce, *case) for case in _cases(batch, max_examples, seed)]
    found = verdict(trials)
    if found.verdict != "BIASED":
        return found
    return replace(found, counterexample=_counterexample(estimator, batch, announce, trials))


def _trial(estimator: Estimator, batch: int, announce: Announce, mdp: FiniteMDP, theta: Floats) -> Trial:
    announce((mdp, theta))
    watched = Watched(estimator)
    result = moments(watched, mdp, theta, batch=batch)
    watched.repeat()
    return Trial(
        mdp=mdp,
        theta=theta,
        expected=result.mean,
        variance=float(result.variance.sum()),
        gradient=objective_gradient(mdp, theta),
        undiscounted=objective_gradient(replace(mdp, discount=1.0), theta),
        batch=batch,
        batches=result.batches,
        largest=result.largest,
        epsilon=watched.epsilon,
    )


# --- the MDPs ---------------------------------------------------------------------------------------------


@st.composite
def _case(draw: st.DrawFn, most: int) -> Case:
    """Three times in four a rich MDP, where `most` trajectories are enough for one; else any MDP."""
    rich = most >= FEWEST_RICH and draw(st.integers(0, 3)) > 0
    mdp = draw((rich_mdps if rich else mdps)(max_trajectories=most))
    return mdp, draw((rich_logits if rich else logits)(mdp.n_states, mdp.n_actions))


def _forced(number: int, case: Case, most: int) -> Case:
    """The case with what chance alone might leave out: γ = 1, γ = 0, T = 4, each in every eighth case."""
    mdp, theta = case
    changed = replace(mdp, **FORCED.get(number % 8, {}))
    return (changed, theta) if count_trajectories(changed, softmax_probabilities(theta)) <= most else case


@functools.lru_cache(maxsize=32)
def _cases(batch: int, max_examples: int, seed: int) -> tuple[Case, ...]:
    """The MDPs and logits to judge on: the same ones for the same arguments."""
    drawn: list[Case] = []
    most = max(2, int(BATCHES_PER_MDP ** (1 / batch) + 1e-9))

    @hypothesis_seed(seed)
    @settings(
        max_examples=max_examples,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(_case(most))
    def collect(case: Case) -> None:
        drawn.append(case)

    collect()
    return tuple(_forced(number, case, most) for number, case in enumerate(drawn))


def _counterexample(estimator: Estimator, batch: int, announce: Announce, trials: list[Trial]) -> dict[str, Any]:
    """The smallest biased MDP among the trials, made smaller still, with both values."""

    def biased(mdp: FiniteMDP, theta: Floats) -> bool:
        try:
            return not unbiased_on(_trial(estimator, batch, announce, mdp, theta))
        except EstimatorError:
            return False  # a fault on an MDP that was never drawn is no answer to the question

    start = min(((t.mdp, t.theta) for t in trials if not unbiased_on(t)), key=size)
    mdp, theta = minimise(start, biased)
    trial = _trial(estimator, batch, announce, mdp, theta)
    if mdp.discount < 1 and not biased(replace(mdp, discount=1.0), theta):
        note = "equal if γ = 1"
    elif trial.expected.any() and proportional(trial):
        note = "a factor would repair this one; on other MDPs the factor differs"
    else:
        note = ""
    return counterexample(mdp, theta, trial.expected, trial.gradient, note)


# --- the child process ------------------------------------------------------------------------------------


def main(folder: str, request: str) -> None:
    """Judges as `judge_file` asked; answers by the files `case`, `verdict` and `error` in `folder`."""
    path, name, kind, batch, max_examples, seed = json.loads(request)
    answer = functools.partial(write_answer, folder)
    try:
        function = load_function(path, name)
        found = _judge(function, kind, batch, max_examples, seed, lambda case: answer("case", picture(*case)))
        answer("verdict", json.dumps(asdict(found)))
    except EstimatorError as error:
        answer("error", str(error))


def load_function(path: str, name: str) -> Estimator:
    """The function `name` of the Python file `path`. Raises EstimatorError when either is not there."""
    spec = importlib.util.spec_from_file_location(MODULE, path)
    if not Path(path).is_file() or spec is None or spec.loader is None:
        raise EstimatorError(f"{path} is not a Python file; give the path of one that defines {name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    sys.path.insert(0, str(Path(path).resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as cause:
        raise EstimatorError(f"{path} cannot be loaded: {type(cause).__name__}: {cause}") from cause
    if not callable(getattr(module, name, None)):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        near = difflib.get_close_matches(name, known, cutoff=0.4) or sorted(known) or ["(nothing callable)"]
        raise EstimatorError(f"{path} has no function {name!r}; did you mean {' or '.join(near)}?")
    function: Estimator = getattr(module, name)
    return function


if __name__ == "__main__":
    main(*sys.argv[1:])
