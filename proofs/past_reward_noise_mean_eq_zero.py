"""E[R Σ_t z_t − Σ_t γ^t G_t z_t] = 0: what the reward-to-go leaves out is noise of mean zero."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, expect, gamma, k, policy, reward, score, t, trajectory_score
from derive.rules import linearity, reorder, split, unfold
from derive.terms import Equation, Positive, TimeSum
from proofs.past_reward_cancellation import past_reward_cancellation
from proofs.total_return_variance_eq_rtg_add_past import past, to_go, total

credit = gamma**k * expect(reward(k) * score(t))


@derivation(
    title="What the reward-to-go leaves out has mean zero",
    claim=Equation(expect(past), 0),
    assuming=[Positive(policy)],
    source="Peters & Schaal 2008, Neural Networks 21:682-697, §3.2; Sutton & Barto 2018, §13.3",
    falsehood=Falsehood(Equation(expect(total), 0), "all of the total return is taken for noise"),
    world="number_line",
    defining=[Equation(d, d.definition.body) for d in (total, to_go)],
)
def past_reward_noise_mean_eq_zero(start):
    def steps(lower, upper):
        return TimeSum(TimeSum(credit, k, lower, upper), t, 0, T - 1)

    return (
        start
        .eq(expect(TimeSum(gamma**k * reward(k), k, 0, T - 1) * trajectory_score) - expect(to_go),
            by=[unfold, linearity])
        .eq(steps(0, T - 1) - expect(to_go), by=[linearity, reorder])
        .eq(steps(0, t - 1) + steps(t, T - 1) - expect(to_go), by=[split(t), linearity])
        .eq(steps(0, t - 1), by=[unfold, linearity])
        .eq(0, by=[past_reward_cancellation, linearity])
    )  # fmt: skip
