"""log ∏_t π(a_t|s_t) = Σ_t log π(a_t|s_t): where s_t holds the prompt and the tokens so far, that is the sequence's."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, pi, policy, t
from derive.rules import log_of_product
from derive.terms import Equation, Log, Positive, TimeProduct, TimeSum

sequence = Log(TimeProduct(pi(t), t, 0, T - 1))


@derivation(
    title="Log-probability of a sequence",
    claim=Equation(sequence, TimeSum(Log(pi(t)), t, 0, T - 1)),
    assuming=[Positive(policy)],
    source="The chain rule of probability; Cover & Thomas 2006, theorem 2.5.1",
    falsehood=Falsehood(
        Equation(sequence, TimeSum(Log(pi(t)), t, 0, T - 1) / T), "the mean over tokens is taken for the sum"
    ),
    world="number_line",
)
def sequence_logprob_eq_sum_token(start):
    return start.eq(start.claim.rhs, by=log_of_product)
