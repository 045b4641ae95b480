"""Inequalities: proved where the kernel can, refuted where both sides are totals, else unknown."""

import pytest

J = r"\mathbb{E}_{\tau \sim \pi_\theta}"


@pytest.mark.parametrize(
    ("latex", "verdict", "code"),
    [
        (r"1/2 \leq 3/4", "holds", "D003"),
        (r"3/4 < 1/2", "refuted", "D011"),
        (r"1/2 > 1/2", "unknown", "D050"),
        (r"\log 2 < 1", "unknown", "D050"),
        (r"r_0^2 + 1 \geq 0", "proved", "D001"),
        (r"\mathbb{E}_{a \sim \pi_\theta}[r(a)] \leq \max_a r(a)", "unknown", "D050"),
        (r"\mathbb{E}_{a \sim \pi_\theta}[r(a)] \geq \max_a r(a)", "refuted", "D010"),
        (r"\mathbb{E}_{a \sim \pi_\theta}[r(a)] < \max_a r(a)", "unknown", "D050"),
        (r"\mathbb{E}_{a \sim \pi_\theta}[r(a)]^2 \leq \mathbb{E}_{a \sim \pi_\theta}[r(a)^2]", "unknown", "D050"),
        (r"\mathbb{E}_{a \sim \pi_\theta}[r(a)]^2 > \mathbb{E}_{a \sim \pi_\theta}[r(a)^2]", "refuted", "D010"),
        (r"r(s, a) \leq 1", "unknown", "D069"),
        (r"\gamma < 1", "unknown", "D050"),
        (r"\sum_a \pi_\theta(a) r(a) \leq 1", "unknown", "D069"),
    ],
)
def test_an_inequality(check, latex, verdict, code):
    step = check(f"So $$ {latex} $$").steps[-1]
    assert (step.verdict, step.code) == (verdict, code), step.message


def test_a_discount_is_at_most_one(check):
    text = rf"""Rewards are discounted, and
    $$ {J}[\sum_{{t=0}}^{{T-1}} \gamma^t r_t^2] \leq {J}[\sum_{{t=0}}^{{T-1}} r_t^2] $$"""
    (step,) = check(text.replace("    $$", "$$")).steps
    assert (step.verdict, step.code) == ("unknown", "D050"), step.message


def test_a_condition_is_not_refuted(check):
    latex = r"\mathbb{E}_{a \sim \pi_\theta}[r(a)] \geq \max_a r(a)"
    assert check(f"Suppose that $$ {latex} $$").steps[0].code == "D069"


def test_a_chain_of_equations_and_inequalities(check):
    latex = r"\mathbb{E}_{a \sim \pi_\theta}[r(a)] = \sum_a \pi_\theta(a) r(a) \leq \max_a r(a) = \max_a r(a)"
    assert [s.verdict for s in check(f"$$ {latex} $$").steps] == ["proved", "unknown", "proved"]
    assert [s.verdict for s in check(f"$$ {latex.replace('leq', 'geq')} $$").steps] == ["proved", "refuted", "proved"]
