r"""Trajectories spelt out, E_{a_t, s_{t+1}, …}, p(s',r|s,a), sums that go on: what other texts write for the same."""

import pytest

SCOPE = r"""
Let $R(\tau) := \sum_{t=0}^{T-1} \gamma^t r(s_t, a_t)$ and $\pi_\theta(a_t \mid s_t)$ be the policy.
"""


def last(check, latex, scope=SCOPE):
    return check(f"{scope}\n$$ {latex} $$\n").steps[-1]


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (
            r"p_\theta(s_0, a_0, \ldots, s_T) = \rho_0(s_0) \prod_{t=0}^{T-1} \pi_\theta(a_t|s_t) P(s_{t+1}|s_t,a_t)",
            r"p_\theta(s_0, a_0, \ldots, s_T) = \rho_0(s_0) \prod_{t=0}^{T-1} \pi_\theta(a_t|s_t) P(s_{t+1}|s_t,a_0)",
        ),
        (
            r"\mathbb{E}_{s_0, a_0, \ldots}[R(\tau)] = \mathbb{E}_{\tau \sim \pi_\theta}[R(\tau)]",
            r"\mathbb{E}_{s_0, a_0, \ldots}[R(\tau)] = -\mathbb{E}_{\tau \sim \pi_\theta}[R(\tau)]",
        ),
        (
            r"\mathbb{E}_{a_t, s_{t+1}, \ldots}\left[\sum_{k=t}^{T-1} r_k\right] = \mathbb{E}_\tau\left[\sum_{k=t}^{T-1} r_k \mid s_t\right]",  # noqa: E501
            r"\mathbb{E}_{a_t, s_{t+1}, \ldots}\left[\sum_{k=t}^{T-1} r_k\right] = \mathbb{E}_\tau\left[\sum_{k=t}^{T-1} r_k \mid s_t, a_t\right]",  # noqa: E501
        ),
        (
            r"\mathbb{E}_{s_{t+1:\infty}, a_{t+1:\infty}}\left[r_{t+1}\right] = \mathbb{E}_\tau\left[r_{t+1} \mid s_t, a_t\right]",  # noqa: E501
            r"\mathbb{E}_{s_{t+1:\infty}, a_{t:\infty}}\left[r_{t+1}\right] = \mathbb{E}_\tau\left[r_{t+1} \mid s_t, a_t\right]",  # noqa: E501
        ),
        (
            r"p(s' \mid s, a) = \sum_{r \in \mathcal{R}} p(s', r \mid s, a)",
            r"p(s' \mid s, a) = 2 \sum_{r \in \mathcal{R}} p(s', r \mid s, a)",
        ),
        (
            r"\sum_{s' \in \mathcal{S}} \sum_{r \in \mathcal{R}} p(s', r \mid s, a) = 1",
            r"\sum_{s' \in \mathcal{S}} \sum_{r \in \mathcal{R}} r \, p(s', r \mid s, a) = 1",
        ),
        (
            r"\nabla_\theta \left[ \sum_{t=0}^{T-1} \log \pi_\theta(a_t|s_t) + \log P(s_{t+1}|s_t,a_t) \right] = \sum_{t=0}^{T-1} \nabla_\theta \log \pi_\theta(a_t|s_t)",  # noqa: E501
            r"\nabla_\theta \left[ \sum_{t=0}^{T-1} \log \pi_\theta(a_t|s_t) + \log P(s_{t+1}|s_t,a_t) \right] = \sum_{t=1}^{T-1} \nabla_\theta \log \pi_\theta(a_t|s_t)",  # noqa: E501
        ),
        (
            r"-V(s_t) + r_t + \gamma r_{t+1} + \cdots + \gamma^{n-1} r_{t+n-1} + \gamma^n V(s_{t+n}) = \sum_{k=0}^{n-1} \gamma^k r_{t+k} + \gamma^n V(s_{t+n}) - V(s_t)",  # noqa: E501
            r"-V(s_t) + r_t + \gamma r_{t+1} + \cdots + \gamma^{n-1} r_{t+n-1} + \gamma^n V(s_{t+n}) = \sum_{k=0}^{n-1} \gamma^k r_{t+k} + \gamma^n V(s_{t+n}) + V(s_t)",  # noqa: E501
        ),
    ],
)
def test_another_spelling(true, false, check):
    assert last(check, true).verdict in ("proved", "holds")
    assert last(check, false).verdict in ("refuted", "unknown")


def test_the_wider_reading_of_a_sum_never_refutes(check):
    step = last(check, r"\sum_{t} r_t + \gamma^t = \gamma")
    assert (step.verdict, step.code) == ("unknown", "D051")


def test_values_of_a_text_that_counts_from_one(check):
    text = r"""
The return is $R(\tau) = \sum_{t=1}^T r(s_t, a_t)$.

$$ Q^\pi(s_t, a_t) = \sum_{k=t}^T \mathbb{E}_{\pi_\theta}[r(s_k, a_k) \mid s_t, a_t] $$
$$ V^\pi(s_t) = \mathbb{E}_{a_t \sim \pi_\theta(a_t|s_t)}[Q^\pi(s_t, a_t)] $$
$$ Q^\pi(s_t, a_t) = r(s_t, a_t) + \mathbb{E}_{s_{t+1} \sim P(s_{t+1}|s_t,a_t)}[V^\pi(s_{t+1})] $$
$$ \mathbb{E}_{s_1 \sim p(s_1)}[V^\pi(s_1)] = \mathbb{E}_\tau[R(\tau)] $$
"""
    verdicts = [s.verdict for s in check(text).steps]
    assert verdicts[0] == "definition"
    assert set(verdicts[-3:]) <= {"proved", "holds"}
    wrong = check(text.replace("r(s_t, a_t) + ", "2 r(s_t, a_t) + "))
    assert [s.verdict for s in wrong.steps][-2] in ("refuted", "unknown")
