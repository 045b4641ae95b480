"""Formulas among words: what is mathematics becomes mathematics, whole or not at all; words stay words."""

import pytest

import derive.axioms  # noqa: F401  (admits the laws)
from derive.kernel import LAWS
from derive.printing import latex_box, text_box
from derive.rules import RULES
from derive.sheet.words import pieces


def marked(words):
    return "".join(p if isinstance(p, str) else f"${latex_box(p)}$" for p in pieces(words))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("∇p = p ∇log p", r"$\nabla p = p \, \nabla \log p$"),
        ("since π_θ > 0, it is", r"since $\pi_\theta > 0$, it is"),
        ("γ^t is left out", r"$\gamma^t$ is left out"),
        ("r(1) = 1, and π_θ(1) = σ(θ).", r"$r(1) = 1$, and $\pi_\theta(1) = \sigma(\theta)$."),
        ("E[X] = Σ_x p(x) X", r"$\mathbb{E}[X] = \sum_x p(x) X$"),
        ("E_{τ_{0:T}}[r_k] is", r"$\mathbb{E}_{\tau_{0:T}}[r_k]$ is"),
        ("E_π[X | h_t, a_t] for X", r"$\mathbb{E}_\pi[X \mid h_t, a_t]$ for X"),
        ("Var X = E[X²] − (E X)²", r"$\operatorname{Var} X = \mathbb{E}[X^2] - (\mathbb{E} X)^2$"),
        ("the sampled −log π(a) is", r"the sampled $-\log \pi(a)$ is"),
        ("Σ_{k=a}^{b} f = 0", r"$\sum_{k=a}^b f = 0$"),
        ("Σ_s' P(s'|s_t)", r"$\sum_{s'} P(s' \mid s_t)$"),
        ("0 ≤ p ≤ 2T", r"$0 \le p \le 2 T$"),
        ("at θ = log 2", r"at $\theta = \log 2$"),
        ("of γ^{k-t} with ∇_θ", r"of $\gamma^{k-t}$ with $\nabla_\theta$"),
    ],
)
def test_formulas_are_found(words, wanted):
    assert marked(words) == wanted


@pytest.mark.parametrize(
    "words",
    [
        "Sutton & Barto 2018, eq. (3.14), §2.8; JMLR 5:1471-1530, Machine Learning 8(3):229-256",
        "a reward of 1, option (a), I and a step, k2 of R1-Zero-like past_reward_cancellation or x",
        "the weight w = 1/|y| is taken to be harmless",
        "E[X] = E[E[X | up to position]].",
        "Sutton's (2018) 1/4, 50% of ±1",
        r"\write18{rm} $x$ \end{document} <script>",
        "x_ ^ _ ( [ ] ) } {",
        "",
    ],
)
def test_words_stay_words(words):
    assert pieces(words) == ([words] if words else [])


@pytest.mark.parametrize(
    "rule", [*RULES.values(), *LAWS.values()], ids=lambda r: getattr(r, "name", None) or r.__name__
)
def test_nothing_is_lost_of_what_a_rule_states(rule):
    stated = " ".join(((rule.convert if hasattr(rule, "convert") else rule).__doc__).split())

    def bare(said):
        return "".join(c for c in said if c.isalnum() or c in "=<>≤≥∇Σ∏").replace("²", "2")

    shown = "".join(p if isinstance(p, str) else text_box(p) for p in pieces(stated))
    assert bare(shown) == bare(stated)


@pytest.mark.parametrize("words", ["(" * 1500 + "θ" + ")" * 1500, "(" * 1500 + "θ", "θ " * 1500, "f(" * 500])
def test_hostile_brackets_do_not_stop_it(words):
    shown = "".join(p if isinstance(p, str) else text_box(p) for p in pieces(words))
    assert shown.replace(" ", "") == words.replace(" ", "")


@pytest.mark.parametrize(
    ("sign", "written"), [("≥", r"\ge"), ("≤", r"\le"), ("≠", r"\ne"), ("∼", r"\sim"), ("∈", r"\in")]
)
def test_every_relation_in_words_is_a_command_of_tex(sign, written):
    (box,) = pieces(f"k {sign} t_0")
    assert f" {written} " in latex_box(box)
    assert latex_box(box).isascii()
