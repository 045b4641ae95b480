"""One shape for every algorithm: records after a state, and what a state has learnt as a policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.bandits import Pull, pulls
from numeric.control import Sweep, deterministic_policy, policy_iteration, value_iteration
from numeric.errors import MDPError
from numeric.exact import objective
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities
from numeric.q_learning import Episode, q_learning
from numeric.running.plan import Plan
from numeric.train import ALGORITHMS
from numeric.training.records import Record, State, check_resumes, curve, fingerprint

__all__ = ["Stretch", "advance", "policy", "records"]

Floats = NDArray[np.float64]
NONE = float("nan")


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some updates of one seed: their curve, the state after them (None: nothing done yet), whether it has ended."""

    curve: dict[str, Floats]
    state: State | None
    ended: bool


def advance(plan: Plan, seed: int, state: State | None, updates: int) -> Stretch:
    """At most `updates` more updates after `state`; the bits do not depend on where one stretch ends."""
    taken = list(islice(records(plan, seed, state), updates))
    return Stretch(curve(taken), taken[-1].state if taken else state, len(taken) < updates)


def records(plan: Plan, seed: int, resume: State | None = None) -> Iterator[Record]:
    """The records of this seed from the beginning, or after `resume`.

    Raises TrainError, before the first update, where `resume` is of another configuration.
    """
    if plan.algorithm in ALGORITHMS:
        return ALGORITHMS[plan.algorithm](plan.task, plan.settings, seed, resume)
    fresh, follow = _fresh(plan, seed), _FOLLOW[plan.algorithm]
    if resume is not None:
        check_resumes(resume, fresh)
    return follow(plan, resume or fresh)


def policy(plan: Plan, state: State) -> Floats:
    """π [S, A] of the state on a finite MDP: the softmax of θ, or the greedy policy, the first of equals."""
    if plan.algorithm in ALGORITHMS:
        return softmax_probabilities(state.parameters["actor"])
    if plan.algorithm == "q-learning":
        return _greedy(state.parameters["action_values"])
    return deterministic_policy(state.parameters["actions"], plan.mdp.n_actions)


def _fresh(plan: Plan, seed: int) -> State:
    """The state before the first update."""
    if plan.algorithm == "bandit":
        arms, names = len(plan.bandit.means), plan.settings.strategies
        shape, task = (plan.settings.runs, arms), repr(plan.bandit)
        streams = np.random.SeedSequence(seed).spawn(len(names))
        rng = {n: _bits(np.random.default_rng(s)) for n, s in zip(names, streams, strict=True)}
        parameters: dict[str, Any] = {}
        for name in names:
            parameters |= {f"{name}.counts": np.zeros(shape, np.int64), f"{name}.totals": np.zeros(shape)}
            parameters |= {f"{name}.regret": np.zeros(plan.settings.runs)}
    else:
        mdp = plan.mdp
        task, rng = fingerprint(mdp), _bits(np.random.default_rng(np.random.SeedSequence(seed)))
        parameters = _tables(plan.algorithm, mdp)
    return State(
        algorithm=plan.algorithm, task=task, settings=dataclasses.asdict(plan.settings), seed=seed,
        update=0, episodes=0, steps=0, parameters=parameters, optimiser={}, environment={}, rng=rng,
    )  # fmt: skip


def _tables(algorithm: str, mdp: FiniteMDP) -> dict[str, Any]:
    if algorithm == "q-learning":
        shape = (mdp.n_states, mdp.n_actions)
        return {"action_values": np.zeros(shape), "visits": np.zeros(shape, np.int64)}
    actions = np.zeros(mdp.n_states, np.int64)
    if algorithm == "value-iteration":
        return {"actions": actions, "values": np.zeros(mdp.n_states), "bound": np.array(np.inf)}
    return {"actions": actions, "changed": np.array(-1)}


def _bits(rng: np.random.Generator) -> dict[str, Any]:
    return dict(rng.bit_generator.state)


def _generator(bits: dict[str, Any]) -> np.random.Generator:
    rng = np.random.Generator(np.random.PCG64(0))
    rng.bit_generator.state = bits
    return rng


def _value_iteration(plan: Plan, state: State) -> Iterator[Record]:
    """V_k, and the exact J of its greedy policy; nothing is sampled."""
    mdp, old = plan.mdp, state.parameters
    start = (
        Sweep(state.update, old["values"], old["actions"], NONE, float(old["bound"]), NONE) if state.update else None
    )
    for sweep in value_iteration(mdp, plan.settings.tolerance, start=start):
        parameters = {"actions": sweep.actions, "values": sweep.values, "bound": np.array(sweep.bound)}
        state = dataclasses.replace(state, update=sweep.sweep, parameters=parameters)
        values = {"gap": sweep.gap, "bound": sweep.bound, "distance": sweep.distance}
        j = _objective(mdp, deterministic_policy(sweep.actions, mdp.n_actions))
        yield Record(sweep.sweep, 0, 0, NONE, j, values, state)


def _policy_iteration(plan: Plan, state: State) -> Iterator[Record]:
    """V of policy k, and its exact J."""
    if int(state.parameters["changed"]) == 0:
        return
    before, actions = state.update, state.parameters["actions"] if state.update else None
    for step in policy_iteration(plan.mdp, actions):
        parameters = {"actions": step.actions, "changed": np.array(step.changed)}
        state = dataclasses.replace(state, update=before + step.sweep, parameters=parameters)
        values = {"changed": float(step.changed), "distance": step.distance}
        yield Record(state.update, 0, 0, NONE, float(plan.mdp.initial @ step.values), values, state)


def _q_learning(plan: Plan, state: State) -> Iterator[Record]:
    """Q after every episode, and the exact J of the greedy policy, None where that never comes to an end."""
    mdp, old, rng = plan.mdp, state.parameters, _generator(state.rng)
    table = Episode(state.update, state.steps, NONE, old["action_values"], old["visits"], NONE)
    greedy, j = np.zeros((0, 0)), None
    for episode in q_learning(mdp, plan.settings, rng, table if state.update else None):
        if not np.array_equal(now := _greedy(episode.action_values), greedy):
            greedy, j = now, _objective(mdp, now)
        state = dataclasses.replace(
            state, update=episode.episode, episodes=episode.episode, steps=episode.steps, rng=_bits(rng),
            parameters={"action_values": episode.action_values, "visits": episode.visits},
        )  # fmt: skip
        values = {"distance": episode.distance}
        yield Record(state.update, state.episodes, state.steps, episode.discounted_return, j, values, state)


def _bandit(plan: Plan, state: State) -> Iterator[Record]:
    """The mean regret so far of each way to choose, over runs side by side, each way with its own stream."""
    old, rngs = state.parameters, {name: _generator(bits) for name, bits in state.rng.items()}
    ways = {
        name: pulls(plan.bandit, strategy, plan.settings.runs, rngs[name], _last_pull(old, name, state.update))
        for name, strategy in plan.settings.strategies.items()
    }
    while True:
        now = {name: next(way) for name, way in ways.items()}
        parameters: dict[str, Any] = {}
        for name, pull in now.items():
            parameters |= {f"{name}.counts": pull.counts, f"{name}.totals": pull.totals, f"{name}.regret": pull.regret}
        number = state.update + 1
        state = dataclasses.replace(
            state, update=number, episodes=number * plan.settings.runs, steps=number * plan.settings.runs,
            parameters=parameters, rng={name: _bits(rng) for name, rng in rngs.items()},
        )  # fmt: skip
        values = {f"regret_{name}": float(pull.regret.mean()) for name, pull in now.items()}
        values |= {f"reward_{name}": float(pull.rewards.mean()) for name, pull in now.items()}
        yield Record(number, state.episodes, state.steps, NONE, None, values, state)


def _last_pull(old: dict[str, Any], name: str, number: int) -> Pull | None:
    counts, totals, regret = (old[f"{name}.{what}"] for what in ("counts", "totals", "regret"))
    nothing = np.zeros(0)
    return Pull(number, nothing.astype(np.int64), nothing, regret, counts, totals) if number else None


_FOLLOW: dict[str, Callable[[Plan, State], Iterator[Record]]] = {
    "value-iteration": _value_iteration,
    "policy-iteration": _policy_iteration,
    "q-learning": _q_learning,
    "bandit": _bandit,
}


def _greedy(action_values: Floats) -> Floats:
    return deterministic_policy(action_values.argmax(axis=1), action_values.shape[1])


def _objective(mdp: FiniteMDP, probabilities: Floats) -> float | None:
    """J, or None where γ = 1 and this policy does not come to an end."""
    try:
        return objective(mdp, probabilities)
    except MDPError:
        return None
