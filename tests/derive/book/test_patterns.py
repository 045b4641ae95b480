# ruff: noqa: E501 (formulas in one piece)
"""Ellipses, integrals, braces with notes, implications: what they are read as, and what stops them."""

import pytest

START = "Let $\\gamma$ be the discount. The objective is $J(\\theta) = \\mathbb{E}_\\tau[\\sum_{t=0}^{T} r_t]$.\n\n"


def verdicts(checked):
    return [s.verdict for s in checked.steps]


@pytest.mark.parametrize(
    ("written", "summed"),
    [
        (r"r_0 + \gamma r_1 + \gamma^2 r_2 + \dots + \gamma^T r_T", r"\sum_{t=0}^{T} \gamma^t r_t"),
        (r"r_t + r_{t+1} + \cdots + r_T", r"\sum_{k=t}^{T} r_k"),
        (r"r_t + \gamma r_{t+1} + \cdots", r"\sum_{k=0}^{\infty} \gamma^k r_{t+k}"),
        (r"r_t + \gamma r_{t+1} + \cdots + \gamma^{T-t} r_T", r"\sum_{k=t}^{T} \gamma^{k-t} r_k"),
        (r"r_0 + r_1 + \dots + r_{T-1} + r_T", r"\sum_{t=0}^{T} r_t"),
        (
            r"r_0 + \gamma r_1 + \dots + \gamma^{T-1} r_{T-1} + \gamma^T r_0",
            r"\gamma^T r_0 + \sum_{t=0}^{T-1} \gamma^t r_t",
        ),
        (r"\pi(a_0|s_0) \pi(a_1|s_1) \cdots \pi(a_T|s_T)", r"\prod_{t=0}^{T} \pi(a_t|s_t)"),
    ],
)
def test_an_ellipsis_is_its_sum(check, written, summed):
    assert verdicts(check(START + f"$$ {written} = {summed} $$"))[-1] in ("proved", "holds")


@pytest.mark.parametrize(
    ("written", "summed"),
    [
        (r"r_0 + \gamma r_1 + \dots + \gamma^T r_T", r"\sum_{t=0}^{T} r_t"),
        (r"r_t + r_{t+1} + \cdots + r_T", r"\sum_{k=t+1}^{T} r_k"),
    ],
)
def test_a_wrong_sum_of_an_ellipsis_is_refuted(check, written, summed):
    assert verdicts(check(START + f"$$ {written} = {summed} $$"))[-1] == "refuted"


@pytest.mark.parametrize(
    "written",
    [
        r"r_0 + \dots + r_T",
        r"r_0 + \gamma r_1 + \gamma^3 r_2 + \dots + \gamma^T r_T",
        r"r_0 + r_1 + \dots + \gamma r_T",
        r"r_0 - r_1 + \dots + r_T",
        r"r_0 + r_2 + \dots + r_T",
        r"r_0 + \dots + r_1 + \dots + r_T",
    ],
)
def test_an_ellipsis_without_a_pattern_is_not_read(check, written):
    assert verdicts(check(START + f"$$ {written} = \\sum_{{t=0}}^{{T}} r_t $$"))[-1] == "not-read"


def test_an_integral_over_trajectories(check):
    checked = check(
        START
        + r"$$ \nabla_\theta J(\theta) = \int_\tau P(\tau|\theta) \nabla_\theta \log P(\tau|\theta) \sum_t r_t \, d\tau $$"
    )
    assert verdicts(checked) == ["not-read"]  # how far log reaches past a product of sums is not said
    checked = check(
        START + r"$$ \nabla_\theta J(\theta) = \nabla_\theta \int P(\tau|\theta) \left( \sum_t r_t \right) d\tau $$"
    )
    assert verdicts(checked) == ["proved"]


def test_a_note_at_a_brace_is_a_statement(check):
    checked = check(START + r"$$ r_0 + \underbrace{r_1 - r_1}_{0} = r_0 + \overbrace{0}^{\text{nothing}} $$")
    assert "refuted" not in verdicts(checked)
    checked = check(
        START
        + r"$$ \nabla_\theta J(\theta) = \nabla_\theta J(\theta) + \underbrace{\nabla_\theta \pi_\theta(a|s)}_{0} $$"
    )
    assert verdicts(checked)[0] == "refuted"


def test_what_stands_beside_an_implication(check):
    assert verdicts(check(START + r"$$ r_0 = r_0 + 0 \implies \gamma r_0 = r_0 \gamma $$"))[1] != "refuted"
    assert verdicts(check(START + r"$$ r_0 = r_1 \implies \gamma r_0 = \gamma r_1 $$")) == [
        "unknown",
        "unknown",
    ]


REDEFINED = r"""Let the policy be $\pi_\theta(a|s)$. The return is the sum of rewards:
$$ G_t = r_t + r_{t+1} + \dots + r_T $$
{sentence}
$$ G_t = r_t + \gamma r_{t+1} + \dots + \gamma^{T-t} r_T $$
The objective is
$$ J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}[G_0] $$
and the theorem says
$$ \nabla_\theta J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta} \left[ \sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_t|s_t) {weight} \right] $$
"""


def redefined(sentence, weight):
    return REDEFINED.replace("{sentence}", sentence).replace("{weight}", weight)


def test_a_theorem_that_is_true_for_the_replaced_return_only(check):
    *_, step = check(redefined("So we use a discount factor $\\gamma$:", "G_t")).steps
    assert step.verdict == "inconsistent"
    assert "line 2" in step.message
    assert "line 4" in step.message
    assert (step.counterexample["horizon"], step.counterexample["states"]) == (2, 1)
    assert step.counterexample["true_if"] == "γ = 1"


def test_the_theorem_with_the_discount_that_was_missing(check):
    *_, step = check(redefined("So we use a discount factor $\\gamma$:", r"\gamma^t G_t")).steps
    assert step.verdict in ("proved", "holds")


POLICY = (
    r"Let the policy be $\pi_\theta(a|s)$. The objective is $J(\theta) = \mathbb{E}_\tau[\sum_{t=0}^{T} r_t]$." + "\n\n"
)


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        (r"\nabla_\theta J \approx \frac{1}{N} \sum_{i=1}^{N} \sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_{i,t}|s_{i,t}) \sum_{k=t}^{T} r_{i,k}", "proved"),
        (r"\nabla_\theta J \approx \frac{1}{N} \sum_{i=1}^{N} \sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_t^{(i)}|s_t^{(i)}) r_t^{(i)}", "refuted"),
        (r"\nabla_\theta J \approx \frac{1}{N} \sum_{i=1}^{N} \sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_t|s_t) r_t^{(i)}", "unknown"),
        (r"\nabla_\theta J \approx \frac{1}{M} \sum_{i=1}^{N} \sum_{t=0}^{T} r_t^{(i)}", "unknown"),
        (r"\hat{g} = \frac{1}{|\mathcal{D}|} \sum_{\tau \in \mathcal{D}} \sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_t|s_t) r_t", "definition"),
        (r"\theta^* = \arg\max_\theta J(\theta)", "not-a-claim"),
        (r"\max_\theta \mathbb{E}_\tau \left[ \sum_{t=0}^{T} r_t \right]", "not-a-claim"),
        (r"|r_0| = r_0", "refuted"),
    ],
)  # fmt: skip
def test_samples_and_what_is_best(check, written, verdict):
    (found,) = verdicts(check(POLICY + f"$$ {written} $$"))
    assert found == verdict or (verdict == "holds" and found == "proved")


def test_a_remark_at_the_end_of_a_row_is_no_condition(check):
    text = r"$$ \begin{aligned} \nabla_\theta J &= \nabla_\theta \mathbb{E}_\tau \left[ \sum_t r_t \right] & \text{Expand the objective} \\ &= \nabla_\theta J & \text{if } r > 0 \end{aligned} $$"
    assert verdicts(check(POLICY + text)) == ["proved", "proved", "not-a-claim"]
    assert verdicts(check(POLICY + text.replace("&= \\nabla_\\theta J &", "&= 2 &"))) == [
        "proved",
        "unknown",
        "not-a-claim",
    ]
    assert verdicts(check(POLICY + text.replace("if } r > 0", "Collect} ")))[0] in ("proved", "holds")
