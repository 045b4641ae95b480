"""What is read means what was written: every step printed and read again is the same term."""

from pathlib import Path

import pytest

from derive.binding import alike, free
from derive.book import check as checking
from derive.book import verdict
from derive.book.claims import readings
from derive.book.context import Context, Reading
from derive.book.document import parse
from derive.book.elaborate import read
from derive.book.scope import Scope, Survey
from derive.book.source import decode
from derive.book.statements import statements
from derive.book.tokens import Macro, Stopped
from derive.notation import (
    a,
    bandit_policy,
    bandit_reward,
    grad,
    mean,
    pi,
    policy,
    process,
    reward,
    s,
    score,
    t,
    theta,
)
from derive.printing import latex, text
from derive.terms import Expectation, Log, PathProbability, SumOver, TimeSum, time_symbol

CHAPTERS = Path(__file__).parent / "chapters"
SCOPE = Scope(Survey(parameters=frozenset({"theta"}), horizons=(("T", -1),), marked_policy=True))
T, k = time_symbol("T"), time_symbol("k")


def term(written: str, scope: Scope = SCOPE):
    (statement,) = statements(written)
    return read(statement.relation.sides[0], Context(scope, Reading(), read))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\pi_\theta(a \mid s)", policy(a, s)),
        (r"\pi_{\theta}(a|s)", policy(a, s)),
        (r"\pi_\theta\left(a_t \middle| s_t\right)", pi(t)),
        (r"\sum_a \pi_\theta(a) \cdot r(a)", SumOver(bandit_policy(a) * bandit_reward(a), a)),
        (
            r"\mathbb{E}_{a \sim \pi_\theta}[\nabla_\theta \log \pi_\theta(a)]",
            mean(grad(Log(bandit_policy(a))), a, bandit_policy(a)),
        ),
        (r"\nabla_\theta \pi_\theta(a) r(a)", grad(bandit_policy(a)) * bandit_reward(a)),
        (r"\nabla_\theta [\pi_\theta(a) r(a)]", grad(bandit_policy(a) * bandit_reward(a))),
        (r"\nabla_\theta \log \pi_\theta(a_t|s_t) r_t", score(t) * reward(t)),
        (r"\sum_{t=0}^{T-1} r_t", TimeSum(reward(t), t, 0, T - 1)),
        (r"\sum_t r_t", TimeSum(reward(t), t, 0, T - 1)),
        (r"\sum_{k < t} r_k", TimeSum(reward(k), k, 0, t - 1)),
        (r"\sum_{k \geq t} r_k", TimeSum(reward(k), k, t, T - 1)),
        (r"\sum_{k>t} r_k", TimeSum(reward(k), k, t + 1, T - 1)),
        (r"P_\theta(\tau)", PathProbability(process)),
        (
            r"\mathbb{E}_{\tau \sim \pi_\theta}\Big[ r_0 + r_1 \Big]",
            Expectation(reward(0) + reward(1), process),
        ),
        (r"\underset{\tau \sim \pi_\theta}{\mathbb{E}}[r_0]", Expectation(reward(0), process)),
        (r"\mathop{\mathbb{E}}_\tau[r_0]", Expectation(reward(0), process)),
        (r"∑_{k<t} r_k", TimeSum(reward(k), k, 0, t - 1)),
    ],
)
def test_means(written, meant):
    assert alike(term(written), meant)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        (r"r_0 = r_1 = r_2", 2),
        (r"r_0 = r_1, \qquad r_2 = r_3", 1),
        (r"\begin{aligned} r_0 &= r_1 \\ &= r_2 \end{aligned}", 2),
        (r"\boxed{r_0 = r_1}.", 1),
        (r"\begin{aligned} r_0 &= r_1 \\ &\quad + r_2 \end{aligned}", 1),
        (r"r_0 = r_1 \tag{1} \label{one}", 1),
        (r"r_0 &= r_1 && \text{(tower rule)}", 1),
    ],
)
def test_chains(written, parts):
    assert len(statements(written)[0].relation.operators) == parts


def test_macros_are_expanded_and_keep_their_place():
    macros = {"E": Macro(1, r"\mathbb{E}_{#1}"), "g": Macro(0, r"\nabla_\theta")}
    written = r"\E{\tau}[\g \log \pi_\theta(a_t \mid s_t)]"
    (statement,) = statements(written, macros)
    assert alike(read(statement.relation.sides[0], Context(SCOPE, Reading(), read)), Expectation(score(t), process))
    with pytest.raises(Stopped) as stopped:
        statements(r"1 + \E{\flurb}[x]", macros)
    assert (stopped.value.start, stopped.value.end) == (4, 14)


def test_a_bound_action_may_not_hide_in_a_definition(check):
    source = "$$ G_t := \\sum_{k=t}^{T-1} r_k $$\n\n$$ \\mathbb{E}_{a_t \\sim \\pi_\\theta(\\cdot|s_t)}[G_t] = 0 $$"
    assert check(source).steps[-1].verdict == "not-read"


@pytest.mark.parametrize(
    "name", ["bandit.md", "trajectories.md", "baselines.md", "replaced.md", "plain.tex", "notation.md"]
)
def test_round_trip(name, chapter, judges, monkeypatch):
    """Every claim of a chapter: printed, read again in its scope, the same equation."""
    seen = []

    def record(left, right, setting):
        seen.append((left, right, setting))
        return judged(left, right, setting)

    judged = verdict.judge_claim
    monkeypatch.setattr("derive.book.steps.judge_claim", record)
    checking.check_document(parse(decode(name, chapter(name).encode())), judges)
    assert seen
    for left, right, setting in seen:
        for reading in readings(setting.scope, [left, right])[0]:
            said = setting.claim(left, right, reading)
            (again,) = statements(latex(said.equation))
            one, two = again.relation.sides
            back = setting.claim(one, two, reading)
            assert alike(back.equation.lhs, said.equation.lhs), text(said.equation)
            assert alike(back.equation.rhs, said.equation.rhs), text(said.equation)


def test_theta_is_the_parameter():
    assert term(r"\theta") == theta


def test_a_draw_does_not_capture_a_free_letter():
    read_as = term(
        r"\mathbb{E}_{a_t \sim \pi_\theta(\cdot \mid s_t)}[\pi_\theta(a \mid s) \log \pi_\theta(a_t \mid s_t)]"
    )
    assert a in free(read_as)
