"""Verdicts: true chapters have nothing refuted, planted errors never pass, and every step is counted."""

import pytest

from derive.book import report
from derive.book.check import Checked, check_document
from derive.book.codes import CODES, explain
from derive.book.document import parse
from derive.book.judge import Judges
from derive.book.rows import outcome
from derive.book.source import decode
from derive.errors import UnknownName

GOOD = ("proved", "holds", "definition", "not-a-claim")


def run(name: str, text: str, judges: Judges) -> Checked:
    document = parse(decode(name, text.encode()))
    return Checked(name, document, tuple(check_document(document, judges)))


@pytest.mark.parametrize("name", ["bandit.md", "trajectories.md", "baselines.md", "plain.tex"])
def test_a_true_chapter_passes(name, chapter, judges):
    checked = run(name, chapter(name), judges)
    assert [(s.formula.line, s.verdict, s.message) for s in checked.steps if s.verdict not in (*GOOD, "unknown")] == []
    assert sum(s.verdict == "unknown" for s in checked.steps) <= len(checked.steps) / 10
    assert sum(s.verdict in ("proved", "holds") for s in checked.steps) >= len(checked.steps) / 2 - 1


PLANTED = [
    ("bandit.md", r"&= \sum_a r(a) \nabla_\theta \pi", r"&= \sum_a \nabla_\theta \pi"),
    ("bandit.md", r"r(a) \nabla_\theta \log \pi_\theta(a) &&", r"r(a) \nabla_\theta \pi_\theta(a) &&"),
    ("bandit.md", r"&= \sum_a \pi_\theta(a) r(a) \nabla", r"&= -\sum_a \pi_\theta(a) r(a) \nabla"),
    ("bandit.md", r"\left[ r(a) \, \nabla_\theta", r"\left[ r(a) \,"),
    (
        "bandit.md",
        r"\pi_\theta}[r(a)] = \sum_{a} \pi_\theta(a) \, r(a)",
        r"\pi_\theta}[r(a)] = \sum_{a} r(a)",
    ),
    ("bandit.md", ">   = 1", ">   = 0"),
    ("bandit.md", r"\bigl(1 - \sigma", r"\bigl(1 + \sigma"),
    ("bandit.md", r"\log \pi_\theta(a)] = 0.", r"\pi_\theta(a)] = 0."),
    ("bandit.md", r"\approx 0.033", r"\approx 0.034"),
    ("bandit.md", r"\pi_\theta(0) = 1 - \sigma", r"\pi_\theta(0) = 1 + \sigma"),
    ("trajectories.md", r"P(s_{t+1} \mid s_t, a_t)" + "\n$$", r"P(s_{t+1} \mid s_t, a_0)" + "\n$$"),
    ("trajectories.md", r"\rho_0(s_0) \prod", r"\prod"),
    (
        "trajectories.md",
        r"= \sum_{t=0}^{T-1} \nabla_\theta \log \pi",
        r"= \sum_{t=1}^{T-1} \nabla_\theta \log \pi",
    ),
    (
        "trajectories.md",
        r"= \sum_{t=0}^{T-1} \nabla_\theta \log \pi",
        r"= \sum_{t=0}^{T-1} \nabla_\theta \pi",
    ),
    ("trajectories.md", r"\left[ R(\tau) \sum_{t=0}", r"\left[ r_0 \sum_{t=0}"),
    ("trajectories.md", r"\qquad k < t", r"\qquad k \leq t"),
    ("trajectories.md", r"\gamma^t G_t \nabla", r"G_t \nabla"),
    ("trajectories.md", r"\gamma^t G_t \nabla", r"\gamma^t r_t \nabla"),
    ("trajectories.md", r"\gamma^t G_t \nabla", r"\gamma^t G_{t+1} \nabla"),
    (
        "trajectories.md",
        r"b(s) \nabla_\theta \log \pi_\theta(a \mid s)",
        r"b(s) \nabla_\theta \pi_\theta(a \mid s)",
    ),
]


@pytest.mark.parametrize(("name", "true", "false"), PLANTED)
def test_a_planted_error_is_found(name, true, false, chapter, judges):
    source = chapter(name)
    assert source.count(true) == 1
    line = source[: source.index(true)].count("\n") + 1
    checked = run(name, source.replace(true, false), judges)
    at_fault = [s for s in checked.steps if s.verdict in ("refuted", "unknown", "not-read", "inconsistent")]
    assert at_fault
    assert all(abs(s.formula.line - line) <= 6 for s in at_fault)
    for step in at_fault:
        if step.verdict == "refuted":
            assert step.counterexample is not None
            assert step.counterexample["lhs"] != step.counterexample["rhs"]


def test_a_replaced_definition_is_named(chapter, judges):
    checked = run("replaced.md", chapter("replaced.md"), judges)
    *_, last = checked.steps
    assert (last.verdict, last.code) == ("inconsistent", "D012")
    assert "line 5" in last.message
    assert "line 13" in last.message


def test_an_assumed_letter_never_refutes(check):
    (step,) = check("$$ \\mathbb{E}_{a \\sim \\pi_\\theta}[h(a) \\nabla_\\theta \\log \\pi_\\theta(a)] = 0 $$").steps
    assert (step.verdict, step.code) == ("unknown", "D051")


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("For a constant $c$,", "refuted"),
        ("There is one $c$:", "unknown"),
        ("This is so for a constant $c$:", "unknown"),
    ],
)
def test_a_constant_that_a_sentence_begins_with_is_any(check, words, verdict):
    text = f"Let $\\pi_\\theta$ be the policy.\n\n{words}\n\n$$ c \\nabla_\\theta \\log \\pi_\\theta(a|s) = 0 $$\n"
    assert check(text).steps[-1].verdict == verdict


def test_a_declared_letter_does(check):
    claim = "$$ \\mathbb{E}_{a \\sim \\pi_\\theta}[h(a) \\nabla_\\theta \\log \\pi_\\theta(a)] = 0 $$"
    (step,) = check(f"For any function $h$,\n\n{claim}").steps
    assert step.verdict == "refuted"


@pytest.mark.parametrize(
    ("before", "after", "right", "verdict"),
    [
        ("There is a useful identity:", "", r"\nabla_\theta \log f", "proved"),
        ("There is a useful identity:", "", r"-\nabla_\theta \log f", "refuted"),
        (
            "There is a useful identity:",
            ", where $f$ does not depend on the parameter.",
            r"-\nabla_\theta \log f",
            "unknown",
        ),
        ("Then", "", r"-\nabla_\theta \log f", "unknown"),
    ],
)
def test_what_is_called_an_identity_is_one_for_any_letter(check, before, after, right, verdict):
    text = f"Let $\\pi_\\theta$ be the policy.\n\n{before}\n\n$$ \\frac{{\\nabla_\\theta f}}{{f}} = {right} $$\n{after}"
    (step,) = check(text).steps
    assert step.verdict == verdict, step.message


def test_a_gradient_that_may_reach_further_is_refuted_where_it_fails_either_way(check):
    near = "\\sum_a \\nabla_\\theta \\pi_\\theta(a) \\pi_\\theta(a)"
    (step,) = check(f"$$ {near} = \\nabla_\\theta \\sum_a \\pi_\\theta(a)^2 $$").steps
    assert (step.verdict, step.code) == ("unknown", "D056")
    (step,) = check(f"$$ {near} = \\frac{{1}}{{2}} \\nabla_\\theta \\sum_a \\pi_\\theta(a)^2 $$").steps
    assert step.verdict in ("proved", "holds")
    (step,) = check(f"$$ {near} = 1 $$").steps
    assert step.verdict == "refuted"


@pytest.mark.parametrize(
    ("latex", "verdict"),
    [
        (r"0.5 \times 1 + 0.5 \times 0 = 0.5", "proved"),
        (r"0.1 + 0.2 = 0.3", "proved"),
        (r"0.8^2 = 0.64", "proved"),
        (r"0.8^2 = 0.65", "refuted"),
        (r"\frac{2}{3} \approx 0.667", "holds"),
        (r"\frac{2}{3} \approx 0.666", "refuted"),
        (r"\frac{1}{3} = 0.33", "unknown"),
        (r"\frac{1}{3} = 0.34", "refuted"),
        (r"1 / 0 = 1", "not-read"),
        (r"2^{65} = 1", "not-read"),
    ],
)
def test_arithmetic(check, latex, verdict):
    (step,) = check(f"$$ {latex} $$").steps
    assert step.verdict == verdict


@pytest.mark.parametrize(
    ("latex", "code"),
    [
        (r"\theta \leftarrow \theta + \alpha \nabla_\theta J", "D031"),
        (r"a_t \sim \pi_\theta(\cdot \mid s_t)", "D032"),
        (r"\pi_\theta(a \mid s)", "D030"),
        (r"a \in \{0, 1\}", "D023"),
        (r"\tau = (s_0, a_0, s_1)", "D023"),
        (r"r_0 \leq r_1", "D069"),
        (r"r_0 \approx r_1", "D053"),
    ],
)
def test_what_is_no_equation(check, latex, code):
    (step,) = check(f"$$ {latex} $$").steps
    assert step.code == code
    assert CODES[code][0] == step.verdict


def test_a_fault_of_ours_is_unknown_and_counted(judges):
    def broken(*args):
        raise RuntimeError("broken")

    ours = Judges(broken, judges.decide, judges.confirm, judges.agree, judges.certificate)
    checked = run("t.md", "$$ r_0 + 1 = r_0 $$\n\n$$ a_t \\sim \\pi_\\theta $$", ours)
    assert [(s.verdict, s.code) for s in checked.steps] == [("unknown", "internal"), ("not-a-claim", "D032")]
    assert report.summary([outcome(checked)])["internal"] == 1
    assert report.exit_code([outcome(checked)]) == 2


def test_a_second_evaluator_that_disagrees(judges):
    ours = Judges(lambda e, h: None, judges.decide, lambda *a: False, lambda *a: False, judges.certificate)
    for latex in ("r_0 + 1 = r_0", r"\sum_a \pi_\theta(a) = 1"):
        (step,) = run("t.md", f"$$ {latex} $$", ours).steps
        assert (step.verdict, step.code) == ("unknown", "internal-disagreement")


def test_a_proof_against_a_counterexample(judges):
    ours = Judges(lambda e, h: object(), judges.decide, judges.confirm, judges.agree, lambda t: {})
    (step,) = run("t.md", "$$ r_0 + 1 = r_0 $$", ours).steps
    assert step.code == "internal-disagreement"


def test_without_a_prover_true_steps_hold(chapter, judges):
    ours = Judges(lambda e, h: None, judges.decide, judges.confirm, judges.agree, judges.certificate)
    checked = run("trajectories.md", chapter("trajectories.md"), ours)
    assert {s.verdict for s in checked.steps} <= {"holds", "definition", "not-a-claim"}
    assert all(s.certificate["kind"] == "holds" for s in checked.steps if s.verdict == "holds")


def test_codes_are_explained():
    assert "kernel" in explain("D001")
    with pytest.raises(UnknownName, match="D001"):
        explain("D0001")


PAST = "$$ \\mathbb{E}_\\tau[r_k \\nabla_\\theta \\log \\pi_\\theta(a_t \\mid s_t)] = 0 $$"


@pytest.mark.parametrize(
    ("words", "verdict"),
    [("Let $k < t$. ", "proved"), ("", "refuted"), ("Let $k \\geq t$. ", "refuted"), ("For $k \\leq t$, ", "refuted")],
)
def test_a_condition_in_the_words_around(check, words, verdict):
    (step,) = check(f"{words}Then\n\n{PAST}").steps
    assert step.verdict == verdict


def test_a_definition_that_may_be_an_error_does_not_cascade(check):
    first = "$$ J(\\theta) := \\sum_a \\pi_\\theta(a) r(a) $$"
    wrong = "$$ J(\\theta) = \\sum_a \\pi_\\theta(a) + r(a) $$".replace("+ r(a)", "r(a)^2")
    later = "$$ \\nabla_\\theta J(\\theta) = \\sum_a r(a) \\nabla_\\theta \\pi_\\theta(a) $$"
    one, two, three = check(f"{first}\n\nThus\n\n{wrong}\n\nand\n\n{later}").steps
    assert (one.verdict, two.verdict, three.verdict) == ("definition", "refuted", "proved")
    assert "differs from the definition of line 1" in two.message
    one, two, three = check(f"{first}\n\nLook:\n\n{wrong}\n\nand\n\n{later}").steps  # which goes on from the first
    assert (one.verdict, two.verdict, three.verdict) == ("definition", "refuted", "proved")
    assert "line 1, with which line 9 is true alone" in two.message
    one, two, three = check(f"{first}\n\nLook:\n\n{wrong}\n\nand\n\n{later.replace('r(a)', 'r(a)^2')}").steps
    assert (one.verdict, two.code, three.verdict) == ("definition", "D055", "proved")  # from the second
    one, two = check(f"{first}\n\nLook:\n\n{wrong}").steps
    assert two.code == "D055"


def test_time_that_begins_at_one(check):
    source = """The return is
$$ R(\\tau) := \\sum_{t=1}^{T} r_t $$
and then
$$ \\nabla_\\theta \\mathbb{E}_{\\tau}[R(\\tau)]
   = \\mathbb{E}_\\tau\\left[R(\\tau) \\sum_{t=1}^{T} \\nabla_\\theta \\log \\pi_\\theta(a_t \\mid s_t)\\right] $$
but not
$$ \\nabla_\\theta \\mathbb{E}_{\\tau}[R(\\tau)]
   = \\mathbb{E}_\\tau\\left[R(\\tau) \\sum_{t=2}^{T} \\nabla_\\theta \\log \\pi_\\theta(a_t \\mid s_t)\\right] $$
"""
    steps = check(source.replace("\\\\", "\\")).steps
    assert steps[0].verdict == "definition"
    assert steps[1].verdict in ("holds", "proved")
    assert steps[-1].verdict == "refuted"


def test_a_value_is_the_usual_one_or_any_function(check):
    source = "$$ \\mathbb{E}_{a \\sim \\pi_\\theta(\\cdot|s)}[V^\\pi(s) \\nabla_\\theta \\log \\pi_\\theta(a|s)] = 0 $$"
    assert check(source).steps[0].verdict in ("proved", "holds")
    assert check("$$ \\nabla_\\theta V^\\pi(s) = 0 $$").steps[0].code == "D051"


def test_true_for_the_rewards_of_an_example_only(check):
    example = "$$ r_t = \\begin{cases} 1 & \\text{if } s_t = 2 \\\\ 0 & \\text{otherwise} \\end{cases} $$"
    claim = "$$ \\mathbb{E}_\\tau[r_t \\nabla_\\theta \\log \\pi_\\theta(a_t|s_t)] = 0 $$"
    assert check(f"{example}\n\n{claim}").steps[1].code == "D061"
    assert check(claim).steps[0].verdict == "refuted"


def test_the_usual_meaning_of_a_letter_supports_but_never_refutes(check):
    true = "$$ \\nabla_\\theta J(\\theta) = \\mathbb{E}_\\tau[R(\\tau) \\nabla_\\theta \\log P_\\theta(\\tau)] $$"
    false = "$$ \\nabla_\\theta J(\\theta) = \\mathbb{E}_\\tau[R(\\tau)] $$"
    one, two = check(f"{true}\n\n{false}").steps
    assert one.verdict in ("proved", "holds")
    assert "assumed: the usual J" in one.message
    assert (two.verdict, two.code) == ("unknown", "D051")


def test_a_parameter_made_from_itself_is_an_update(check):
    (step,) = check("$$ \\theta_{k+1} = \\theta_k + \\alpha \\nabla_\\theta J(\\theta_k) $$").steps
    assert step.code == "D031"


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("The environment is deterministic.", "definition"),
        ("The environment is not deterministic.", "refuted"),
        ("Even if the dynamics are deterministic, little changes.", "refuted"),
        ("", "refuted"),
    ],
)
def test_a_trajectory_without_chance_needs_the_words(check, words, verdict):
    claim = "$$ P_\\theta(\\tau) = \\prod_{t=0}^{T-1} \\pi_\\theta(a_t|s_t) $$"
    assert check(f"{words}\n\n{claim}").steps[0].verdict == verdict


def test_values_of_an_example(check):
    source = """The action is $a \\in \\{0, 1\\}$; if $a = 1$, then $r = 1$, and if $a = 0$, then $r = 0$.

$$ \\pi_\\theta(1) = p, \\quad \\pi_\\theta(0) = 1 - p $$

$$ \\mathbb{E}[r] = \\pi_\\theta(1) \\times 1 + \\pi_\\theta(0) \\times 0 = p $$

$$ \\mathbb{E}[r] = \\pi_\\theta(0) $$
"""
    verdicts = [s.verdict for s in check(source).steps]
    assert verdicts == ["definition", "definition", "proved", "proved", "refuted"]


def test_two_parameters_are_kept_apart(check):
    source = """$$ \\mathbb{E}_{a \\sim \\pi_\\phi}[\\nabla_\\phi \\log \\pi_\\phi(a)] = 0 $$

$$ \\nabla_\\theta \\sum_a \\pi_\\phi(a) r(a) = 0 $$

$$ \\nabla_\\phi \\sum_a \\pi_\\phi(a) r(a) = 0 $$

$$ \\mathbb{E}_{\\tau \\sim P_\\phi}[r_0] = \\mathbb{E}_{\\tau \\sim \\pi_\\phi}[r_0] $$

$$ J(\\phi) := \\sum_a \\pi_\\phi(a) r(a) $$

$$ \\nabla_\\phi J(\\theta) = 0 $$
"""
    verdicts = [s.verdict for s in check(source).steps]
    assert verdicts[:3] == ["proved", "proved", "refuted"]
    assert verdicts[3] in ("proved", "holds")
    assert verdicts[4:] == ["definition", "not-read"]


def test_macros_defined_in_a_display(check):
    source = """$$
\\newcommand{\\Ex}[2]{\\mathbb{E}_{#1}\\left[#2\\right]} \\def\\g{\\nabla_\\theta}
\\newcommand{\\two}{1} \\renewcommand{\\two}{2}
$$

$$ \\Ex{a \\sim \\pi_\\theta}{\\g \\log \\pi_\\theta(a)} = 0 $$

$$ 1 + \\two = 2 $$
"""
    steps = check(source).steps
    assert [s.code for s in steps] == ["D034", "D001", "D040"]


def test_a_missing_discount_is_found(check):
    source = """$$
J(\\theta) = \\mathbb{E}_{\\tau \\sim \\pi_\\theta}\\left[\\sum_{t=0}^{H-1} \\gamma^t r(s_t, a_t)\\right]
$$

$$
\\nabla_\\theta J(\\theta) = \\mathbb{E}_{\\tau \\sim \\pi_\\theta}\\left[\\sum_{t=0}^{H-1}
  \\nabla_\\theta \\log \\pi_\\theta(a_t|s_t) \\sum_{t'=t}^{H-1} POWER r(s_{t'}, a_{t'})\\right]
$$
"""
    assert check(source.replace("POWER", "\\gamma^{t'}")).steps[1].verdict in ("proved", "holds")
    refuted = check(source.replace("POWER", "\\gamma^{t'-t}")).steps[1]
    assert refuted.verdict == "refuted"
    assert "a_0 … a_{H-1}" in refuted.message
