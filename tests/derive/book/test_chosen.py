"""Policies that a section chooses: the softmax of preferences, whatever the preferences are."""
# ruff: noqa: E501 (formulas in one piece)

import pytest

SOFTMAX = r"""The softmax policy over preferences $h_\theta$ is
$$ \pi_\theta(a|s) = \frac{e^{h_\theta(s,a)}}{\sum_b e^{h_\theta(s,b)}} $$
With $J(\theta) = \mathbb{E}_{\tau\sim\pi_\theta}\left[\sum_{t=0}^{T-1} r(s_t,a_t)\right]$ and $G_t = \sum_{k=t}^{T-1} r(s_k,a_k)$,
"""
TRUE = [
    (r"\log \pi_\theta(a|s) = h_\theta(s,a) - \log \sum_b e^{h_\theta(s,b)}", "proved"),
    (
        r"\nabla_\theta \log \pi_\theta(a|s) = \nabla_\theta h_\theta(s,a) - \sum_b \pi_\theta(b|s) \nabla_\theta h_\theta(s,b)",
        "proved",
    ),
    (
        r"\nabla_\theta \pi_\theta(a|s) = \pi_\theta(a|s) \left( \nabla_\theta h_\theta(s,a) - \sum_b \pi_\theta(b|s) \nabla_\theta h_\theta(s,b) \right)",
        "proved",
    ),
    (
        r"\nabla_\theta J(\theta) = \mathbb{E}_{\tau\sim\pi_\theta}\left[\sum_{t=0}^{T-1} G_t \left( \nabla_\theta h_\theta(s_t,a_t) - \sum_b \pi_\theta(b|s_t) \nabla_\theta h_\theta(s_t,b) \right) \right]",
        "holds",
    ),
]
FALSE = [
    r"\log \pi_\theta(a|s) = h_\theta(s,a) - \sum_b e^{h_\theta(s,b)}",
    r"\nabla_\theta \log \pi_\theta(a|s) = \nabla_\theta h_\theta(s,a) + \sum_b \pi_\theta(b|s) \nabla_\theta h_\theta(s,b)",
    r"\nabla_\theta \pi_\theta(a|s) = \nabla_\theta h_\theta(s,a) - \sum_b \pi_\theta(b|s) \nabla_\theta h_\theta(s,b)",
    r"\nabla_\theta J(\theta) = \mathbb{E}_{\tau\sim\pi_\theta}\left[\sum_{t=0}^{T-1} G_t \nabla_\theta h_\theta(s_t,a_t) \right]",
]


@pytest.mark.parametrize(("latex", "verdict"), TRUE)
def test_what_holds_for_the_policy_of_the_section(check, latex, verdict):
    step = check(SOFTMAX + f"$$ {latex} $$").steps[-1]
    assert step.verdict == verdict
    assert "for the pi of line 2" in step.message


@pytest.mark.parametrize("latex", FALSE)
def test_what_fails_for_it_does_not_pass(check, latex):
    assert check(SOFTMAX + f"$$ {latex} $$").steps[-1].verdict in ("refuted", "unknown")


@pytest.mark.parametrize("latex", [latex for latex, _ in TRUE])
def test_without_the_choice_nothing_of_it_passes(check, latex):
    bare = "\n".join(line for line in SOFTMAX.splitlines() if not line.startswith("$$")) + "\n"
    assert check(bare + f"$$ {latex} $$").steps[-1].verdict not in ("proved", "holds")


def test_what_stands_at_the_place_of_an_action_is_one(check):
    text = r"$$ \pi(a|s) = \frac{e^{h(s,a)}}{\sum_b e^{h(s,b)}} $$" + "\n\n"
    assert check(text + r"$$ \log \pi(a|s) = h(s,a) - \log \sum_b e^{h(s,b)} $$").steps[-1].verdict == "proved"


TABLE = r"$$ \pi_\theta(a|s) = \frac{e^{\theta_{s,a}}}{\sum_{b} e^{\theta_{s,b}}} $$" + "\n\n"
SEQUENCE = r"$$ p_i = \frac{e^{z_i}}{\sum_{j=1}^{n} e^{z_j}} $$" + "\n\n"
PREFERENCES = r"$$ \pi(a|s) = \frac{e^{h(s,a)}}{\sum_b e^{h(s,b)}} $$" + "\n\n"
PARTIAL = [
    (PREFERENCES, r"\frac{\partial \log \pi(a|s)}{\partial h(s,b)} = \mathbf{1}[a=b] - \pi(b|s)"),
    (PREFERENCES, r"\frac{\partial \pi(a|s)}{\partial h(s,b)} = \pi(a|s) (\mathbf{1}[a=b] - \pi(b|s))"),
    (TABLE, r"\frac{\partial \log \pi_\theta(a|s)}{\partial \theta_{s,b}} = \mathbf{1}[a=b] - \pi_\theta(b|s)"),
    (
        TABLE,
        r"\frac{\partial \log \pi_\theta(a|s)}{\partial \theta_{s',b}} = \mathbf{1}[s=s'] (\mathbf{1}[a=b] - \pi_\theta(b|s))",
    ),
    (SEQUENCE, r"\frac{\partial p_i}{\partial z_j} = p_i (\mathbf{1}[i=j] - p_j)"),
    (SEQUENCE, r"\frac{\partial \log p_i}{\partial z_j} = \delta_{ij} - p_j"),
]
WRONG = [
    (PREFERENCES, r"\frac{\partial \log \pi(a|s)}{\partial h(s,b)} = \mathbf{1}[a=b] + \pi(b|s)"),
    (TABLE, r"\frac{\partial \log \pi_\theta(a|s)}{\partial \theta_{s,b}} = \mathbf{1}[a=b] - \pi_\theta(a|s)"),
    (TABLE, r"\frac{\partial \log \pi_\theta(a|s)}{\partial \theta_{s',b}} = \mathbf{1}[a=b] - \pi_\theta(b|s)"),
    (SEQUENCE, r"\frac{\partial p_i}{\partial z_j} = p_j (\mathbf{1}[i=j] - p_j)"),
]


@pytest.mark.parametrize(("definition", "latex"), PARTIAL)
def test_a_derivative_by_one_value(check, definition, latex):
    assert check(definition + f"$$ {latex} $$").steps[-1].verdict in ("proved", "holds")


@pytest.mark.parametrize(("definition", "latex"), WRONG)
def test_a_false_derivative_by_one_value(check, definition, latex):
    verdict = check(definition + f"$$ {latex} $$").steps[-1].verdict
    assert verdict == ("refuted" if definition == TABLE else "unknown")  # h and z may be chosen below


@pytest.mark.parametrize(
    "latex",
    [r"\frac{\partial \log \pi(a|s)}{\partial \pi(b|s)} = 1", r"\frac{\partial \log \pi(a|s)}{\partial k(s,b)} = 0"],
)
def test_what_no_value_of_a_function_is_changed_in(check, latex):
    assert check(PREFERENCES + f"$$ {latex} $$").steps[-1].verdict in ("not-read", "unknown")
