"""e^{h(a)+c} / Σ_b e^{h(b)+c} = e^{h(a)} / Σ_b e^{h(b)}: a softmax does not see a constant added to all logits."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b
from derive.rules import exp_of_sum, factor_out
from derive.terms import ACTIONS, Equation, Exp, Letter, SumOver, real_symbol

c, h = real_symbol("c"), Letter("h", (ACTIONS,))


def softmax(logit):
    return Exp(logit(a)) / SumOver(Exp(logit(b)), b)


plain = softmax(h)


@derivation(
    title="Softmax is shift-invariant",
    claim=Equation(softmax(lambda action: h(action) + c), plain),
    source="Folklore; Goodfellow, Bengio & Courville 2016, Deep Learning, §4.1",
    falsehood=Falsehood(
        Equation(softmax(lambda action: 2 * h(action)), plain), "scaling is taken not to matter either"
    ),
    world="quiz_bandit",
)
def softmax_shift_invariant(start):
    return start.eq(plain, by=[exp_of_sum, factor_out])
