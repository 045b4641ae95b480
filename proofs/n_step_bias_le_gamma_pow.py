"""|E[Σ_{t<T} γ^t r(s_t,a_t) + γ^T v(s_T)] − J| ≤ γ^T max_s |v(s) − V(s)|: T steps shrink a critic's error by γ^T."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import T, a, bellman, discount, expect, gamma, s, start_value, stationary_q, stationary_value
from derive.rules import below_larger, below_maximum, linearity
from derive.terms import STATES, AtMost, Equation, Inequality, Letter, Maximum, State
from proofs.bellman_operator_contraction_sup import apart
from proofs.truncated_return_add_value_eq import truncated, truncated_return_add_value_eq

critic = Letter("v", (STATES,))
end = State(T)
error = Maximum(apart(critic(s), stationary_value(s)), s)
bias = apart(truncated(critic, T), start_value())


@derivation(
    title="The bias of the n-step return",
    claim=Inequality(bias, gamma**T * error),
    assuming=[AtMost(0, T), discount, bellman],
    source="Sutton & Barto 2018, eq. (7.3) (error reduction property)",
    falsehood=Falsehood(Inequality(error, bias), "the bias is taken not to shrink with the number of steps"),
    world="two_rooms",
    defining=[Equation(start_value(), start_value.body), Equation(stationary_q(s, a), stationary_q.body)],
)
def n_step_bias_le_gamma_pow(start):
    here, there = critic(end), stationary_value(end)
    size = apart(here, there)

    def mean(body):
        return gamma**T * expect(body)

    return (
        start
        .eq(apart(truncated(critic, T), truncated(stationary_value, T)), by=truncated_return_add_value_eq)
        .eq(Max(mean(here - there), mean(there - here)), by=linearity)
        .le(mean(size), by=[below_larger(size)] * 2)
        .le(mean(error), by=below_maximum(error, end))
        .eq(gamma**T * error, by=linearity)
    )  # fmt: skip
