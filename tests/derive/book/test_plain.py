"""Plain Unicode mathematics on lines of its own: read where it stands, and prose left alone."""

import pytest

from derive.book.document import parse
from derive.book.plain import is_equation
from derive.book.source import decode

TEXT = """A lesson without any markup

J(θ) = E_(τ ~ π_θ) [ R(τ) ] where R(τ) = Σ over t of γ^t · r_t

so that theta = 3 is a number in prose, and the score is

∇_θ p(x; θ) = p(x; θ) · ∇_θ log p(x; θ)

Then for any function f of x

∇_θ ∫ f(x) · p(x; θ) dx = ∫ f(x) · p(x; θ) · ∇_θ log p(x; θ) dx
= E_(x ~ p) [ f(x) · ∇_θ log p(x; θ) ]

2. θ ← θ + α · ∇_θ J(θ)

∇_θ J(θ) = E_(τ ~ π_θ) [ R(τ) · Σ over t of ∇_θ log π_θ(a_t | s_t) ]
∇_θ J(θ) = E_(τ ~ π_θ) [ Σ over t of γ^t · r_t · ∇_θ log π_θ(a_t | s_t) ]

0.5 · 0.5 - 0.2^2 = 0.21
"""


def test_a_lesson(check):
    found = [(s.formula.line, s.verdict) for s in check(TEXT).steps]
    assert [(line, "good" if v in ("proved", "holds") else v) for line, v in found] == [
        (3, "definition"), (3, "definition"), (7, "good"), (11, "good"), (12, "good"), (14, "not-a-claim"),
        (16, "good"), (17, "refuted"), (19, "good"),
    ]  # fmt: skip


def test_every_character_keeps_its_place():
    source = decode("text.txt", TEXT.encode())
    for formula in parse(source).displays:
        line, column, end_line, end_column = formula.place(0, len(formula.latex))
        assert line == end_line
        written = source.line(line)
        assert written[column - 1 : end_column - 1].strip() in written
        at = formula.latex.find("θ")
        assert at < 0 or source.text[formula.offsets[at]] == "θ"


@pytest.mark.parametrize(
    "line",
    [
        "so the probability is σ(0) = 0.5 here",
        "x = [1, 2, 3]  # a list",
        "self.size = 5",
        "The loss is L = (y - x)^2.",
        "| a = b | c |",
        "π is a policy",
        "import numpy as np",
        "Vπ(s) = Eπ[Gt | St = s]",
    ],
)  # fmt: skip
def test_prose_and_code_are_no_equations(line):
    assert not is_equation(line)


@pytest.mark.parametrize(
    "line",
    [
        "rt+1 + γ rt+2 = Gt",
        "V(s) = max_a Q(s, a)",
        "θ_1 = 2 θ_1 ^ ^",
        "π_θ(a at s) = 1",
        "E[g] = π(a=1)",
        "r_t ⊕ γ = 1",
    ],
)  # fmt: skip
def test_what_is_lost_is_not_guessed(check, line):
    verdicts = [s.verdict for s in check(f"A line\n\n{line}\n").steps]
    assert verdicts in ([], ["not-read"], ["unknown"])


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("σ(0.5) = 1 / (1 + e^(-0.5))", "holds"),
        ("σ(0.5) ≈ 0.6225", "holds"),
        ("σ(0.5) ≈ 0.6226", "unknown"),
        ("1 / (1 + 0.6065) ≈ 0.6225", "holds"),
        ("1 / (1 + e^(-0.5)) = 1 / (1 + 0.6065)", "unknown"),
        ("0.3 · 0.11 ≈ 0.034", "refuted"),
        ("1 / 1.6065 ≈ 0.6235", "refuted"),
    ],
)
def test_decimals_are_known_to_the_digits_printed(check, line, verdict):
    assert [s.verdict for s in check(f"Values\n\n{line}\n").steps] == [verdict]


def test_words_on_the_left_leave_the_rest_readable(check):
    verdicts = [s.verdict for s in check("Values\n\nπ(a=1) at θ_1 = σ(0.5) = 1 / (1 + e^(-0.5)) ≈ 0.6225\n").steps]
    assert verdicts == ["not-read", "holds", "holds"]
