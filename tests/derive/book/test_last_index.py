"""A text has one last index: what is true under another alone does not pass, and whose text it is decides which."""

import pytest

TEXT = r"""
The return is
$$R(\tau) = \sum_{t=0}^{T} r_t$$
and the objective
$$J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}[R(\tau)]$$
A trajectory has the probability
$$P_\theta(\tau) = \rho_0(s_0) \prod_{t=0}^{T} \pi_\theta(a_t \mid s_t) P(s_{t+1} \mid s_t, a_t)$$
so that
$$\nabla_\theta \log P_\theta(\tau) = \sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_t \mid s_t)$$
and
$$\nabla_\theta J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}
\Big[R(\tau) \sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_t \mid s_t)\Big]$$
"""
LOG = r"\log P_\theta(\tau) = \sum_{t=0}^{T}"
PRODUCT = r"\prod_{t=0}^{T}"


def verdicts(checked):
    return [step.verdict for step in checked.steps]


def shortened(part):
    return part.replace("^{T}", "^{T-1}")


@pytest.mark.parametrize("part", [LOG, PRODUCT])
def test_one_step_with_another_last_index_is_refuted(check, part):
    good, changed = check(TEXT), check(TEXT.replace(part, shortened(part)))
    n = 3 if part == LOG else 2
    assert set(verdicts(good)) <= {"definition", "proved", "holds"}
    assert changed.steps[n].verdict == "refuted"
    assert "T-1" in changed.steps[n].message
    assert "actions a_0 … a_{T}" in changed.steps[n].message
    assert [v for i, v in enumerate(verdicts(changed)) if i != n] == [v for i, v in enumerate(verdicts(good)) if i != n]


def test_a_text_that_keeps_to_another_throughout_is_right(check):
    text = TEXT.replace("^{T}", "^{T-1}")
    assert verdicts(check(text)) == verdicts(check(TEXT))


def test_what_most_steps_are_true_under_is_chosen_against_what_is_shown_most(check):
    """Rewards to r_T and actions to a_{T-1}: a reward at the end."""
    text = TEXT.replace(LOG, shortened(LOG)).replace(PRODUCT, shortened(PRODUCT))
    found = check(text + r"$$\log P_\theta(\tau) = \log P_\theta(\tau) + \sum_{t=0}^{T} (r_t - r_t)$$")
    assert "refuted" not in verdicts(found)
    assert "actions a_0 … a_{T-1}" in found.steps[3].message


def test_one_step_against_one_is_unknown(check):
    text = TEXT.split("so that")[0].replace(PRODUCT, shortened(PRODUCT))
    found = check(text)
    assert found.steps[2].verdict == "unknown"
    assert found.steps[2].code == "D068"
    assert "T-1" in found.steps[2].message


def test_a_section_may_keep_to_its_own(check):
    first = "# One\n" + TEXT + "\n" + TEXT.split("so that")[1]
    second = "# Two\n" + TEXT.split("so that")[1].replace("^{T}", "^{T-1}")
    again = TEXT.split("A trajectory")[1].replace("^{T}", "^{T-1}")
    found = check(first + second + "A trajectory" + again)
    assert "refuted" not in verdicts(found)
    assert "not-read" not in verdicts(found)


def test_what_the_author_says_stands(check):
    found = check("<!-- derive: last index T -->\n" + TEXT.replace(LOG, shortened(LOG)))
    assert found.steps[3].verdict == "refuted"
