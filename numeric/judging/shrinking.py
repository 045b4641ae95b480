"""From a case on which an estimator is biased to the smallest like it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import MDPError
from numeric.judging.case import Case

__all__ = ["minimise", "size"]

Floats = NDArray[np.float64]
PLAIN_DISCOUNTS = (1.0, 1 / 2)  # the plainest first


def size(case: Case) -> tuple[int, ...]:
    """What makes a case hard to check by hand, the worst first; smaller is simpler."""
    mdp = case.mdp
    running = ~mdp.terminal
    measures = (
        case.is_cut,
        np.count_nonzero(running),
        case.horizon,
        mdp.n_actions,
        mdp.n_states,
        np.count_nonzero(case.cut),
        np.count_nonzero(mdp.reward),
        np.count_nonzero(mdp.initial) + np.count_nonzero(mdp.transition[running]),
        np.count_nonzero(np.ptp(case.theta[running], axis=1)),
        case.behaviour is not None,
        0 if case.behaviour is None else np.count_nonzero(np.ptp(case.behaviour[running], axis=1)),
        np.count_nonzero((mdp.reward != 0) & (mdp.reward != 1)),
        PLAIN_DISCOUNTS.index(mdp.discount) if mdp.discount in PLAIN_DISCOUNTS else len(PLAIN_DISCOUNTS),
        np.count_nonzero(case.theta),
        np.count_nonzero(np.ptp(case.reference, axis=1)),
        np.count_nonzero(mdp.transition[running] % 0.5),
    )
    return tuple(int(measure) for measure in measures)


def minimise(case: Case, biased: Callable[[Case], bool], *, attempts: int = 600, same_shape: bool = False) -> Case:
    """The case reached by simplifying step by step while `biased` stays true; deterministic.

    `biased` is asked at most `attempts` times, always of a case of smaller `size`; arrays keep their shape [T], [A]
    if `same_shape`.
    """
    improved = True
    while improved:
        improved = False
        for simpler in _simpler(case, same_shape):
            if size(simpler) < size(case):
                attempts -= 1
                if attempts < 0:
                    return case
                if biased(simpler):
                    case, improved = simpler, True
                    break
    return case


def _simpler(case: Case, same_shape: bool) -> Iterator[Case]:
    """Cases that are simpler in one respect, the boldest first; edits that leave no MDP are passed over."""
    edits = (
        _uncut,
        _shorter,
        _without_state,
        _without_action,
        _fewer_rewards,
        _without_chance,
        _plain_numbers,
    )
    for edit in edits:
        for simpler in edit(case):
            if not same_shape or (simpler.steps, simpler.theta.shape[1]) == (case.steps, case.theta.shape[1]):
                yield simpler


def _uncut(case: Case) -> Iterator[Case]:
    if case.is_cut:
        yield case.uncut()
    if case.cut.any():
        yield replace(case, cut=np.zeros_like(case.cut))
    if case.behaviour is not None:
        yield case.on_policy()


def _shorter(case: Case) -> Iterator[Case]:
    over = case.horizon - case.steps
    for steps in range(1, case.steps):
        horizon = steps + over
        noise = None if case.noise is None else case.noise[: horizon + 1]
        yield replace(case, mdp=replace(case.mdp, horizon=horizon), cut=case.cut[:horizon], noise=noise, steps=steps)


def _without_state(case: Case) -> Iterator[Case]:
    """State `gone` is taken out, and what led to it leads to state `to`."""
    mdp = case.mdp
    for gone, to in itertools.permutations(range(mdp.n_states), 2):
        initial, transition, reward = mdp.initial.copy(), mdp.transition.copy(), mdp.reward.copy()
        unused = transition[:, :, to] == 0
        reward[unused, to] = reward[unused, gone]
        transition[:, :, to] += transition[:, :, gone]
        initial[to] += initial[gone]
        inner = np.delete(transition, gone, 0), np.delete(reward, gone, 0)
        edit: dict[str, Any] = {
            "initial": np.delete(initial, gone),
            "transition": np.delete(inner[0], gone, 2),
            "reward": np.delete(inner[1], gone, 2),
            "terminal": np.delete(mdp.terminal, gone),
        }
        with contextlib.suppress(MDPError):
            yield replace(
                case,
                mdp=replace(mdp, **edit),
                theta=np.delete(case.theta, gone, 0),
                behaviour=None if case.behaviour is None else np.delete(case.behaviour, gone, 0),
                reference=np.delete(case.reference, gone, 0),
                noise=None if case.noise is None else np.delete(case.noise, gone, 1),
                cut=np.delete(case.cut, gone, 1),
            )


def _without_action(case: Case) -> Iterator[Case]:
    for action in range(case.mdp.n_actions if case.mdp.n_actions > 2 else 0):
        edit: dict[str, Any] = {
            "transition": np.delete(case.mdp.transition, action, 1),
            "reward": np.delete(case.mdp.reward, action, 1),
        }
        yield replace(
            case,
            mdp=replace(case.mdp, **edit),
            theta=np.delete(case.theta, action, 1),
            behaviour=None if case.behaviour is None else np.delete(case.behaviour, action, 1),
            reference=np.delete(case.reference, action, 1),
        )


def _changed(case: Case, **edit: Any) -> Iterator[Case]:
    with contextlib.suppress(MDPError):
        yield replace(case, mdp=replace(case.mdp, **edit))


def _fewer_rewards(case: Case) -> Iterator[Case]:
    reward = case.mdp.reward
    paid = [tuple(index) for index in np.argwhere(reward)]
    for index in paid:
        yield from _changed(case, reward=_with(np.zeros_like(reward), index, reward[index]))
    for index in paid:
        yield from _changed(case, reward=_with(reward, index, 0))


def _without_chance(case: Case) -> Iterator[Case]:
    certain = np.eye(case.mdp.n_states)
    for state in np.flatnonzero(case.mdp.initial):
        yield from _changed(case, initial=certain[state])
    for state, action, following in np.argwhere(case.mdp.transition):
        yield from _changed(case, transition=_with(case.mdp.transition, (state, action), certain[following]))
    for index in np.argwhere(case.cut):
        yield replace(case, cut=_with(case.cut, tuple(index), 0))


def _plain_numbers(case: Case) -> Iterator[Case]:
    mdp = case.mdp
    for discount in PLAIN_DISCOUNTS:
        yield from _changed(case, discount=discount)
    for state in range(mdp.n_states):
        yield replace(case, theta=_with(case.theta, state, 0))
        yield replace(case, reference=_with(case.reference, state, 0))
        if case.behaviour is not None:
            yield replace(case, behaviour=_with(case.behaviour, state, 0))
    for index in np.argwhere(mdp.reward):
        yield from _changed(case, reward=_with(mdp.reward, tuple(index), 1))
    for state, action in np.argwhere((mdp.transition > 0).sum(axis=2) == 2):
        halves = (mdp.transition[state, action] > 0) / 2
        yield from _changed(case, transition=_with(mdp.transition, (state, action), halves))


def _with(array: Floats, index: Any, value: Any) -> Floats:
    changed = array.copy()
    changed[index] = value
    return changed
