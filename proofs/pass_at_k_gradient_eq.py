"""∇E[1 − ∏_j (1 − f(x_j))] = K (1 − p)^{K−1} ∇p, p = E f: samples that pass often are hardly pushed."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad
from derive.rules import chain_rule
from derive.terms import AtMost, Equation
from proofs.all_samples_fail_eq_pow import failure, failures, over
from proofs.pass_at_k_eq_one_sub_fail_pow import K, pass_at_k_eq_one_sub_fail_pow

passes = over(1 - failures(K), K)


@derivation(
    title="Gradient of the chance that one of K samples passes",
    claim=Equation(grad(passes), K * failure ** (K - 1) * grad(1 - failure)),
    assuming=[AtMost(1, K)],
    source="Walder & Karkhanis 2025, Pass@K policy optimization, arXiv 2505.15201",
    falsehood=Falsehood(
        Equation(grad(passes), K * grad(1 - failure)), "K samples are taken to push K times as hard as one"
    ),
    world="quiz_bandit",
)
def pass_at_k_gradient_eq(start):
    return (
        start
        .eq(grad(1 - failure**K), by=pass_at_k_eq_one_sub_fail_pow)
        .eq(K * failure ** (K - 1) * grad(1 - failure), by=chain_rule)
    )  # fmt: skip
