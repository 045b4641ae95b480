"""e^{h + η A} / Σ_b e^{h + η A} = π e^{η A} / Σ_b π e^{η A}, π the softmax of h: a natural step reweights π."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a
from derive.rules import exp_of_sum, factor_out, unfold
from derive.terms import ACTIONS, Definition, Equation, Exp, Letter, SumOver, Var, real_symbol

logit, advantage, b, c = Letter("h", (ACTIONS,)), Letter("A", (ACTIONS,)), Var("b", ACTIONS), Var("c", ACTIONS)
eta = real_symbol("eta")
softmax = Definition("pi", (a,), Exp(logit(a)) / SumOver(Exp(logit(c)), c), "given")


def moved(action):
    return Exp(logit(action) + eta * advantage(action))


def weighed(action):
    return softmax(action) * Exp(eta * advantage(action))


step = moved(a) / SumOver(moved(b), b)


@derivation(
    title="A natural step of a softmax",
    claim=Equation(step, weighed(a) / SumOver(weighed(b), b)),
    source="Kakade 2001, NeurIPS; Agarwal, Kakade, Lee & Mahajan 2021, JMLR 22(98), lemma 15",
    falsehood=Falsehood(
        Equation(step, Exp(eta * advantage(a)) / SumOver(Exp(eta * advantage(b)), b)), "the old policy is forgotten"
    ),
    world="quiz_bandit",
    defining=[Equation(softmax(a), softmax.body)],
)
def softmax_natural_step_eq_reweighting(start):
    return start.eq(start.claim.rhs, by=[unfold, exp_of_sum, factor_out])
