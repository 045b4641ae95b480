"""The one place where letters are minted: the field's standard symbols, in one convention.

States s_0 … s_T, actions a_0 … a_{T-1}, rewards r_t = r(s_t, a_t, s_{t+1}), return G_t = Σ_{k=t}^{T-1} γ^{k-t} r_k,
J(θ) = E[G_0], score z_t = ∇ log π_θ(a_t|s_t), history h_t = (s_0, a_0, …, a_{t-1}, s_t).
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol

from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    Always,
    AtMost,
    Definition,
    Domain,
    Exp,
    Expectation,
    Given,
    Gradient,
    Inequality,
    Letter,
    Log,
    Mean,
    PathProbability,
    Process,
    State,
    SumOver,
    TimeSum,
    Var,
    real_symbol,
    time_symbol,
)

t, k, n, T = time_symbol("t"), time_symbol("k"), time_symbol("n"), time_symbol("T")
theta = real_symbol("theta")
gamma = Symbol("gamma", real=True)
x_real = real_symbol("x")

s, s_next, a = Var("s", STATES), Var("s'", STATES), Var("a", ACTIONS)

policy = Letter("pi", (ACTIONS, STATES), pmf=True, parameter=theta)
transition = Letter("P", (STATES, STATES, ACTIONS), pmf=True)
initial = Letter("rho_0", (STATES,), pmf=True)
reward_letter = Letter("r", (STATES, ACTIONS, STATES))
process = Process(initial, policy, transition, T)

OUTCOMES = Domain("X")
x = Var("x", OUTCOMES)
density = Letter("p", (OUTCOMES,), pmf=True, parameter=theta)
payoff = Letter("f", (OUTCOMES,))
bandit_policy = Letter("pi", (ACTIONS,), pmf=True, parameter=theta)
bandit_reward = Letter("r", (ACTIONS,))


def grad(body: Any) -> Gradient:
    """∇_θ body."""
    return Gradient(body, theta)


def reward(time: Any) -> Expr:
    """r_t = r(s_t, a_t, s_{t+1})."""
    return reward_letter(State(time), Action(time), State(time + 1))


def pi(time: Any) -> Expr:
    """π_θ(a_t | s_t)."""
    return policy(Action(time), State(time))


def dynamics(time: Any) -> Expr:
    """P(s_{t+1} | s_t, a_t)."""
    return transition(State(time + 1), State(time), Action(time))


def score(time: Any) -> Gradient:
    """z_t = ∇_θ log π_θ(a_t | s_t)."""
    return grad(Log(pi(time)))


def expect(body: Any) -> Expectation:
    """E_τ[body], τ drawn under π_θ."""
    return Expectation(body, process)


def given_history(body: Any, time: Any) -> Given:
    """E[body | h_t]."""
    return Given(body, 2 * time, process)


def given_action(body: Any, time: Any) -> Given:
    """E[body | h_t, a_t]."""
    return Given(body, 2 * time + 1, process)


def mean(body: Any, var: Var, weight: Any) -> Mean:
    """E_{var ~ weight}[body]."""
    return Mean(body, var, weight)


# Without a horizon: letters that solve their equations at every state, as V and d do where γ < 1.
b, u = Var("b", ACTIONS), Var("u", STATES)
mean_reward = Letter("r", (STATES, ACTIONS))
stationary_value = Letter("V", (STATES,), parameter=theta)
occupancy = Letter("d", (STATES,), pmf=True, parameter=theta)
discount = Inequality(0, gamma)


def backed_up(value: Any) -> Definition:
    """Q(s,a) = r(s,a) + γ Σ_s' P(s'|s,a) v(s'): Q of V, Q* of V*, Q_W of W."""
    later = SumOver(transition(s_next, s, a) * value(s_next), s_next)
    name = value.name.replace("V", "Q", 1) if value.name.startswith("V") else f"Q_{value.name}"
    return Definition(name, (s, a), mean_reward(s, a) + gamma * later, "call")


stationary_q = backed_up(stationary_value)
bellman = Always(stationary_value(s), SumOver(policy(a, s) * stationary_q(s, a), a))
arriving = SumOver(SumOver(occupancy(u) * policy(a, u) * transition(s, u, a), a), u)
flow = Always(occupancy(s), (1 - gamma) * initial(s) + gamma * arriving)
start_value = Definition("J", (), SumOver(initial(s) * stationary_value(s), s), "objective")

lam = Symbol("lambda", real=True)
baseline = Letter("b", (STATES,))
critic = Letter("v", (None, STATES))
behaviour = Letter("mu", (OUTCOMES,), pmf=True)
other_policy = Letter("mu", (ACTIONS, STATES), pmf=True)
other_process = Process(initial, other_policy, transition, T)

path = PathProbability(process)
trajectory_score = TimeSum(score(t), t, 0, T - 1)

return_to_go = Definition("G", (t,), TimeSum(gamma ** (k - t) * reward(k), k, t, T - 1), "index")
total_return = Definition("R", (), TimeSum(gamma**k * reward(k), k, 0, T - 1), "path")
state_value = Definition("V", (t,), given_history(return_to_go(t), t), "index")
action_value = Definition("Q", (t,), given_action(return_to_go(t), t), "index")
advantage = Definition("A", (t,), action_value(t) - state_value(t), "index")
td_error = Definition("delta", (t,), reward(t) + gamma * critic(t + 1, State(t + 1)) - critic(t, State(t)), "index")
gae = Definition("A^lambda", (t,), TimeSum((gamma * lam) ** (k - t) * td_error(k), k, t, T - 1), "index")
objective = Definition("J", (), expect(total_return()), "objective")
unit = real_symbol("p")
sigmoid = Definition("sigma", (x_real,), 1 / (1 + Exp(-x_real)))


def before(earlier: Any, later: Any) -> AtMost:
    """earlier < later, for times."""
    return AtMost(earlier, later - 1)
