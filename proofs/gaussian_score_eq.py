"""∇ log p(x) = (x − m)/ς² ∇m + ((x − m)² − ς²)/ς³ ∇ς for log p = −(x − m)²/(2ς²) − log ς + const."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad, theta, x_real
from derive.rules import chain_rule, linearity, log_derivative, product_rule, unfold
from derive.terms import Definition, Equation, Letter, Log, Positive, real_symbol

centre, spread = Letter("m", (), parameter=theta), Letter("varsigma", (), parameter=theta)
constant = real_symbol("c")
log_density = Definition(
    "ell", (x_real,), constant - (x_real - centre()) ** 2 / (2 * spread() ** 2) - Log(spread()), "call"
)
away = x_real - centre()


@derivation(
    title="Score of a Gaussian policy",
    claim=Equation(
        grad(log_density(x_real)),
        away / spread() ** 2 * grad(centre()) + (away**2 - spread() ** 2) / spread() ** 3 * grad(spread()),
    ),
    assuming=[Positive(spread)],
    source="Williams 1992, Machine Learning 8:229-256, §6",
    falsehood=Falsehood(
        Equation(
            grad(log_density(x_real)),
            away / spread() ** 2 * grad(centre()) + away**2 / spread() ** 3 * grad(spread()),
        ),
        "the normaliser is taken not to depend on the spread",
    ),
    world="quiz_bandit",
    defining=[Equation(log_density(x_real), log_density.body)],
)
def gaussian_score_eq(start):
    return start.eq(start.claim.rhs, by=[unfold, linearity, product_rule, chain_rule, linearity, log_derivative])
