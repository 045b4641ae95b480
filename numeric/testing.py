"""Tests of estimators: `@unbiased` and its companions, and the judge behind them as a function.

    from numeric.testing import unbiased

    @unbiased("advantage", batch=2, shared_start=True)
    def test_leave_one_out(b):
        return leave_one_out(b.rewards, b.mask)

What fails is shown on the smallest MDP that was found.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from typing import Any

from numeric.errors import EstimatorError
from numeric.judging.asked import KINDS, Asked
from numeric.judging.batch import Batch
from numeric.judging.comparing import first_difference, larger_variance
from numeric.judging.file import judge_file
from numeric.judging.judge import judged
from numeric.judging.rows import per_trajectory
from numeric.judging.sequential import samples_needed
from numeric.judging.verdicts import Verdict

__all__ = [
    "KINDS",
    "Batch",
    "EstimatorError",
    "EstimatorFailure",
    "Verdict",
    "judge",
    "judge_file",
    "known_bias",
    "per_trajectory",
    "same_expectation",
    "samples_needed",
    "unbiased",
    "value_target",
    "variance_le",
]

Objective = str | Callable[..., Any] | None
Test = Callable[..., Any]

PROFILES = {"quick": 15, "default": 50, "thorough": 400}
PROFILE_VARIABLE = "DERIVE_PROFILE"
GIVEN = ("theta", "choose")  # what a test may ask for besides its batch; other parameters are fixtures


class EstimatorFailure(AssertionError):
    """An estimator that is not what its test says; the message is all there is to read."""

    verdict: Verdict | None = None


def unbiased(
    kind: str,
    *,
    objective: Objective = None,
    batch: int = 1,
    shared_start: bool = False,
    up_to_scale: bool = False,
    known_bias: str | None = None,
    mdps: int | None = None,
    seed: int = 0,
    timeout: float = 60.0,
    off_policy: bool | None = None,
    truncation: bool | None = None,
    critic: str = "exact",
) -> Callable[[Test], Test]:
    """E[f] = ∇J, exactly, on every MDP drawn: the test passes, or fails with the smallest MDP where it does not hold.

    The decorated function is the estimator. `kind` says what it takes and gives: "advantage" f(b) -> weights [N, T];
    "numpy" f(b, theta) -> the gradient estimate [S, A]; "torch" and "jax" f(b) -> a scalar loss, to be minimised;
    "value_target" f(b) -> targets [N, T], `objective` then being "V" (default), "Q", "A", "KL" or "KL per token".
    `objective` is a name ("discounted J", "undiscounted J", "KL", "KL per token", "entropy", "entropy per token",
    "max@k", "undiscounted max@k") or a function. `batch` is N, all from one start if `shared_start`. SCALED passes if
    `up_to_scale`; with `known_bias="why"` the test passes when a biased MDP is found, and fails when none is.
    """
    asked = functools.partial(
        Asked, kind, objective, batch, shared_start, seed=seed, timeout=timeout,
        off_policy=off_policy, truncation=truncation, critic=critic,
    )  # fmt: skip

    def decorate(function: Test) -> Test:
        reason = known_bias or getattr(function, "__known_bias__", None)

        def run(*args: Any, **fixtures: Any) -> None:
            __tracebackhide__ = True
            names = [n for n in inspect.signature(function).parameters if n not in fixtures][len(args) :]
            estimator = _only(functools.partial(function, *args, **fixtures), names, function)
            found = judged(estimator, asked(mdps=mdps or _mdps()))
            _last(test, found)
            _conclude(found, function.__name__, up_to_scale, getattr(test, "__known_bias__", reason))

        test = _as_test(run, function)
        test.__estimator__ = function  # type: ignore[attr-defined]
        test.__asked__ = asked  # type: ignore[attr-defined]
        test.__up_to_scale__ = up_to_scale  # type: ignore[attr-defined]
        return test

    return decorate


def value_target(objective: str = "V", **options: Any) -> Callable[[Test], Test]:
    """E[target_t | s_t (, a_t)] equals V, Q or A at every step that can be reached: `unbiased("value_target", ...)`."""
    return unbiased("value_target", objective=objective, **options)


def known_bias(why: str) -> Callable[[Test], Test]:
    """The mirror of `@unbiased`, above or below it: the test passes when a biased MDP is found, and says why it may."""
    if not isinstance(why, str) or not why:
        raise EstimatorError(f"known_bias is {why!r}; say in words why the estimator is biased")

    def decorate(test: Test) -> Test:
        test.__known_bias__ = why  # type: ignore[attr-defined]
        return test

    return decorate


def judge(
    estimator: Callable[..., Any],
    *,
    kind: str = "numpy",
    objective: Objective = None,
    batch: int = 1,
    shared_start: bool = False,
    max_examples: int = 50,
    seed: int = 0,
    timeout: float = 60.0,
    off_policy: bool | None = None,
    truncation: bool | None = None,
    critic: str = "exact",
) -> Verdict:
    """E[f] = ∇J? On `max_examples` MDPs, E[f] over every batch of N = `batch` trajectories against the exact ∇J.

    Deterministic for a given `seed`. Raises EstimatorError, in one line, when f raises, changes its batch, remembers an
    earlier call, returns anything but what its kind says, or does not end within `timeout` seconds.
    """
    asked = Asked(
        kind, objective, batch, shared_start, max_examples, seed, timeout, off_policy, truncation, critic
    )  # fmt: skip
    return judged(estimator, asked)


def same_expectation(f: Callable[..., Any], g: Callable[..., Any], *, kind: str | None = None, **options: Any) -> None:
    """E[f] = E[g] on every MDP drawn; raises EstimatorFailure with the smallest where not.

    `kind` is "numpy" where f takes theta, else "advantage"; options are those of `unbiased`. A value target is compared
    given the state, on batches whose critic is arbitrary.
    """
    __tracebackhide__ = True
    found = first_difference(f, g, _comparison(f, kind, options))
    if found is not None:
        raise EstimatorFailure(f"{_name(f)} and {_name(g)} differ in expectation\n{_indented(found.text)}")


def variance_le(f: Callable[..., Any], g: Callable[..., Any], *, kind: str | None = None, **options: Any) -> None:
    """Σ Var[f] <= Σ Var[g] on every MDP drawn; raises EstimatorFailure with the smallest where not."""
    __tracebackhide__ = True
    found = larger_variance(f, g, _comparison(f, kind, options))
    if found is not None:
        raise EstimatorFailure(f"{_name(f)} has a larger variance than {_name(g)}\n{_indented(found.text)}")


def _comparison(f: Callable[..., Any], kind: str | None, options: dict[str, Any]) -> Asked:
    from numeric.judging.calling import parameters

    kind = kind or ("numpy" if len([n for n in parameters(f) if n != "choose"]) > 1 else "advantage")
    defaults: dict[str, Any] = {"critic": "arbitrary", "mdps": _mdps()}
    return Asked(kind, **(defaults | options))


# --- the test function ------------------------------------------------------------------------------------


def _as_test(run: Test, function: Test) -> Test:
    """`run` under the name of the function, with its fixtures as parameters: what pytest collects."""
    parameters = list(inspect.signature(function).parameters.values())
    first = 1 if parameters and parameters[0].name == "self" else 0
    if len(parameters) <= first:
        raise EstimatorError(f"{function.__name__} takes no batch; write `def {function.__name__}(b): ...`")
    kept = parameters[:first]
    kept += [p for p in parameters[first + 1 :] if p.name not in GIVEN and p.default is p.empty]

    @functools.wraps(function)
    def test(*args: Any, **fixtures: Any) -> None:
        __tracebackhide__ = True
        return run(*args, **fixtures)

    del test.__wrapped__
    test.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
    return test


def _only(estimator: Callable[..., Any], names: list[str], function: Test) -> Callable[..., Any]:
    """The estimator under the name of its function, taking b and what it asks for, by position."""
    wanted = [n for n in names[1:] if n in GIVEN]

    def call(b: Batch, *given: Any) -> Any:
        return estimator(b, **dict(zip(wanted, given, strict=True)))

    call.__name__ = function.__name__
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    call.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in ["b", *wanted]])  # type: ignore[attr-defined]
    call.__wrapped__ = function  # type: ignore[attr-defined]
    return call


def _conclude(found: Verdict, name: str, up_to_scale: bool, reason: str | None) -> None:
    __tracebackhide__ = True
    right = found.verdict in ("UNBIASED", "NUMERIC") or (up_to_scale and found.verdict == "SCALED")
    if reason is None and right:
        return
    if reason is not None and found.verdict in ("BIASED", "SCALED") and not right:
        return
    if reason is None:
        message = told(found, name)
    else:
        message = f"{name} is {found.verdict} for {found.objective}, on {found.mdps} MDPs; known_bias said: {reason}"
    failure = EstimatorFailure(message)
    failure.verdict = found
    raise failure


def told(found: Verdict, name: str) -> str:
    """The verdict in a few lines: the word and the objective, the smallest MDP in two lines, what would be right."""
    scale = f" by {found.scale}" if found.verdict == "SCALED" else ""
    other = f"; unbiased for {found.unbiased_for}" if found.unbiased_for not in (None, found.objective) else ""
    size = "one trajectory" if found.batch == 1 else f"batches of {found.batch}"
    lines = [f"{name} is {found.verdict}{scale} for {found.objective}{other} ({found.kind}, {size}, {found.mdps} MDPs)"]
    if found.verdict == "SCALED":
        lines.append("E[estimator] = scale · exact on every MDP; multiply it out, or say up_to_scale=True")
    if found.verdict == "VACUOUS":
        lines.append("expectation and exact value are zero on every MDP: nothing was tested")
    if found.counterexample:
        lines += found.counterexample["text"].splitlines()
    lines += [note for note in found.notes if not found.counterexample or note not in found.counterexample["text"]]
    return lines[0] + "".join(f"\n  {line}" for line in lines[1:])


def _mdps() -> int:
    profile = os.environ.get(PROFILE_VARIABLE, "default")
    if profile not in PROFILES:
        raise EstimatorError(f"{PROFILE_VARIABLE} is {profile!r}; the profiles are {', '.join(PROFILES)}")
    return PROFILES[profile]


def _last(test: Test, found: Verdict) -> None:
    """Where the pytest plugin finds what was judged."""
    test.__verdict__ = found  # type: ignore[attr-defined]


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
