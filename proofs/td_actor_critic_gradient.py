"""E[Σ_t γ^t δ_t z_t] − E[Σ_t γ^t (r_t + γ V_{t+1}) z_t] = E[Σ_t γ^{t+1} (v_{t+1} − V_{t+1}) z_t]: the critic's bias."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, critic, expect, gamma, policy, reward, score, state_value, t, td_error
from derive.rules import factor_out, known, linearity, score_vanishes, tower, unfold
from derive.terms import AtMost, Equation, Positive, State, TimeSum


def credited(weight):
    return expect(TimeSum(gamma**t * weight * score(t), t, 0, T - 1))


def v(time):
    return critic(time, State(time))


biased = credited(td_error(t)) - credited(reward(t) + gamma * state_value(t + 1))


@derivation(
    title="Bias of the actor-critic gradient",
    claim=Equation(biased, credited(gamma * (v(t + 1) - state_value(t + 1)))),
    assuming=[Positive(policy)],
    source="Sutton & Barto 2018, §13.5; Sutton et al. 2000",
    falsehood=Falsehood(Equation(biased, 0), "any critic is taken to be unbiased", (Positive(policy), AtMost(1, T))),
    world="number_line",
    defining=[Equation(td_error(t), td_error.body), Equation(state_value(t), state_value.body)],
)
def td_actor_critic_gradient(start):
    rest = TimeSum(gamma**t * expect(v(t) * score(t)), t, 0, T - 1)
    return (
        start
        .eq(credited(gamma * (v(t + 1) - state_value(t + 1))) - rest, by=[unfold(td_error), linearity, factor_out])
        .eq(start.claim.rhs, by=[tower(2 * t), known, score_vanishes, linearity])
    )  # fmt: skip
