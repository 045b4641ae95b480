"""E[G_0 z_0 + G_1 z_1] = −2 ∇J for r_0 = a_0, r_1 = −3/2 a_1, γ = 1/2: without γ^t the update points against ∇J.

Two steps in one state, of which 0 and 1 are the actions and σ(θ) the chance of 1.
"""

from sympy import Rational

from derive.catalogue import Falsehood, derivation
from derive.notation import grad
from derive.rules import (
    chain_rule,
    enumerate_cases,
    expectation,
    log_derivative,
    path_probability,
    sum_last_step,
    unfold,
)
from derive.terms import (
    Action,
    Cases,
    Definition,
    Domain,
    Equation,
    Expectation,
    Log,
    PathProbability,
    PathSum,
    Process,
    State,
    Var,
)
from proofs.bandit_log_gradients import bandit_log_gradients
from proofs.binary_score_eq_reward_sub_mean import ANSWERS, answer, sigma
from proofs.sigmoid_gradient import sigmoid_gradient

ROOM = Domain("S", (0,))
here, there = Var("s", ROOM), Var("s'", ROOM)
starts = Definition("rho_0", (here,), Cases(here, 0, 1, 0))
policy = Definition("pi_theta", (answer, here), Cases(answer, 1, sigma, 1 - sigma), "given")
stays = Definition("P", (there, here, answer), Cases(there, 0, 1, 0), "given")
twice = Process(starts, policy, stays, 2, ROOM, ANSWERS)


def acted(t):
    return Cases(Action(t, ANSWERS), 1, 1, 0)


def score(t):
    return grad(Log(policy(Action(t, ANSWERS), State(t, ROOM))))


first, second = acted(0), -Rational(3, 2) * acted(1)
total = first + second / 2
update = total * score(0) + second * score(1)
objective = Expectation(total, twice)


@derivation(
    title="The update without γ^t may point the wrong way",
    claim=Equation(Expectation(update, twice), -2 * grad(objective)),
    source="Nota & Thomas 2020, AAMAS, Is the policy gradient a gradient?",
    falsehood=Falsehood(
        Equation(Expectation(update, twice), grad(objective)), "leaving out γ^t is taken to be harmless"
    ),
    world="quiz_bandit",
    defining=[Equation(d(*d.params), d.body) for d in (starts, policy, stays)],
)
def reward_to_go_policy_gradient__signflip(start):
    def walked(body):
        return PathSum(PathProbability(twice) * body, twice)

    steps = [path_probability, sum_last_step, unfold(starts, policy, stays), enumerate_cases]
    return (
        start
        .eq(walked(update), by=expectation)
        .eq(-sigma * (1 - sigma) / 2, by=[*steps, bandit_log_gradients, log_derivative, sigmoid_gradient])
        .eq(-grad(sigma) / 2, by=sigmoid_gradient)
        .eq(-2 * grad(sigma / 4), by=chain_rule)
        .eq(-2 * grad(walked(total)), by=steps)
        .eq(-2 * grad(objective), by=expectation)
    )  # fmt: skip
