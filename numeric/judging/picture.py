"""For the reader: the MDP in two lines, the first trajectory that disagrees, both values, the repair."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.judging.case import Case
from numeric.judging.repairs import Repair
from numeric.judging.targets import Target
from numeric.judging.trial import Trial
from numeric.policies import softmax_probabilities
from numeric.returns import discounts

__all__ = ["counterexample", "fraction_text", "picture"]

Floats = NDArray[np.float64]
LARGEST_DENOMINATOR = 10_000
ENTRIES = 4  # of E[f] and ∇J that are shown


def fraction_text(value: float) -> str:
    """The fraction with denominator <= 10,000 that `value` is to rounding, else its first six digits."""
    fraction = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    rounding = 8 * np.finfo(np.float64).eps * max(1.0, abs(value))
    return str(fraction) if abs(float(fraction) - value) <= rounding else f"{value:.6g}"


def picture(case: Case) -> str:
    """The MDP in two lines: what each action does, then start, policy, γ and T."""
    mdp = case.mdp
    moves = [_move(case, s, a) for s in np.flatnonzero(~mdp.terminal).tolist() for a in range(mdp.n_actions)]
    return f"{'; '.join(moves)}\n{', '.join(_facts(case))}"


def _move(case: Case, s: int, a: int) -> str:
    mdp = case.mdp
    ways = []
    for following in np.flatnonzero(mdp.transition[s, a]):
        chance = fraction_text(float(mdp.transition[s, a, following]))
        to = "end" if mdp.terminal[following] else f"s{following}"
        paid = fraction_text(float(mdp.reward[s, a, following]))
        ways.append(to + f" ({chance})" * (chance != "1") + f" r={paid}" * (paid != "0"))
    return f"s{s} a{a} → {' or '.join(ways)}"


def _facts(case: Case) -> Iterator[str]:
    mdp = case.mdp
    starts = np.flatnonzero(mdp.initial)
    one = len(starts) == 1
    yield "start " + " or ".join(f"s{s}" + f" ({fraction_text(float(mdp.initial[s]))})" * (not one) for s in starts)
    yield from _laws("π", case.policy, case)
    if case.behaviour is not None:
        yield from _laws("μ", softmax_probabilities(case.behaviour), case)
    yield f"γ = {fraction_text(mdp.discount)}"
    yield f"T = {case.steps}"
    for t, s in np.argwhere(case.ends_early > 0):
        if not mdp.terminal[s]:
            yield f"cut after t={t} in s{s}" + f" ({fraction_text(float(case.ends_early[t, s]))})" * bool(
                case.ends_early[t, s] < 1
            )


def _laws(letter: str, table: Floats, case: Case) -> Iterator[str]:
    going = ~case.mdp.terminal
    if np.ptp(table[going]) < 1e-12:
        yield f"{letter} uniform"
        return
    for s in np.flatnonzero(going):
        yield f"{letter}(·|s{s}) = ({', '.join(fraction_text(float(p)) for p in table[s])})"


def counterexample(trial: Trial, repair: Repair | None, note: str) -> dict[str, Any]:
    """The MDP, the policy, E[f] and the exact value as plain numbers and lists, and `text`, the picture of them."""
    case, mdp = trial.case, trial.case.mdp
    lines = [picture(case), *_first(trial, repair), *_comparison(trial), *([note] if note else [])]
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
        "behaviour": None if case.behaviour is None else case.behaviour.tolist(),
        "reference": case.reference.tolist(),
        "truncation": case.ends_early.tolist() if case.is_cut else None,
        "probabilities": case.policy.tolist(),
        "expected": trial.expected.tolist(),
        "gradient": trial.exact.tolist(),
        "variances": trial.variances.tolist(),
        "text": "\n".join(lines),
    }


def _first(trial: Trial, repair: Repair | None) -> Iterator[str]:
    """The first trajectory on which the weights are not those of a right estimator, with both."""
    ours = _weights(trial)
    if ours is None:
        return
    right = ours * repair.factor(trial) if repair is not None else _reference(trial)
    if right is None:
        return
    mask = trial.pool.rollouts.arrays["mask"][trial.pool.rows[trial.answers.batch]]
    off = (np.abs(ours - right) > 1e-9 * (1 + np.abs(right))) & mask
    if not off.any():
        return
    m, n, _ = (int(i) for i in np.argwhere(off)[0])
    taken = mask[m, n]
    others = "" if trial.question.batch == 1 else f" (trajectory {n} of the batch)"
    both = f"weights {_numbers(ours[m, n][taken])}, right {_numbers(right[m, n][taken])}"
    yield f"first disagrees on {_path(trial, m, n)}{others}: {both}"


def _weights(trial: Trial) -> Floats | None:
    """w where the estimate is (1/N) Σ w ∇log π: [M, N, T]; None where it is not of that form."""
    per_step = trial.answers.per_step
    if per_step is None:
        return None
    arrays, rows = trial.pool.rollouts.arrays, trial.pool.rows[trial.answers.batch]
    score = (np.eye(trial.case.policy.shape[1]) - trial.case.policy[:, None])[arrays["obs"], arrays["actions"]][rows]
    weights: Floats = trial.question.batch * (per_step * score).sum(axis=-1) / (score**2).sum(axis=-1)
    fits = np.abs(weights[..., None] * score / trial.question.batch - per_step).max() <= 1e-6 * (
        1 + np.abs(per_step).max()
    )
    return weights if fits else None


def _reference(trial: Trial) -> Floats | None:
    """A right answer at every step: γ^t G_t, the continuation included, times π/μ up to the end."""
    arrays, rows = trial.pool.rollouts.arrays, trial.pool.rows[trial.answers.batch]
    gamma = trial.case.mdp.discount
    if trial.question.against.name == "undiscounted J":
        gamma = 1.0
    elif trial.question.against.name != "discounted J":
        return None
    paid = arrays["rewards"] + gamma * np.where(arrays["truncated"], arrays["next_values"], 0.0)
    later = np.cumsum((paid * discounts(gamma, trial.case.steps))[:, ::-1], axis=1)[:, ::-1]
    ratio = np.where(arrays["mask"], arrays["logp"] - arrays["behaviour_logp"], 0.0).sum(axis=1, keepdims=True)
    found = (later * np.exp(ratio))[rows]
    return found


def _path(trial: Trial, m: int, n: int) -> str:
    arrays, row = trial.pool.rollouts.arrays, trial.pool.rows[trial.answers.batch[m]][n]
    steps = []
    for t in np.flatnonzero(arrays["mask"][row]):
        steps.append(
            f"s{arrays['obs'][row, t]} a{arrays['actions'][row, t]} r={fraction_text(float(arrays['rewards'][row, t]))}"
        )
    last = " (cut)" if arrays["truncated"][row].any() else " (end)" if arrays["terminated"][row].any() else ""
    return ", ".join(steps) + last


def _numbers(values: Floats) -> str:
    return f"({', '.join(fraction_text(float(v)) for v in values)})"


def _comparison(trial: Trial) -> Iterator[str]:
    """The entries that differ most."""
    off = np.abs(trial.expected - trial.exact)
    order = [np.unravel_index(i, off.shape) for i in np.argsort(-off, axis=None)[:ENTRIES]]
    shown = 0
    seen: set[tuple[int, ...]] = set()
    target = trial.question.against if isinstance(trial.question.against, Target) else None
    for index in order:
        key = tuple(int(i) for i in (index[:-1] if target is not None and not target.given_action else index))
        if off[index] <= trial.bound() or key in seen or shown == ENTRIES // 2:
            continue
        seen.add(key)
        shown += 1
        ours, exact = fraction_text(float(trial.expected[index])), fraction_text(float(trial.exact[index]))
        if target is None:
            yield f"θ[s{key[0]}, a{key[1]}]: E[estimator] = {ours}, exact {exact}"
        else:
            given = f"s_{key[0]} = s{key[1]}" + (f", a_{key[0]} = a{key[2]}" if target.given_action else "")
            yield f"E[target | {given}] = {ours}, {target.name} = {exact}"
