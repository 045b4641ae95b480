"""What a letter means where: new names, sections, choices, earlier texts, what a section says of r and π."""

import pytest

from derive.book.check import check_file

INTRO = (
    "Let $\\pi_\\theta(a|s)$ be the policy and $J(\\theta) = \\mathbb{E}_\\tau[\\sum_{t=0}^{T} r_t]$ the objective.\n\n"
)


def told(checked):
    return [(s.verdict, s.code) for s in checked.steps]


@pytest.mark.parametrize(
    ("written", "verdict", "code"),
    [
        (r"L(\phi, \mathcal{D}) = \mathbb{E}_{z \sim \mathcal{D}}[\spadesuit]", "not-read", "D040"),
        (r"L(\phi, \mathcal{D}) = \mathbb{E}_{(u, v) \sim M}[u_i v_j]", "definition", "D026"),
        (r"x_{k+1} = x_k + \eta \dot{x}_k", "not-a-claim", "D036"),
        (r"q_{k+1} = q_k + \eta (y - q_k)", "not-a-claim", "D031"),
        (r"\mathbf{h}' = \mathbf{h} - \mathbf{v}", "not-a-claim", "D031"),
        (r"V_{k+1}(s) := \max_a [r(s,a) + \gamma V_k(s)]", "not-a-claim", "D031"),
        (r"\Delta\theta \propto r_t", "not-a-claim", "D031"),
        (r"s_{t+1} = f(s_t, a_t)", "not-a-claim", "D036"),
        (r"X = [x_1, x_2]", "definition", "D023"),
        (r"\max_\theta J(\theta) = \mathbb{E}_\tau[\sum_{t=0}^{T} r_t]", "not-a-claim", "D037"),
        (r"\pi_\theta(a|s) = \frac{e^{h(s,a)}}{\sum_b e^{h(s,b)}}", "definition", "D028"),
        (r"\pi_\theta(a|s) \propto e^{h(s,a)}", "definition", "D028"),
        (r"P(A, B) = P(B | A) P(A)", "not-read", "D041"),
    ],
)
def test_what_a_step_is_by_its_form(check, written, verdict, code):
    assert told(check(f"$$ {written} $$")) == [(verdict, code)]


def test_a_claim_about_a_law_is_no_definition(check):
    *_, step = check(INTRO + r"$$ \nabla_\theta \pi_\theta(a|s) = \pi_\theta(a|s) $$").steps
    assert step.verdict == "refuted"


def test_a_name_that_is_taken_is_not_introduced_again(check):
    first, second = check(
        "$$ F = \\mathbb{E}_{(u, v) \\sim M}[u_i] $$\n\n$$ F = \\mathbb{E}_{(u, v) \\sim M}[v_i] $$"
    ).steps
    assert (first.code, second.verdict) == ("D026", "not-read")


def test_a_chosen_reward_ends_with_its_section(check):
    text = (
        INTRO + "# Shaping\n\n$$ r(s,a) = c(s) $$\n\n$$ r(s,a) - c(s) = 0 $$\n\n# Another\n\n$$ r(s,a) - c(s) = 0 $$\n"
    )
    assert [s.verdict for s in check(text).steps] == ["definition", "proved", "unknown"]


def test_one_choice_of_several_may_be_meant(check):
    text = (
        "One return is $$ R(\\tau) = \\sum_{t=0}^{T} r_t. $$\n\nAnother kind of return is discounted by $\\lambda$: "
        "$$ R(\\tau) = \\sum_{t=0}^{T} \\gamma^t r_t. $$\n\n$$ R(\\tau) = r_0 + \\sum_{t=1}^{T} r_t $$\n"
    )
    assert [s.code for s in check(text).steps] in (["D020", "D027", "D001"], ["D020", "D027", "D002"])


def test_words_behind_a_formula_define(check):
    words = "The trajectory is $\\tau$, and $R(\\tau) = \\sum_{t=0}^{T} r_t$ is the total."
    text = f"{words}\n\n$$ R(\\tau) - r_0 = \\sum_{{t=1}}^{{T}} r_t $$"
    assert told(check(text))[0][0] in ("proved", "holds")


def test_a_number_that_the_text_sets(check):
    text = (
        "Let $\\pi_\\theta$ be the policy. $$ J(\\theta) := \\mathbb{E}_\\tau[\\sum_{t=0}^{T} r_t] $$ "
        "$$ G_t := \\sum_{k=t}^{T} \\gamma^{k-t} r_k $$ SET "
        "$$ \\nabla_\\theta J(\\theta) = "
        "\\mathbb{E}_\\tau[\\sum_{t=0}^{T} G_t \\nabla_\\theta \\log \\pi_\\theta(a_t|s_t)] $$"
    )
    *_, plain = check(text.replace("SET", "So:")).steps
    *_, fixed = check(text.replace("SET", "In practice one sets $\\gamma = 1$.")).steps
    *_, case = check(text.replace("SET", "If one sets $\\gamma = 1$, all is simple.")).steps
    assert (plain.verdict, fixed.verdict, case.verdict) == ("refuted", "holds", "refuted")
    assert fixed.code == "D005"


@pytest.mark.parametrize(
    ("words", "verdicts"),
    [
        (r"\nabla_\theta J = 2 \nabla_\theta J \quad \text{if } \gamma > 1", ["unknown", "not-a-claim"]),
        (r"\sum_a \pi_\theta(a|s) = 1 \quad \text{for all } s \in \mathcal{S}", ["proved"]),
        (r"\sum_a \pi_\theta(a|s) = 1 \quad \text{for } t = 0, 1, \dots, T", ["proved"]),
        (r"\nabla_\theta J = 2 \nabla_\theta J \quad \text{for all } \theta", ["refuted"]),
    ],
)
def test_conditions_in_words(check, words, verdicts):
    assert [s.verdict for s in check(INTRO + f"$$ {words} $$").steps] == verdicts


def test_rewards_of_two_forms_in_one_text(check):
    text = (
        "Rewards are $r_t = r(s_t, a_t, s_{t+1})$ and $r(s, a)$ is their mean; $\\gamma$ discounts. "
        "$$ Q^\\pi(s,a) = r(s,a) + \\gamma \\sum_{s'} P(s'|s,a) V^\\pi(s') $$"
    )
    assert [s.verdict for s in check(text).steps] in (["holds"], ["proved"])
    assert check(text.replace("+ \\gamma", "- \\gamma")).steps[-1].verdict not in ("holds", "proved")


@pytest.fixture
def book(tmp_path):
    (tmp_path / "01-returns.md").write_text("Let $$ R(\\tau) := \\sum_{t=0}^{T} \\gamma^t r_t $$ be the return.\n")
    (tmp_path / "02-use.md").write_text(
        "$$ 2 R(\\tau) = \\sum_{t=0}^{T} 2 \\gamma^t r_t $$\n\n$$ 2 R(\\tau) = r_0 $$\n"
    )
    (tmp_path / "aside.md").write_text("$$ R(\\tau) = r_0 + \\sum_{t=1}^{T} \\gamma^{2t} r_t $$\n")
    return tmp_path


def test_an_earlier_text_of_the_book_defines(book, judges):
    true, false = check_file(book / "02-use.md", judges).steps
    assert true.verdict in ("proved", "holds")
    assert "01-returns.md, line 1" in true.message
    assert false.verdict == "unknown"  # what another text defines refutes nothing


def test_a_table_of_contents_gives_the_order(book, judges):
    from derive.book.reading_order import earlier

    assert [p.name for p in earlier(book / "02-use.md")] == ["01-returns.md"]
    assert earlier(book / "aside.md") == ()
    (book / "SUMMARY.md").write_text("* [Use](02-use.md)\n* [Returns](01-returns.md)\n* [Out](../../etc/passwd)\n")
    assert earlier(book / "02-use.md") == ()
    assert [p.name for p in earlier(book / "01-returns.md")] == ["02-use.md"]
    assert [p.name for p in earlier(book / "aside.md")] == ["02-use.md", "01-returns.md"]


def test_a_rearranged_equation_follows(check):
    text = (
        "$$ \\log \\pi^*(y|x) = \\frac{1}{\\beta} r^*(x, y) - c(x) $$\n\n"
        "$$ c(x) + \\log \\pi^*(y|x) = \\frac{1}{\\beta} r^*(x, y) $$\n\n"
        "$$ \\beta c(x) + \\beta \\log \\pi^*(y|x) = r^*(x, y) $$\n\n$$ 2 \\log \\pi^*(y|x) = r^*(x, y) $$\n"
    )
    steps = check(text).steps
    assert [s.code for s in steps[1:3]] == ["D004", "D004"]
    assert steps[3].verdict not in ("proved", "holds")


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        (r"\max_\pi E_{a \sim \pi}[r(a)] = \min_\pi E_{a \sim \pi}[-r(a)]", "passes"),
        (r"\max_\pi E_{a \sim \pi}[r(a)] = \max_\pi E_{a \sim \pi}[\beta r(a) + 1]", "passes"),
        (r"\max_\pi E_{a \sim \pi}[r(a)] = \min_\pi E_{a \sim \pi}[r(a)]", "unknown"),
        (r"\max_\pi E_{a \sim \pi}[r(a)] = \max_\pi E_{a \sim \pi}[r(a)^2]", "unknown"),
    ],
)
def test_what_is_best_on_both_sides(check, written, verdict):
    (step,) = check(f"Let $\\beta$ be a number. $$ {written} $$").steps
    assert step.verdict == verdict or (verdict == "passes" and step.verdict in ("proved", "holds")), step.message


CHOICES = (
    "Let $J(\\theta) = \\mathbb{E}_\\tau[\\sum_{t=0}^{T} r_t]$ be the objective of $\\pi_\\theta$. "
    "$$ \\nabla_\\theta J(\\theta) = "
    "\\mathbb{E}_\\tau[\\sum_{t=0}^{T} \\Psi_t \\nabla_\\theta \\log \\pi_\\theta(a_t|s_t)] $$ "
    "where $\\Psi_t$ may be one of $$ \\Psi_t = \\sum_{k=0}^{T} r_k $$ or $$ \\Psi_t = \\sum_{k=t}^{T} r_k. $$\n"
)


def test_a_letter_with_choices_behind_the_formula(check):
    step, *_ = check(CHOICES).steps
    assert step.verdict in ("proved", "holds"), step.message
    assert "for each choice" in step.message
    wrong, *_ = check(CHOICES.replace("k=t", "k=t+1")).steps
    assert wrong.verdict == "unknown"


def test_an_objective_that_changes_leaves_the_one_before(check):
    text = INTRO + (
        "# Another\n\nThe loss to minimize is $$ L(\\theta) = 2 J(\\theta). $$\n\n# Clipped\n\nThe loss to minimize is "
        "$$ L(\\theta) = \\mathbb{E}_{(u, v) \\sim M}[u_i v_j]. $$\n\n"
        "$$ \\nabla_\\theta L(\\theta) = \\nabla_\\theta J(\\theta) $$\n"
    )
    assert [s.verdict for s in check(text).steps] == ["definition", "definition", "not-read"]


def test_an_equation_that_a_letter_can_fulfil_is_never_refuted(check):
    text = "Let $\\beta$ be a number. $$ \\pi^*(y|x) = q(y|x) = \\frac{1}{Z(x)} \\pi_0(y|x) e^{r(x,y)} $$"
    assert {s.verdict for s in check(text).steps} <= {"definition", "unknown"}
    *_, last = check("$$ \\sum_y q(y|x) = 1 = 1 $$\n\n$$ 1 - 1 + q(y|x) = q(y|x) = \\frac{1}{2} r(x,y) $$").steps
    assert last.verdict == "unknown"


@pytest.mark.parametrize("theta", [r"\boldsymbol\theta", r"\mathbf{w}", r"\boldsymbol{\theta}'"])
def test_the_parameter_may_stand_in_bold(theta, check):
    checked = check(rf"$$\sum_a \nabla_{{{theta}}} \pi_{{{theta}}}(a \mid s) = \nabla_{{{theta}}} 1 = 0$$")
    assert [s.verdict for s in checked.steps] == ["proved", "proved"]


BANDIT = r"""
The policy is
$$\pi_\theta(1) = \sigma(\theta), \quad \pi_\theta(0) = 1 - \sigma(\theta)$$
so that
$$\pi_\theta(1) \cdot 1 + \pi_\theta(0) \cdot 0 = \pi_\theta(1) = \sigma(\theta)$$
"""


@pytest.mark.parametrize("wrong", [r"0 = \pi_\theta(2)", r"0 = \pi_\theta(0)"])
def test_nothing_follows_from_a_false_equation_about_a_letter_in_use(check, wrong):
    assert [s.verdict for s in check(BANDIT).steps] == ["definition", "definition", "proved", "proved"]
    steps = check(BANDIT.replace(r"0 = \pi_\theta(1)", wrong)).steps
    assert not {s.verdict for s in steps[2:]} & {"proved", "holds"}


def test_what_is_left_out_of_a_trajectory_is_what_is_drawn_inside(check):
    inner = r"\mathbb{E}_{a_t \sim \pi_\theta(\cdot \mid s_t)}[\nabla_\theta \log \pi_\theta(a_t \mid s_t)]"
    text = rf"$$\mathbb{{E}}_{{\tau \setminus a_t}}\Big[\sum_{{k<t}} r_k \cdot {inner}\Big] = 0$$"
    assert check(text).steps[0].verdict == "proved"
    for other in ("a_{t+1}", "s_t", "a_0"):
        (step,) = check(text.replace(r"\setminus a_t", rf"\setminus {other}")).steps
        assert step.verdict == "not-read"


RETURNS = r"""
The return is
$$G_t = \sum_{k=t}^{T-1} r_k$$
and the objective
$$J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}[G_0]$$
"""


@pytest.mark.parametrize(
    ("words", "latex", "verdict"),
    [
        ("and so on:", r"G_t = r_t + G_{t+1}", "proved"),
        ("and so on:", r"G_t = r_t - G_{t+1}", "refuted"),
        ("With a discount $\\gamma$ we define", r"G_t = r_t + \gamma G_{t+1}", "unknown"),
        ("Hence", r"J(\theta) = -\mathbb{E}_{\tau \sim \pi_\theta}[G_0]", "refuted"),
        ("As a loss we define", r"J(\theta) = -\mathbb{E}_{\tau \sim \pi_\theta}[G_0]", "definition"),
        ("Here is another:", r"J(\theta) = -\mathbb{E}_{\tau \sim \pi_\theta}[G_0]", "definition"),
        ("Look at this:", r"J(\theta) = -\mathbb{E}_{\tau \sim \pi_\theta}[G_0]", "unknown"),
    ],
)
def test_a_letter_that_is_defined_is_claimed_about(check, words, latex, verdict):
    step = check(f"{RETURNS}\n{words}\n$${latex}$$\n").steps[-1]
    assert step.verdict == verdict, step.message
    assert (
        verdict == "proved"
        or "the definition of line 3" in step.message
        or "the definition of line 5" in step.message
        or "that of line 5" in step.message
    )


AGAIN = r"""
$$R(\tau) := \sum_{t=0}^{T-1} r_t$$
$$P_\theta(\tau) = \rho_0(s_0) \prod_{t=0}^{T-1} \pi_\theta(a_t|s_t) P(s_{t+1}|s_t,a_t)$$
$$J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}[R(\tau)]$$
WORDS
$$J(\theta) = BODY$$
Its gradient is
$$\nabla_\theta J(\theta) = \sum_\tau R(\tau) \nabla_\theta P_\theta(\tau)$$
"""


@pytest.mark.parametrize(
    ("words", "body", "verdicts"),
    [
        ("The definition of $J$, once more:", r"\sum_\tau P_\theta(\tau) R(\tau)", ["proved", "proved"]),
        ("The definition of $J$, once more:", r"\sum_\tau R(\tau)", ["refuted", "proved"]),
        ("The objective is", r"\gamma \sum_\tau P_\theta(\tau) R(\tau)", ["refuted", "proved"]),
        ("With $\\gamma$ we define", r"\gamma \sum_\tau P_\theta(\tau) R(\tau)", ["definition", "inconsistent"]),
        ("From here on we define", r"2 \sum_\tau P_\theta(\tau) R(\tau)", ["definition", "inconsistent"]),
    ],
)
def test_a_definition_that_the_text_does_not_go_on_from(check, words, body, verdicts):
    steps = check(AGAIN.replace("WORDS", words).replace("BODY", body)).steps
    assert [s.verdict.replace("holds", "proved") for s in steps[-2:]] == verdicts, steps[-2].message


def test_another_letter_for_the_return_is_not_guessed(check):
    known = "Let $\\pi_\\theta$ be the policy. $$ R(\\tau) := \\sum_{t=0}^{T} r_t $$\n\n"
    claim = (
        "$$ \\nabla_\\theta \\mathbb{E}_\\tau[r(\\tau)] = \\mathbb{E}_\\tau[r(\\tau) \\nabla_\\theta \\log P(\\tau)] $$"
    )
    assert check(known + claim).steps[-1].verdict == "not-read"
    assert check(known.replace("R(", "r(") + claim).steps[-1].verdict in ("proved", "holds")
    alone = check(claim).steps[-1]
    assert alone.verdict in ("proved", "holds")
    assert "assumed: the usual R" in alone.message


@pytest.mark.parametrize("letter", ["w", "c", "f", r"\kappa"])
def test_a_ratio_that_is_written_as_a_policy_is_no_policy(check, letter):
    ratio = r"\frac{\pi_\theta(a|s)}{\mu(a|s)}"
    steps = check(f"The ratio $$ {letter}(a|s) = {ratio} $$ Then $$ \\sum_a \\mu(a|s) {letter}(a|s) = 1 $$").steps
    assert steps[0].verdict == "definition"
    assert all(s.verdict not in ("refuted", "inconsistent") for s in steps)


def test_a_policy_that_is_drawn_from_is_one(check):
    (step,) = check(r"$$ \mathbb{E}_{a \sim b(\cdot|s)}[\frac{\pi_\theta(a|s)}{b(a|s)}] = 2 $$").steps
    assert step.verdict == "refuted"
