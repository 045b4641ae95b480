"""From an MDP on which an estimator is biased to the smallest like it, and a picture to check by hand."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import MDPError
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities

__all__ = ["counterexample", "fraction_text", "minimise", "picture", "size"]

Floats = NDArray[np.float64]
Case = tuple[FiniteMDP, Floats]
Edit = tuple[dict[str, Any], Floats]

LARGEST_DENOMINATOR = 10_000
PLAIN_DISCOUNTS = (1.0, 1 / 2)  # the plainest first


def size(case: Case) -> tuple[int, ...]:
    """What makes an MDP and its logits hard to check by hand, the worst first; smaller is simpler."""
    mdp, theta = case
    running = ~mdp.terminal
    measures = (
        np.count_nonzero(running),
        mdp.steps,
        mdp.n_actions,
        mdp.n_states,
        np.count_nonzero(mdp.reward),
        np.count_nonzero(mdp.initial) + np.count_nonzero(mdp.transition[running]),
        np.count_nonzero(np.ptp(theta[running], axis=1)),
        np.count_nonzero((mdp.reward != 0) & (mdp.reward != 1)),
        PLAIN_DISCOUNTS.index(mdp.discount) if mdp.discount in PLAIN_DISCOUNTS else len(PLAIN_DISCOUNTS),
        np.count_nonzero(theta),
        np.count_nonzero(mdp.transition[running] % 0.5),
    )
    return tuple(int(measure) for measure in measures)


def minimise(case: Case, biased: Callable[[FiniteMDP, Floats], bool], *, attempts: int = 2000) -> Case:
    """The case reached by simplifying step by step while `biased` stays true; deterministic.

    `biased(mdp, theta)` is asked at most `attempts` times, always of a case of smaller `size`.
    """
    improved = True
    while improved:
        improved = False
        for simpler in _simpler(*case):
            if size(simpler) < size(case):
                attempts -= 1
                if attempts < 0:
                    return case
                if biased(*simpler):
                    case, improved = simpler, True
                    break
    return case


def _simpler(mdp: FiniteMDP, theta: Floats) -> Iterator[Case]:
    """Cases that are simpler in one respect, the boldest first; edits that leave no MDP are passed over."""
    for edits in (_shorter, _without_state, _without_action, _fewer_rewards, _without_chance, _plain_numbers):
        for edit, logits in edits(mdp, theta):
            with contextlib.suppress(MDPError):
                yield replace(mdp, **edit), logits


def _shorter(mdp: FiniteMDP, theta: Floats) -> Iterator[Edit]:
    for horizon in range(1, mdp.steps):
        yield {"horizon": horizon}, theta


def _without_state(mdp: FiniteMDP, theta: Floats) -> Iterator[Edit]:
    """State `gone` is taken out, and what led to it leads to state `to`."""
    for gone, to in itertools.permutations(range(mdp.n_states), 2):
        initial, transition, reward = mdp.initial.copy(), mdp.transition.copy(), mdp.reward.copy()
        unused = transition[:, :, to] == 0
        reward[unused, to] = reward[unused, gone]
        transition[:, :, to] += transition[:, :, gone]
        initial[to] += initial[gone]
        inner = np.delete(transition, gone, 0), np.delete(reward, gone, 0)
        edit = {
            "initial": np.delete(initial, gone),
            "transition": np.delete(inner[0], gone, 2),
            "reward": np.delete(inner[1], gone, 2),
            "terminal": np.delete(mdp.terminal, gone),
        }
        yield edit, np.delete(theta, gone, 0)


def _without_action(mdp: FiniteMDP, theta: Floats) -> Iterator[Edit]:
    for action in range(mdp.n_actions if mdp.n_actions > 2 else 0):
        edit = {
            "transition": np.delete(mdp.transition, action, 1),
            "reward": np.delete(mdp.reward, action, 1),
        }
        yield edit, np.delete(theta, action, 1)


def _fewer_rewards(mdp: FiniteMDP, theta: Floats) -> Iterator[Edit]:
    paid = [tuple(index) for index in np.argwhere(mdp.reward)]
    for index in paid:
        yield {"reward": _with(np.zeros_like(mdp.reward), index, mdp.reward[index])}, theta
    for index in paid:
        yield {"reward": _with(mdp.reward, index, 0)}, theta


def _without_chance(mdp: FiniteMDP, theta: Floats) -> Iterator[Edit]:
    certain = np.eye(mdp.n_states)
    for state in np.flatnonzero(mdp.initial):
        yield {"initial": certain[state]}, theta
    for state, action, following in np.argwhere(mdp.transition):
        yield {"transition": _with(mdp.transition, (state, action), certain[following])}, theta


def _plain_numbers(mdp: FiniteMDP, theta: Floats) -> Iterator[Edit]:
    for discount in PLAIN_DISCOUNTS:
        yield {"discount": discount}, theta
    for state in range(mdp.n_states):
        yield {}, _with(theta, state, 0)
    for index in np.argwhere(mdp.reward):
        yield {"reward": _with(mdp.reward, tuple(index), 1)}, theta
    for state, action in np.argwhere((mdp.transition > 0).sum(axis=2) == 2):
        halves = (mdp.transition[state, action] > 0) / 2
        yield {"transition": _with(mdp.transition, (state, action), halves)}, theta


def _with(array: Floats, index: Any, value: Any) -> Floats:
    changed = array.copy()
    changed[index] = value
    return changed


# --- for the reader ---------------------------------------------------------------------------------------


def fraction_text(value: float) -> str:
    """The fraction with denominator <= 10,000 that `value` is to rounding, else its first six digits."""
    fraction = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    rounding = 8 * np.finfo(np.float64).eps * max(1.0, abs(value))
    return str(fraction) if abs(float(fraction) - value) <= rounding else f"{value:.6g}"


def counterexample(mdp: FiniteMDP, theta: Floats, expected: Floats, gradient: Floats, note: str) -> dict[str, Any]:
    """The MDP, the policy, E[f] and ∇J as plain numbers and lists, and `text`, the picture of them."""
    probabilities = softmax_probabilities(theta)
    lines = [*_picture(mdp, probabilities), *_comparison(mdp, expected, gradient), *([note] if note else [])]
    return {
        "states": mdp.n_states,
        "actions": mdp.n_actions,
        "horizon": mdp.steps,
        "gamma": mdp.discount,
        "initial": mdp.initial.tolist(),
        "transition": mdp.transition.tolist(),
        "reward": mdp.reward.tolist(),
        "terminal": mdp.terminal.tolist(),
        "theta": theta.tolist(),
        "probabilities": probabilities.tolist(),
        "expected": expected.tolist(),
        "gradient": gradient.tolist(),
        "text": "\n".join(lines),
    }


def picture(mdp: FiniteMDP, theta: Floats) -> str:
    """The MDP and the policy in a few lines: sizes, start, policy, every step with its chance and reward."""
    return "\n".join(_picture(mdp, softmax_probabilities(theta)))


def _picture(mdp: FiniteMDP, probabilities: Floats) -> Iterator[str]:
    sizes = (_count(mdp.n_states, "state"), _count(mdp.n_actions, "action"), _count(mdp.steps, "step"))
    yield f"{', '.join(sizes)}, γ = {fraction_text(mdp.discount)}"
    starts = [f"s{s} with {fraction_text(float(mdp.initial[s]))}" for s in np.flatnonzero(mdp.initial)]
    yield f"start: {', '.join(starts).removesuffix(' with 1')}"
    for s in np.flatnonzero(mdp.terminal):
        yield f"s{s} ends the episode"
    for s in np.flatnonzero(~mdp.terminal):
        law = ", ".join(f"π(a{a}|s{s}) = {fraction_text(float(p))}" for a, p in enumerate(probabilities[s]))
        yield f"policy: {law}"
    for s, a, following in np.argwhere(mdp.transition):
        if not mdp.terminal[s]:
            chance = fraction_text(float(mdp.transition[s, a, following]))
            reward = fraction_text(float(mdp.reward[s, a, following]))
            yield (f"step: s{s}, a{a} -> s{following}" + f" with {chance}" * (chance != "1") + f", reward {reward}")


def _comparison(mdp: FiniteMDP, expected: Floats, gradient: Floats) -> Iterator[str]:
    for s, a in np.ndindex(expected.shape):
        if not mdp.terminal[s] or expected[s, a] != 0:
            ours, exact = fraction_text(float(expected[s, a])), fraction_text(float(gradient[s, a]))
            yield f"θ[s{s}, a{a}]: E[estimator] = {ours}, ∇J = {exact}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
