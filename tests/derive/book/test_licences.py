r"""Every reading beside the plain one has words or formulas of the text that license it: with them a step passes,
without them it does not."""

import pytest

PASSED = ("proved", "holds")
POLICY = "Let $\\pi_\\theta(a|s)$ be the policy.\n\n"
RETURN = "$$ R(\\tau) := \\sum_{t=0}^{T-1} r_t $$\n\n"
PATHS = "$$ P_\\theta(\\tau) = \\prod_{t=0}^{T-1} \\pi_\\theta(a_t|s_t) $$\n"
PAST = "$$ \\mathbb{E}_\\tau[r_k \\nabla_\\theta \\log \\pi_\\theta(a_t|s_t)] = 0 $$\n"
DISCOUNTED = POLICY + "$$ J(\\theta) := \\mathbb{E}_\\tau[\\sum_{t=0}^{T-1} \\gamma^t r_t] $$\n\n"
UNDISCOUNTED = "$$ \\nabla_\\theta J(\\theta) = \\nabla_\\theta \\mathbb{E}_\\tau[\\sum_{t=0}^{T-1} r_t] $$\n"
BOTH = POLICY + "A reward is $r(s, a, s')$ or $r(s, a)$.\n\n"
SHORT = "$$ \\sum_{t=0}^{T-1} r_t = \\sum_{t=0}^{T-1} r(s_t, a_t) $$\n\n"
SHORTER = "$$ r_0 + r_1 = r(s_0, a_0) + r(s_1, a_1) $$\n\n"
TOTAL = "$$ R(\\tau) = r_0 + \\sum_{t=1}^{T-1} \\gamma^t r_t $$\n"
DISCOUNT = "$$ R(\\tau) = \\sum_{t=0}^{T-1} \\gamma^t r_t $$\n\n"

# what licenses it: a text in which words do, and the same without them
LICENSED = {
    "an environment without chance": (POLICY + "The environment is deterministic.\n\n" + PATHS, POLICY + PATHS),
    "an order of times": (POLICY + "For $k < t$:\n\n" + PAST, POLICY + "For all times:\n\n" + PAST),
    "an order, not that of another display": (
        POLICY + "For $k < t$:\n\n" + PAST,
        POLICY + "For $k \\leq t$:\n\n$$ r_t - r_t = 0 $$\n\nThen:\n\n" + PAST,
    ),
    "a number that is set": (
        DISCOUNTED + "From here on we set $\\gamma = 1$.\n\n" + UNDISCOUNTED,
        DISCOUNTED + "Suppose $\\gamma = 1$ were true.\n\n" + UNDISCOUNTED,
    ),
    "one choice of several": (
        POLICY + RETURN + "Another return is discounted:\n\n" + DISCOUNT + TOTAL,
        POLICY + RETURN + TOTAL,
    ),
    "rewards r(s, a), where more than one step has them": (BOTH + SHORT + SHORTER, BOTH + SHORTER),
}


@pytest.mark.parametrize("what", LICENSED)
def test_words_license_a_reading(what, check):
    with_words, without = (check(text).steps[-1] for text in LICENSED[what])
    assert with_words.verdict in (*PASSED, "definition"), with_words.message
    assert without.verdict not in (*PASSED, "definition"), without.message


def test_one_form_of_rewards_for_a_whole_text(check):
    """A step that holds for r(s, a) alone does not pass where the rest needs no such reading."""
    mean = "$$ Q^\\pi(s,a) = r(s,a) + \\gamma \\sum_{s'} P(s'|s,a) V^\\pi(s') $$\n\n"
    *_, alone = check(BOTH + mean + SHORTER).steps
    assert (alone.verdict, alone.code) == ("unknown", "D068")
    assert "r_t = r(s_t, a_t)" in alone.message


CHAIN = r"""For a constant $b$,
$$ \mathbb{E}_\tau[b \nabla_\theta \log P_\theta(\tau)] = SECOND = b \nabla_\theta 1 $$
"""


def test_nothing_follows_from_a_step_of_the_same_chain_that_fails(check):
    right = check(POLICY + CHAIN.replace("SECOND", r"b \nabla_\theta \sum_\tau P_\theta(\tau)")).steps
    assert [s.verdict in PASSED for s in right] == [True, True]
    wrong = check(POLICY + CHAIN.replace("SECOND", r"b \sum_\tau P_\theta(\tau)")).steps
    assert not any(s.verdict in PASSED for s in wrong), [s.message for s in wrong]


@pytest.mark.parametrize("drawn", ["s_{t+1}", r"\cdot", "s_t", "s_{t+2}"])
def test_a_law_is_that_of_what_is_drawn(drawn, check):
    inner = r"\mathbb{E}_{s_{t+1} \sim P(DRAWN|s_t, a_t)}[V^\pi(s_{t+1})]".replace("DRAWN", drawn)
    text = POLICY + rf"$$ Q^\pi(s_t, a_t) = \mathbb{{E}}[r_t | s_t, a_t] + {inner} $$"
    (step,) = check(text).steps
    assert (step.verdict in PASSED) == (drawn in ("s_{t+1}", r"\cdot")), step.message


def test_an_action_that_an_example_does_not_have_is_no_product(check):
    example = "The actions are $a \\in \\{0, 1\\}$: $$ \\pi_\\theta(1) = \\sigma(\\theta), \\quad "
    example += "\\pi_\\theta(0) = 1 - \\sigma(\\theta) $$\n\n"
    right, wrong = (
        check(example + f"$$ \\pi_\\theta({a}) + \\pi_\\theta(0) = 1 $$").steps[-1].verdict for a in ("1", "2")
    )
    assert right in PASSED
    assert wrong == "not-read"
