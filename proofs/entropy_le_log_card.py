"""H(p) ≤ log |X|: no distribution on a finite set has more entropy than the uniform one."""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, density, mean, x
from derive.rules import expectation, factor_out, linearity, log_at_least, log_of_product, normalised
from derive.terms import Inequality, Log, Positive, SumOver, Var

p, size = density(x), SumOver(1, Var("y", OUTCOMES))


@derivation(
    title="The uniform distribution has the most entropy",
    claim=Inequality(-mean(Log(p), x, p), Log(size)),
    assuming=[Positive(density)],
    source="Cover & Thomas 2006, Elements of Information Theory, theorem 2.6.4",
    falsehood=Falsehood(Inequality(Log(size), -mean(Log(p), x, p)), "the bound is taken the wrong way round"),
    world="quiz_bandit",
)
def entropy_le_log_card(start):
    return (
        start
        .eq(mean(1 - 1 / (p * size), x, p) - mean(Log(p), x, p), by=[expectation, linearity, factor_out, normalised])
        .le(mean(-Log(1 / (p * size)), x, p) - mean(Log(p), x, p), by=log_at_least)
        .eq(Log(size), by=[log_of_product, linearity])
    )  # fmt: skip
