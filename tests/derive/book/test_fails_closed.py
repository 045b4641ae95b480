"""What has no reading, or two, is not read: each of these has been misread by some program."""

import time

import pytest

from derive.book.statements import statements
from derive.book.tokens import Macro, Stopped

SCOPE = r"""
Let $\gamma$ be the discount and $\sigma(x) := \frac{1}{1 + e^{-x}}$.

$$ R(\tau) := \sum_{t=0}^{T-1} \gamma^t r_t $$

$$ J(\theta) := \mathbb{E}_{\tau \sim \pi_\theta}[R(\tau)] $$

$$ G_t := \sum_{k=t}^{T-1} \gamma^{k-t} r_k $$

"""


@pytest.mark.parametrize(
    "latex",
    [
        r"\log 2\pi = \gamma",
        r"\log 2 \pi_\theta(a \mid s) = \gamma",
        r"\exp \theta \gamma = \gamma",
        r"\log^2 \pi_\theta(a \mid s) = \gamma",
        r"\log \prod_t \pi_\theta(a_t \mid s_t) \gamma = \gamma",
        r"\sum_{j=1, i \ne j} r_j = \gamma",
        r"\sum_t^T r_t = \gamma",
        r"\sum_{t=0} r_t = \gamma",
        r"\sum_{a' \ne a} \pi_\theta(a' \mid s) = \gamma",
        r"\sum_{a_t} \pi_\theta(a_t \mid s_t) G_t = \gamma",
        r"\theta^T = \gamma",
        r"1/2 r_0 = \gamma",
        r"r_0/2\gamma = \gamma",
        r"\gamma 2 = \gamma",
        r"\gamma^t^2 = \gamma",
        r"\gamma^{r_0} = \gamma",
        r"\min(\gamma) = \gamma",
        r"J(\gamma) = \gamma",
        r"\sigma^{-1}(\theta) = \gamma",
        r"\pi_\theta(a, s) = \gamma",
        r"\pi_\theta(s \mid a) = \gamma",
        r"P(s' \mid a, s) = \gamma",
        r"p(s', r \mid s, a) = \gamma",
        r"\nabla_s J(\theta) = \gamma",
        r"\mathbb{E} r_t = \gamma",
        r"\mathbb{E}_s[r_t] = \gamma",
        r"\mathbb{E}_{\tau \sim D}[R(\tau)] = \gamma",
        r"\mathbb{E}_\tau[R(\tau) \mid s_t] = \gamma",
        r"\mathbb{E}_{a_t \sim \pi_\theta(\cdot \mid s_t)}[G_t] = \gamma",
        r"\mathbb{E}_{\tau \setminus a_t}[G_t] = \gamma",
        r"\underbrace{r_0}_{=0} = \gamma",
        r"\gamma \text{ or so} = r_0",
        r"\gamma = r_0, t = 0, 1, 2",
        r"\gamma = r_0 \quad + r_1",
        r"\gamma = r_0 \text{ if } t > 0",
        r"\begin{aligned} \gamma &= r_0 \\ -r_1 &= r_2 \end{aligned}",
        r"R(\tau_{0:t}) = \gamma",
        r"r_0 = \flurb",
        r"r_0 = ♥",
        r"r_0 = (r_1",
        r"r_0 = r_1)",
        r"r_0 = \frac{r_1}",
        r"r_0 = r_1 r_2 = ",
    ],
)
def test_not_judged(check, latex):
    *_, step = check(SCOPE + f"$$ {latex} $$").steps
    assert step.verdict in ("not-read", "definition", "not-a-claim"), step
    if step.verdict == "not-read":
        assert step.where is not None
        assert step.code in ("D040", "D041")
    else:
        assert step.read_as is None


@pytest.mark.parametrize(
    "latex",
    [
        r"(r_0 + r_1)^\top = \gamma",
        r"(r_0 + r_1)^T = \gamma",
        r"\gamma^\star = \gamma",
        r"\mathbb{E}[\gamma] = \gamma",
        r"r_t^{(i)} = \gamma",
        r"0 + \gamma_t = \gamma",
        r"\max_a Q(s, a) = \gamma",
        r"\left. r_t \right|_{t=0} = \gamma",
        r"\begin{pmatrix} r_0 \\ r_1 \end{pmatrix} = \gamma",
        r"r_0 \odot r_1 = \gamma",
        r"\langle r_0, r_1 \rangle = \gamma",
        r"\| r_0 \| = \gamma",
        r"\lim_{t \to \infty} r_t = \gamma",
        r"\mathbb{E}_\tau[q r_0] = q \, \mathbb{E}_\tau[r_0]",
        r"\sum_i r_i = \gamma",
        r"P(s_t) = \gamma",
    ],
)
def test_read_but_not_decided(check, latex):
    *_, step = check(SCOPE + f"$$ {latex} $$").steps
    assert step.verdict in ("unknown", "definition"), step
    assert not step.code.startswith("internal")


@pytest.mark.parametrize(
    ("latex", "token"),
    [(r"a = \flurb + 1", "\\flurb"), (r"\log 2\pi", "pi"), ("x = (y", "end of the formula")],
)
def test_says_where_reading_stopped(latex, token):
    with pytest.raises(Stopped) as stopped:
        statements(latex)
    assert stopped.value.token == token
    assert latex[stopped.value.start : stopped.value.end].lstrip("\\") in (token.lstrip("\\"), "")


def test_unclosed_display(check):
    (step,) = check("$$ r_0 = r_1\n\nand so on").steps
    assert (step.verdict, step.code) == ("not-read", "D042")


def test_continuation_of_what_was_not_read(check):
    first, second = check("$$ \\flurb $$\n\n$$ = r_0 $$").steps
    assert (first.verdict, second.verdict, second.code) == ("not-read", "not-read", "D043")


def test_use_of_a_definition_that_was_not_read(check):
    """What holds for any holds for this one, and nothing that fails is refuted by it."""
    *_, true, false = check("$$ F := \\mathbb{E}[q] $$\n\n$$ F = 0 + F $$\n\n$$ F = 1 + F $$").steps
    assert true.verdict in ("proved", "unknown", "not-read")
    assert false.verdict in ("unknown", "not-read")


HOSTILE = {
    "braces": "{" * 100_000 + "x" + "}" * 100_000,
    "brackets": "(" * 100_000,
    "fractions": "\\frac{1}{" * 5_000 + "1" + "}" * 5_000,
    "minus": "-" * 50_000 + "1",
    "powers": "9^{9^{9^{9}}}",
    "power": "2^{64^{64}}",
    "tower": "(" * 8 + "2" + "^{64})" * 8,
    "digits": "9" * 5_000,
    "long": "x + " * 60_000 + "x",
    "subscripts": "x_{" * 5_000 + "1" + "}" * 5_000,
    "accents": "\\hat{" * 5_000 + "x" + "}" * 5_000,
    "sums": "\\sum_t " * 5_000 + "r_t",
    "gradients": "\\nabla_\\theta " * 5_000 + "J",
    "cases": "\\begin{cases}" * 3_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_bounded(check, name):
    start = time.process_time()
    steps = check(f"$$ {HOSTILE[name]} = 1 $$").steps
    assert time.process_time() - start < 5
    assert {s.verdict for s in steps} <= {"not-read", "unknown", "not-a-claim"}
    assert not any(s.code.startswith("internal") for s in steps)


@pytest.mark.parametrize(
    "macros",
    [
        {"a": Macro(0, r"\a")},
        {"a": Macro(0, r"\b"), "b": Macro(0, r"\a")},
        {"a": Macro(0, r"\b\b"), "b": Macro(0, r"\c\c"), "c": Macro(0, r"\a\a")},
        {"a": Macro(1, r"\a{#1#1}")},
    ],
)
def test_macros_without_end(macros):
    start = time.process_time()
    with pytest.raises(Stopped, match="expand"):
        statements(r"\a{x}", macros)
    assert time.process_time() - start < 2
