"""Repairs: the one change that makes a refuted step hold, verified; nothing is said where none does."""
# ruff: noqa: E501 (formulas in one piece)

import pytest

START = r"""Let the policy be $\pi_\theta(a|s)$ and let $\gamma$ be the discount. The return is defined as
$$ G_t = \sum_{k=t}^{T-1} \gamma^{k-t} r_k $$
The objective is
$$ J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}[G_0] $$

"""


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\nabla_\theta J = \mathbb{E}_\tau[\sum_t \nabla_\theta \log \pi_\theta(a_t|s_t) G_t]", "with γ^t G_t"),
        (r"\nabla_\theta J = -\mathbb{E}_\tau[\sum_t \gamma^t \nabla_\theta \log \pi_\theta(a_t|s_t) G_t]", "sign"),
        (r"\nabla_\theta J = \mathbb{E}_\tau[\sum_{t=1}^{T-1} \gamma^t \nabla_\theta \log \pi_\theta(a_t|s_t) G_t]", "from t = 0"),
        (r"\nabla_\theta J = \mathbb{E}_\tau[\sum_t \gamma^t \nabla_\theta \log \pi_\theta(a_t|s_t) G_{t+1}]", "with G_t"),
        (r"G_t = r_t + \gamma G_{t+2}", "with G_{t+1}"),
        (r"\nabla_\theta J = \mathbb{E}_\tau[\sum_t \gamma^t \nabla_\theta \pi_\theta(a_t|s_t) G_t]", "∇log"),
        (r"\sum_a \pi_\theta(a|s) = 2", None),
    ],
)  # fmt: skip
def test_repair(check, latex, words):
    *_, step = check(START + f"So $$ {latex} $$").steps
    assert step.verdict in ("refuted", "unknown")
    if step.verdict == "refuted":
        assert (words is None and step.repair is None) or words in step.repair
