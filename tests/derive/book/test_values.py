"""Statements about V, Q and A: the Bellman equations, the advantage, rewards on arrival, sums to infinity."""
# ruff: noqa: E501 (formulas in one piece)

import pytest

START = r"""Let the policy be $\pi_\theta(a|s)$ and let $\gamma$ be the discount. The rewards are $r(s,a,s')$. The return is defined as
$$ G_t = \sum_{k=t}^{T-1} \gamma^{k-t} r_k $$
The value is defined by
$$ V^\pi(s) = \mathbb{E}[G_t | s_t = s] $$
and the action value is defined by
$$ Q^\pi(s,a) = \mathbb{E}[G_t | s_t = s, a_t = a] $$
The advantage is defined by
$$ A^\pi(s,a) = Q^\pi(s,a) - V^\pi(s) $$
The objective is
$$ J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}[G_0] $$

"""
TRUE = [
    r"V^\pi(s) = \sum_a \pi(a|s) Q^\pi(s,a)",
    r"V^\pi(s) = \sum_{a \in \mathcal{A}} \pi(a|s) \, Q^\pi(s,a)",
    r"Q^\pi(s,a) = \sum_{s'} P(s'|s,a) \left( r(s,a,s') + \gamma V^\pi(s') \right)",
    r"V^\pi(s) = \mathbb{E}_{a \sim \pi}[ Q^\pi(s,a) ]",
    r"V^\pi(s) = \sum_a \pi(a|s) \sum_{s'} P(s'|s,a) [ r(s,a,s') + \gamma V^\pi(s') ]",
    r"V^\pi(s) = \mathbb{E}[r_t + \gamma V^\pi(s_{t+1}) | s_t = s]",
    r"Q^\pi(s,a) = \mathbb{E}[r_t + \gamma V^\pi(s_{t+1}) | s_t = s, a_t = a]",
    r"Q^\pi(s,a) = \mathbb{E}_{s' \sim P(\cdot|s,a)}\left[ r(s,a,s') + \gamma \mathbb{E}_{a' \sim \pi(\cdot|s')}[ Q^\pi(s',a') ] \right]",
    r"\mathbb{E}_{a \sim \pi(\cdot|s)}[A^\pi(s,a)] = 0",
    r"\nabla_\theta J = \mathbb{E}_{\tau \sim \pi_\theta}\left[ \sum_{t=0}^{T-1} \gamma^t \nabla_\theta \log \pi_\theta(a_t|s_t) A^\pi(s_t,a_t) \right]",
    r"\nabla_\theta J = \mathbb{E}_{\tau \sim \pi_\theta}\left[ \sum_{t=0}^{T-1} \gamma^t \nabla_\theta \log \pi_\theta(a_t|s_t) Q^\pi(s_t,a_t) \right]",
    r"G_t = r_t + \gamma G_{t+1}",
    r"G_t = \sum_{k=0}^{\infty} \gamma^k r_{t+k}",
]
FALSE = [
    r"V^\pi(s) = \sum_a Q^\pi(s,a)",
    r"Q^\pi(s,a) = \sum_{s'} P(s'|s,a) \left( r(s,a,s') + V^\pi(s') \right)",
    r"V^\pi(s) = \mathbb{E}[r_t + \gamma V^\pi(s_t) | s_t = s]",
    r"V^\pi(s) = \sum_{a} \pi(a|s) A^\pi(s,a)",
    r"A^\pi(s,a) = r(s,a,s') + \gamma V^\pi(s') - V^\pi(s)",
    r"\nabla_\theta J = \mathbb{E}_{\tau \sim \pi_\theta}\left[ \sum_{t=0}^{T-1} \nabla_\theta \log \pi_\theta(a_t|s_t) A^\pi(s_t,a_t) \right]",
    r"\nabla_\theta J = \mathbb{E}_{\tau \sim \pi_\theta}\left[ \sum_{t=0}^{T-1} \gamma^t \nabla_\theta \log \pi_\theta(a_t|s_t) V^\pi(s_t) \right]",
]
UNREAD = [
    r"\nabla_\theta J = \mathbb{E}_\pi\left[ Q^\pi(s_t,a_t) \nabla_\theta \log \pi_\theta(a_t|s_t) \right]",
    r"V^\pi(s) = \sum_{s'} \rho(s') V^\pi(s')",
    r"V^\pi(s) = \max_a Q^\pi(s,a)",
    r"V^\pi(s_t) = \mathbb{E}[r_{t-1} + \gamma V^\pi(s_t) | s_t]",
    r"V^\pi(s) = \mathbb{E}[G_t | s_t = s, s_{t+1} = s]",
]


def last(check, latex):
    return check(START + f"$$ {latex} $$").steps[-1]


@pytest.mark.parametrize("latex", TRUE)
def test_true(check, latex):
    assert last(check, latex).verdict in ("proved", "holds")


@pytest.mark.parametrize("latex", FALSE)
def test_false(check, latex):
    assert last(check, latex).verdict == "refuted"


@pytest.mark.parametrize("latex", UNREAD)
def test_no_reading(check, latex):
    assert last(check, latex).verdict in ("not-read", "unknown")


ARRIVING = r"""Let the policy be $\pi(a|s)$ and $\gamma$ the discount. The return is defined as
$$ G_t = R_{t+1} + \gamma R_{t+2} + \gamma^2 R_{t+3} + \dots + \gamma^{T-t-1} R_T $$
The value is defined by
$$ v_\pi(s) = \mathbb{E}_\pi[G_t | S_t = s] $$

"""


@pytest.mark.parametrize(
    ("latex", "good"),
    [
        (r"v_\pi(s) = \mathbb{E}_\pi[R_{t+1} + \gamma v_\pi(S_{t+1}) | S_t = s]", True),
        (r"v_\pi(s) = \mathbb{E}_\pi[R_{t+1} + v_\pi(S_{t+1}) | S_t = s]", False),
        (r"v_\pi(s) = \mathbb{E}_\pi[R_{t+1} + \gamma v_\pi(S_t) | S_t = s]", False),
        (r"G_t = \sum_{k=0}^{\infty} \gamma^k R_{t+k+1}", True),
        (r"G_t = \sum_{k=1}^{\infty} \gamma^k R_{t+k+1}", False),
        (r"G_t = R_{t+1} + \gamma G_{t+1}", True),
    ],
)
def test_rewards_on_arrival(check, latex, good):
    verdict = check(ARRIVING + f"$$ {latex} $$").steps[-1].verdict
    assert verdict in (("proved", "holds") if good else ("refuted", "unknown"))


def test_what_the_text_leaves_to_the_reader_never_refutes(check):
    text = r"Let $\pi_\theta(a|s)$ be the policy." + "\n\n$$ V^\\pi(s) = \\mathbb{E}_{a \\sim \\pi}[A^\\pi(s,a)] $$"
    assert check(text).steps[-1].code == "D051"


def test_a_value_from_the_start_is_the_usual_one_only_where_its_body_is(check):
    text = (
        r"Let the policy be $\pi_\theta(a|s)$."
        + "\n\n$$ V^\\pi(s) := \\mathbb{E}_{\\tau \\sim \\pi}\\left[ \\sum_t BODY \\,\\middle|\\, s_0 = s \\right] $$\n\n"
    )
    text += r"$$ V^\pi(s) = \mathbb{E}[r_t + V^\pi(s_{t+1}) | s_t = s] $$"
    assert check(text.replace("BODY", "r_t")).steps[-1].verdict in ("proved", "holds")
    assert check(text.replace("BODY", "2 r_t")).steps[-1].verdict == "unknown"
    again = text.replace("= \\mathbb{E}[r_t", "= \\mathbb{E}[2 r_t")
    assert check(again.replace("BODY", "2 r_t")).steps[-1].verdict in ("proved", "holds")


def test_a_value_in_prose_is_no_definition_of_a_value(check):
    text = START + r"where $Q^\pi(s_t,a_t) = r_t + \gamma V^\pi(s_{t+1})$, so that" + "\n"
    *_, step = check(text + r"$$ Q^\pi(s_t,a_t) - V^\pi(s_t) = r_t + \gamma V^\pi(s_{t+1}) - V^\pi(s_t) $$").steps
    assert step.verdict == "refuted"


ACTION_VALUE = r"""Let the policy be $\pi(a|s)$. The action value is defined by
$$ Q^\pi(s_t,a_t) = \sum_{k=t}^{T} \mathbb{E}[r(s_k,a_k) | s_t, a_t] $$

"""


def test_what_an_equation_shows_a_value_to_be_is_no_assumption_any_more(check):
    bellman = r"$$ Q^\pi(s_t,a_t) = r(s_t,a_t) SIGN \mathbb{E}_{s_{t+1} \sim P(\cdot|s_t,a_t)}[V^\pi(s_{t+1})] $$"
    says = r"$$ V^\pi(s_t) = \mathbb{E}_{a_t \sim \pi(\cdot|s_t)}[Q^\pi(s_t,a_t)] $$" + "\n\n"
    assert check(ACTION_VALUE + bellman.replace("SIGN", "-")).steps[-1].code == "D051"
    assert check(ACTION_VALUE + says + bellman.replace("SIGN", "-")).steps[-1].verdict == "refuted"
    assert check(ACTION_VALUE + says + bellman.replace("SIGN", "+")).steps[-1].verdict == "proved"
    doubled = says.replace("\\mathbb{E}", "2 \\mathbb{E}")
    assert check(ACTION_VALUE + doubled + bellman.replace("SIGN", "-")).steps[-1].code == "D051"


LOGARITHM = r"""The policy is $\pi_\theta(a|s)$ and
$$ p_\theta(\tau) = p(s_0) \prod_{t=0}^{T-1} \pi_\theta(a_t|s_t) p(s_{t+1}|s_t,a_t), $$
so that
$$ \log p_\theta(\tau) = START + \sum_{t=0}^{T-1} \log \pi_\theta(a_t|s_t) + \log p(s_{t+1}|s_t,a_t). $$
"""


def test_a_sum_reaches_to_the_last_term_with_its_index_where_nothing_else_has_that(check):
    assert check(LOGARITHM.replace("START", r"\log p(s_0)")).steps[-1].verdict == "proved"
    step = check(LOGARITHM.replace("START", "p(s_0)")).steps[-1]
    assert step.verdict == "refuted"
    assert "the sides differ: 0 and 1;" in step.message


@pytest.mark.parametrize(
    ("latex", "good"),
    [
        (r"\mathbb{E}_{s_{t+1}}[\delta_t^{V^\pi}] = A^\pi(s_t,a_t)", True),
        (r"\mathbb{E}_{s_{t+1}}[Q^\pi(s_t,a_t) - V^\pi(s_t)] = A^\pi(s_t,a_t)", True),
        (r"\mathbb{E}_{s_{t+1}}[r_t + \gamma V^\pi(s_{t+1})] = Q^\pi(s_t,a_t)", True),
        (r"\mathbb{E}_{s_{t+1}}[\delta_t^{V^\pi}] = Q^\pi(s_t,a_t)", False),
        (r"\mathbb{E}_{s_{t+1}}[r_t + V^\pi(s_{t+1})] = Q^\pi(s_t,a_t)", False),
    ],
)
def test_an_average_over_the_next_state_is_at_what_comes_before(check, latex, good):
    residual = r"$$ \delta_t^V = r(s_t,a_t) + \gamma V^\pi(s_{t+1}) - V^\pi(s_t) $$" + "\n\n"
    text = START.replace("r(s,a,s')", "r(s,a)") + residual + f"$$ {latex} $$"
    assert check(text).steps[-1].verdict in (("proved", "holds") if good else ("refuted",))
