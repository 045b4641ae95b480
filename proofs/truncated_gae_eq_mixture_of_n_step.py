"""Σ_{l≤n} (γλ)^l δ_{t+l} = (1−λ) Σ_{m≤n} λ^{m-1} Â_t^{(m)} + λ^n Â_t^{(n+1)}: over any number of steps."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, gamma, lam, n, t, td_error
from derive.rules import empty, last_apart, unfold, write_out
from derive.terms import AtMost, Definition, Equation, TimeSum, time_symbol

j, m = time_symbol("l"), time_symbol("m")
n_step = Definition("A", (t, m), TimeSum(gamma**j * td_error(t + j), j, 0, m - 1), "index")
truncated = TimeSum((gamma * lam) ** j * td_error(t + j), j, 0, n)


def mixture(last):
    return (1 - lam) * TimeSum(lam ** (m - 1) * n_step(t, m), m, 1, last) + lam**last * n_step(t, last + 1)


@derivation(
    title="A truncated advantage estimate as a mixture",
    claim=Equation(truncated, mixture(n)),
    assuming=[AtMost(0, n), before(t + n, T)],
    source="Schulman et al. 2016, ICLR, eq. (16), over finitely many steps",
    falsehood=Falsehood(
        Equation(truncated, (1 - lam) * TimeSum(lam ** (m - 1) * n_step(t, m), m, 1, n + 1)),
        "the longest estimate gets the weight (1 − λ) λ^n too, so that the weights do not sum to one",
        (AtMost(0, n), AtMost(0, t), before(t + n, T)),
    ),
    world="number_line",
    defining=[Equation(n_step(t, m), n_step.body), Equation(td_error(t), td_error.body)],
)
def truncated_gae_eq_mixture_of_n_step(start):
    def base(chain):
        return chain.eq(td_error(t), by=write_out).eq(mixture(0), by=[empty, unfold(n_step), write_out])

    def step(chain, hypothesis):
        longer = TimeSum(gamma**j * td_error(t + j), j, 0, n) + gamma ** (n + 1) * td_error(t + n + 1)
        weighted = (1 - lam) * TimeSum(lam ** (m - 1) * n_step(t, m), m, 1, n)
        return (
            chain
            .eq(truncated + (gamma * lam) ** (n + 1) * td_error(t + n + 1), by=last_apart)
            .eq(mixture(n) + (gamma * lam) ** (n + 1) * td_error(t + n + 1), by=hypothesis)
            .eq(weighted + (1 - lam) * lam**n * n_step(t, n + 1) + lam ** (n + 1) * longer, by=unfold(n_step))
            .eq(weighted + (1 - lam) * lam**n * n_step(t, n + 1) + lam ** (n + 1) * n_step(t, n + 2),
                by=[unfold(n_step), last_apart])
            .eq(mixture(n + 1), by=last_apart)
        )  # fmt: skip

    return start.induction(n, base=base, step=step)
