"""KL(P_π‖P_ref) = E_π[Σ_t KL(π(·|s_t)‖ref(·|s_t))]: the dynamics cancel, and the states are those of π."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, a, expect, given_history, initial, path, policy, t, transition
from derive.rules import draw_action, linearity, log_of_product, tower
from derive.terms import (
    Action,
    AtMost,
    Equation,
    Expectation,
    Letter,
    Log,
    PathProbability,
    Positive,
    Process,
    State,
    SumOver,
    TimeSum,
)
from proofs.trajectory_probability import trajectory_probability

reference = Letter("mu", policy.domains, pmf=True)
under_reference = Process(initial, reference, transition, T)
here, act = State(t), Action(t)


def steps(body):
    return TimeSum(body, t, 0, T - 1)


step_kl = SumOver(policy(a, here) * (Log(policy(a, here)) - Log(reference(a, here))), a)
ratio = Log(policy(act, here)) - Log(reference(act, here))
divergence = expect(Log(path) - Log(PathProbability(under_reference)))


@derivation(
    title="The KL divergence of trajectories",
    claim=Equation(divergence, expect(steps(step_kl))),
    assuming=[Positive(initial), Positive(policy), Positive(reference), Positive(transition), AtMost(0, T)],
    source="Cover & Thomas 2006, Elements of Information Theory, theorem 2.5.3 (chain rule)",
    falsehood=Falsehood(
        Equation(divergence, Expectation(steps(step_kl), under_reference)),
        "the states are taken from the reference policy",
    ),
    world="number_line",
)
def trajectory_kl_eq_sum_step_kl(start):
    return (
        start
        .eq(expect(steps(ratio)), by=[trajectory_probability, log_of_product, linearity])
        .eq(steps(expect(ratio)), by=linearity)
        .eq(steps(expect(given_history(ratio, t))), by=tower(2 * t))
        .eq(expect(steps(step_kl)), by=[draw_action, linearity])
    )  # fmt: skip
