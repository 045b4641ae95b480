"""Deciding an identity: `derive.models.refute.decide` on fresh terms, against `simplify(lhs - rhs) == 0` in SymPy.

Both sides build their terms from nothing, inside the time, with every cache empty. Where a letter of ours stands for
any law or reward, the SymPy side has a free symbol for each of its entries.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import sympy as sp

from benchmarks.caches import forget
from benchmarks.measure import Row, Timed, times
from benchmarks.registry import benchmark
from derive.models import Outcome, decide
from derive.notation import T, before, expect, gamma, k, policy, reward, score, t
from derive.terms import (
    Action,
    AtMost,
    Cases,
    Definition,
    Domain,
    Equation,
    Exp,
    Expectation,
    Gradient,
    Letter,
    Log,
    Mean,
    Positive,
    Process,
    State,
    TimeSum,
    Var,
    Variance,
    real_symbol,
)


def _against(name: str, budget: float, ours: Any, peer: Any) -> Row:
    """A decision timed against a SymPy expression that must come out as zero."""
    mine = Timed(ours, right=_holds, before=forget)
    return times(name, mine, Timed(peer, right=_vanishes, before=forget), budget)


def _holds(outcome: Outcome) -> bool:
    return outcome.verdict == "holds"


def _vanishes(value: sp.Expr) -> bool:
    return bool(value == 0)


# a softmax over listed actions, in both languages


def _softmax(actions: int) -> tuple[Var, list[sp.Symbol], Definition]:
    action = Var("a", Domain("A", tuple(range(actions))))
    theta = [real_symbol(f"theta_{i}") for i in range(actions)]
    total = sp.Add(*map(Exp, theta))
    branches = [part for i in range(actions - 1) for part in (i, Exp(theta[i]) / total)]
    pi = Definition("pi", (action,), Cases(action, *branches, Exp(theta[-1]) / total), "given")
    return action, theta, pi


def _sympy_softmax(actions: int) -> tuple[list[sp.Symbol], list[sp.Expr]]:
    theta = [sp.Symbol(f"theta_{i}", real=True) for i in range(actions)]
    total = sp.Add(*map(sp.exp, theta))
    return theta, [sp.exp(x) / total for x in theta]


def _score_identity(actions: int) -> Outcome:
    """Σ_a π(a) ∂/∂θ_0 log π(a) = 0."""
    a, theta, pi = _softmax(actions)
    return decide(Equation(Mean(Gradient(Log(pi(a)), theta[0]), a, pi(a)), 0))


def _sympy_score_identity(actions: int) -> sp.Expr:
    theta, pi = _sympy_softmax(actions)
    return sp.simplify(sp.Add(*(p * sp.diff(sp.log(p), theta[0]) for p in pi)))


def _score(name: str, budget: float, *, actions: int) -> Row:
    return _against(name, budget, partial(_score_identity, actions), partial(_sympy_score_identity, actions))


for number in (2, 4, 8):
    run = partial(_score, actions=number)
    benchmark(f"score_identity_{number}_actions", group="deciding")(run)


def _jacobian_entry() -> Outcome:
    """∂π(0)/∂θ_0 = π(0) (1 - π(0)), four actions."""
    _, theta, pi = _softmax(4)
    return decide(Equation(Gradient(pi(0), theta[0]), pi(0) * (1 - pi(0))))


def _sympy_jacobian_entry() -> sp.Expr:
    theta, pi = _sympy_softmax(4)
    return sp.simplify(sp.diff(pi[0], theta[0]) - pi[0] * (1 - pi[0]))


@benchmark("softmax_jacobian_entry", group="deciding")
def softmax_jacobian_entry(name: str, budget: float) -> Row:
    return _against(name, budget, _jacobian_entry, _sympy_jacobian_entry)


def _bandit_variance() -> Outcome:
    """Var[r(a) ∂/∂θ_0 log π(a)], three arms, in closed form; any rewards."""
    a, theta, pi = _softmax(3)
    r = Letter("r", (a.domain,))
    estimate = r(a) * Gradient(Log(pi(a)), theta[0])
    mean = pi(0) * (r(0) - Mean(r(a), a, pi(a)))
    square = pi(0) * (1 - pi(0)) ** 2 * r(0) ** 2 + pi(0) ** 2 * (pi(1) * r(1) ** 2 + pi(2) * r(2) ** 2)
    return decide(Equation(Variance(estimate, a, pi(a)), square - mean**2))


def _sympy_bandit_variance() -> sp.Expr:
    theta, pi = _sympy_softmax(3)
    r = [sp.Symbol(f"r_{i}", real=True) for i in range(3)]
    estimate = [r[a] * sp.diff(sp.log(pi[a]), theta[0]) for a in range(3)]
    moments = [sp.Add(*(pi[a] * estimate[a] ** power for a in range(3))) for power in (1, 2)]
    mean = pi[0] * (r[0] - sp.Add(*(pi[a] * r[a] for a in range(3))))
    square = pi[0] * (1 - pi[0]) ** 2 * r[0] ** 2 + pi[0] ** 2 * (pi[1] * r[1] ** 2 + pi[2] * r[2] ** 2)
    return sp.simplify(moments[1] - moments[0] ** 2 - (square - mean**2))


@benchmark("three_arm_variance", group="deciding")
def three_arm_variance(name: str, budget: float) -> Row:
    return _against(name, budget, _bandit_variance, _sympy_bandit_variance)


# J of an MDP


def _value_recursion(horizon: int) -> Outcome:
    """E_τ[Σ_t γ^t r_t] = E[V_0(s_0)]: two states, two actions, a sigmoid policy, any ρ_0, P and r."""
    states, actions = Domain("S", (0, 1)), Domain("A", (0, 1))
    s, s_next, a = Var("s", states), Var("s'", states), Var("a", actions)
    up = Cases(s, 0, *(1 / (1 + Exp(-real_symbol(f"theta_{i}"))) for i in range(2)))
    pi = Definition("pi", (a, s), Cases(a, 1, up, 1 - up), "given")
    p, initial = Letter("P", (states, states, actions), pmf=True), Letter("rho_0", (states,), pmf=True)
    r = Letter("r", (states, actions, states))
    process = Process(initial, pi, p, horizon, states, actions)
    paid = r(State(k, states), Action(k, actions), State(k + 1, states))
    value = Definition(f"V_{horizon}", (s,), sp.Integer(0))
    for time in reversed(range(horizon)):
        step = Mean(r(s, a, s_next) + gamma * value(s_next), s_next, p(s_next, s, a))
        value = Definition(f"V_{time}", (s,), Mean(step, a, pi(a, s)))
    total = Expectation(TimeSum(gamma**k * paid, k, 0, horizon - 1), process)
    return decide(Equation(total, Mean(value(s), s, initial(s))))


def _sympy_value_recursion(horizon: int) -> sp.Expr:
    gamma, u = sp.symbols("gamma u", real=True)
    theta, q, rewards = sp.symbols("theta_:2", real=True), sp.symbols("p_:4"), sp.symbols("r_:8")
    up = [1 / (1 + sp.exp(-x)) for x in theta]

    def joint(s: int, a: int, after: int) -> sp.Expr:
        return (up[s] if a else 1 - up[s]) * (q[2 * s + a] if after else 1 - q[2 * s + a])

    def r(s: int, a: int, after: int) -> sp.Expr:
        return rewards[4 * s + 2 * a + after]

    terms = []
    for path in product((0, 1), repeat=2 * horizon + 1):  # s_0 a_0 s_1 … s_H
        taken = [path[2 * i : 2 * i + 3] for i in range(horizon)]
        weight = sp.Mul(u if path[0] else 1 - u, *(joint(*step) for step in taken))
        terms.append(weight * sp.Add(*(gamma**i * r(*step) for i, step in enumerate(taken))))
    value: list[sp.Expr] = [sp.Integer(0), sp.Integer(0)]
    steps = list(product((0, 1), repeat=2))
    for _ in range(horizon):
        value = [sp.Add(*(joint(s, a, n) * (r(s, a, n) + gamma * value[n]) for a, n in steps)) for s in (0, 1)]
    return sp.simplify(sp.Add(*terms) - ((1 - u) * value[0] + u * value[1]))


def _objective(name: str, budget: float, *, horizon: int) -> Row:
    return _against(name, budget, partial(_value_recursion, horizon), partial(_sympy_value_recursion, horizon))


benchmark("mdp_objective_horizon_3", group="deciding")(partial(_objective, horizon=3))
benchmark("mdp_objective_horizon_4", group="deciding", slow=True)(partial(_objective, horizon=4))


# a statement about every trajectory, in one line


def _past_reward() -> Outcome:
    """E[r_k ∇ log π(a_t|s_t)] = 0 for k < t, on every MDP of up to two states, two actions and two steps."""
    claim = Equation(expect(reward(k) * score(t)), 0)
    hypotheses = (AtMost(0, k), before(k, t), before(t, T), Positive(policy))
    return decide(claim, hypotheses, max_states=2, max_actions=2, max_horizon=2)


def _sympy_past_reward() -> sp.Expr:
    """The largest of those models alone, k = 0 and t = 1: all trajectories, a free symbol for every entry, expanded."""
    theta, u = sp.symbols("theta u", real=True)
    q, rewards = sp.symbols("p_:4"), sp.symbols("r_:8")
    up = [sp.Function(f"pi_{s}")(theta) for s in (0, 1)]

    def pi(a: int, s: int) -> sp.Expr:
        return up[s] if a else 1 - up[s]

    def p(after: int, s: int, a: int) -> sp.Expr:
        return q[2 * s + a] if after else 1 - q[2 * s + a]

    terms = []
    for s0, a0, s1, a1, s2 in product((0, 1), repeat=5):
        weight = (u if s0 else 1 - u) * pi(a0, s0) * p(s1, s0, a0) * pi(a1, s1) * p(s2, s1, a1)
        terms.append(weight * rewards[4 * s0 + 2 * a0 + s1] * sp.diff(sp.log(pi(a1, s1)), theta))
    return sp.expand(sp.Add(*terms))


@benchmark("past_reward_one_line", group="deciding")
def past_reward_one_line(name: str, budget: float) -> Row:
    return _against(name, budget, _past_reward, _sympy_past_reward)
