"""∇E_{x ∼ q}[F(m + ς e(x))] = E_{x ∼ q}[(∇m + e(x) ∇ς) F'(m + ς e(x))]: the gradient by reparametrisation.

Noise e(x) of any law q on a finite set, which does not depend on θ, and a polynomial F of any degree K. Of Gaussian
noise, for which this equals the gradient by scores, nothing is said here: the language has no integrals.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, grad, k, mean, theta, x
from derive.rules import chain_rule, evaluate_at, expectation, factor_out, linearity, unfold
from derive.terms import At, Definition, Equation, Gradient, Letter, SumOver, TimeSum, real_symbol, time_symbol

degree, value, origin = time_symbol("K"), real_symbol("y"), real_symbol("u")
coefficient, level = Letter("c", (None,)), real_symbol("b")
centre, spread = Letter("m", (), parameter=theta)(), Letter("varsigma", (), parameter=theta)()
law, noise = Letter("q", (OUTCOMES,), pmf=True)(x), Letter("e", (OUTCOMES,))(x)
polynomial = Definition("F", (value,), level + TimeSum(coefficient(k) * (value - origin) ** k, k, 1, degree), "call")
drawn = centre + spread * noise
slope = At(Gradient(polynomial(value), value), value, drawn)


@derivation(
    title="The gradient by reparametrisation, for polynomials",
    claim=Equation(grad(mean(polynomial(drawn), x, law)), mean((grad(centre) + noise * grad(spread)) * slope, x, law)),
    source="Kingma & Welling 2014, ICLR, §2.4; Mohamed et al. 2020, JMLR 21(132), §5",
    falsehood=Falsehood(
        Equation(grad(mean(polynomial(drawn), x, law)), mean(grad(centre) * slope, x, law)),
        "the spread is taken not to depend on θ",
    ),
    world="number_line",
    defining=[Equation(polynomial(value), polynomial.body)],
)
def reparametrised_gradient_polynomial(start):
    moved = grad(polynomial(drawn))
    return (
        start
        .eq(SumOver(law * moved, x), by=[expectation, linearity])
        .eq(start.claim.rhs, by=[expectation, unfold, linearity, chain_rule, evaluate_at, linearity, factor_out])
    )  # fmt: skip
