"""v_t + Â_t = r_t + γ[(1−λ) v_{t+1} + λ (v_{t+1} + Â_{t+1})]: v_t + Â_t solves the recursion of the λ-return."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, critic, gae, gamma, lam, reward, t, td_error
from derive.rules import unfold
from derive.terms import AtMost, Definition, Equation, State
from proofs.gae_recursion import gae_recursion

lambda_return = Definition("G^lambda", (t,), critic(t, State(t)) + gae(t), "index")
ahead = critic(t + 1, State(t + 1))


@derivation(
    title="The λ-return is the value plus the advantage estimate",
    claim=Equation(lambda_return(t), reward(t) + gamma * ((1 - lam) * ahead + lam * lambda_return(t + 1))),
    assuming=[before(t, T)],
    source="Sutton & Barto 2018, §12.1, exercise 12.1; Schulman et al. 2016, ICLR, §3",
    falsehood=Falsehood(
        Equation(lambda_return(t), reward(t) + gamma * ((1 - lam) * critic(t, State(t)) + lam * lambda_return(t + 1))),
        "the value of the state that was left is mixed in, not that of the next",
        (before(t, T), AtMost(0, t)),
    ),
    world="number_line",
    defining=[
        Equation(lambda_return(t), lambda_return.body),
        Equation(gae(t), gae.body),
        Equation(td_error(t), td_error.body),
    ],
)
def lambda_return_eq_value_add_gae(start):
    now = critic(t, State(t))
    return (
        start
        .eq(now + gae(t), by=unfold(lambda_return))
        .eq(now + td_error(t) + gamma * lam * gae(t + 1), by=gae_recursion)
        .eq(reward(t) + gamma * ahead + gamma * lam * gae(t + 1), by=unfold(td_error))
        .eq(reward(t) + gamma * ((1 - lam) * ahead + lam * lambda_return(t + 1)), by=unfold(lambda_return))
    )  # fmt: skip
