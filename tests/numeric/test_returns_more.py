"""n-step returns, λ-returns and GAE against their definitions in exact fractions, with ends of both kinds."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.errors import TrajectoriesError
from numeric.returns import gae, lambda_returns, n_step_returns, rewards_to_go, td_errors

EPS = float(np.finfo(np.float64).eps)
ratios = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(9, 10), Fraction(1)])
steps = st.lists(
    st.tuples(
        st.integers(-9, 9),
        st.integers(-9, 9),
        st.integers(-9, 9),
        st.sampled_from(["goes on"] * 3 + ["terminated", "truncated"]),
    ),
    min_size=1,
    max_size=6,
)


def arrays(rows):
    """(r, V(s_t), V(s_{t+1}), terminated, truncated), each [1, T]; where it goes on, V(s_{t+1}) is the next V(s_t)."""
    reward, value, final, end = zip(*rows, strict=True)
    following = [value[t + 1] if t + 1 < len(rows) and end[t] == "goes on" else final[t] for t in range(len(rows))]
    flags = [[[e == kind for e in end]] for kind in ("terminated", "truncated")]
    return [np.array([x], dtype=float) for x in (reward, value, following)] + [np.array(f) for f in flags]


def exact_delta(rows, t, gamma):
    reward, value, following, terminated, _ = (x[0] for x in arrays(rows))
    return Fraction(reward[t]) + gamma * (0 if terminated[t] else Fraction(following[t])) - Fraction(value[t])


def exact_gae(rows, t, gamma, trace):
    """Σ_l (γλ)^l δ_{t+l}, up to the first end at or after t."""
    total = Fraction(0)
    for k in range(t, len(rows)):
        total += (gamma * trace) ** (k - t) * exact_delta(rows, k, gamma)
        if rows[k][3] != "goes on":
            break
    return total


def exact_n_step(rows, t, gamma, n):
    """Σ_{l<n} γ^l r + γ^n V(s_{t+n}), as long as the episode."""
    reward, _, following, terminated, _ = (x[0] for x in arrays(rows))
    total = Fraction(0)
    for k in range(t, len(rows)):
        total += gamma ** (k - t) * Fraction(reward[k])
        if k == t + n - 1 or k == len(rows) - 1 or rows[k][3] != "goes on":
            rest = 0 if terminated[k] else Fraction(following[k])
            return total + gamma ** (k - t + 1) * rest
    raise AssertionError


BOUND = 400 * EPS * 9  # six steps, three operations a step, numbers up to 9, three of them


@given(steps, ratios, ratios)
def test_gae_is_its_definition(rows, gamma, trace):
    ours = gae(*arrays(rows), float(gamma), float(trace))
    for t in range(len(rows)):
        assert abs(ours[0, t] - exact_gae(rows, t, gamma, trace)) <= BOUND


@given(steps, ratios, st.integers(1, 7))
def test_n_step_returns_are_their_definition(rows, gamma, n):
    reward, _, following, terminated, truncated = arrays(rows)
    ours = n_step_returns(reward, following, terminated, truncated, float(gamma), n)
    for t in range(len(rows)):
        assert abs(ours[0, t] - exact_n_step(rows, t, gamma, n)) <= BOUND


@given(steps, ratios, ratios)
def test_lambda_returns_are_values_and_advantages(rows, gamma, trace):
    """G^λ_t = r_t + γ ((1-λ) V(s_{t+1}) + λ G^λ_{t+1}) where the episode goes on, and its one-step return where not."""
    reward, value, following, terminated, truncated = arrays(rows)
    ours = lambda_returns(reward, value, following, terminated, truncated, float(gamma), float(trace))[0]
    for t in range(len(rows)):
        goes_on = rows[t][3] == "goes on" and t + 1 < len(rows)
        one_step = exact_delta(rows, t, gamma) + Fraction(value[0, t])
        mixed = float(gamma * trace) * (ours[t + 1] - following[0, t]) if goes_on else 0.0
        assert abs(ours[t] - (float(one_step) + mixed)) <= BOUND


@given(steps, ratios, ratios)
def test_gae_is_the_mixture_of_n_step_advantages(rows, gamma, trace):
    """Â = (1-λ) Σ_{n<N} λ^{n-1} A^(n) + λ^{N-1} A^(N), N the steps that are left."""
    left = next((t + 1 for t, row in enumerate(rows) if row[3] != "goes on"), len(rows))
    value = Fraction(rows[0][1])
    parts = [exact_n_step(rows, 0, gamma, n) - value for n in range(1, left + 1)]
    mixture = (1 - trace) * sum(trace**n * part for n, part in enumerate(parts[:-1])) + trace ** (left - 1) * parts[-1]
    assert mixture == exact_gae(rows, 0, gamma, trace)


@given(steps, ratios)
def test_lambda_one_is_the_return_less_the_value_and_lambda_zero_the_error(rows, gamma):
    rows = [(*row[:3], "goes on") for row in rows[:-1]] + [(*rows[-1][:3], "terminated")]
    reward, value, following, terminated, truncated = arrays(rows)
    ends = terminated, truncated, float(gamma)
    assert (
        np.abs(gae(reward, value, following, *ends, 1.0) - (rewards_to_go(reward, float(gamma)) - value)).max() <= BOUND
    )
    errors = td_errors(reward, value, following, terminated, float(gamma))
    assert gae(reward, value, following, *ends, 0.0).tolist() == errors.tolist()


# --- falsehoods, shown to be false ------------------------------------------------------------------------


def test_falsehood_a_truncated_episode_is_worth_nothing_afterwards():
    """r = 0, V(s_1) = 1, V(s_0) = 0, γ = 1: cut off, the advantage is 1; only an episode that is over has 0."""
    cut = gae([[0.0]], [[0.0]], [[1.0]], [[False]], [[True]], 1.0, 0.5)
    over = gae([[0.0]], [[0.0]], [[1.0]], [[True]], [[False]], 1.0, 0.5)
    assert (cut.item(), over.item()) == (1, 0)


@pytest.mark.parametrize("end", ["terminated", "truncated"])
def test_falsehood_the_sum_goes_on_over_an_end(end):
    """δ = (0 | end | 1), γλ = 1: nothing of the next episode reaches the last step of this one."""
    ends = {"terminated": [[False, False]], "truncated": [[False, False]], end: [[True, False]]}
    ours = gae([[0.0, 1.0]], [[0.0, 0.0]], [[0.0, 0.0]], ends["terminated"], ends["truncated"], 1.0, 1.0)
    assert ours.tolist() == [[0, 1]]


def test_falsehood_lambda_zero_is_the_return_less_the_value():
    reward, zero, flags = [[0.0, 1.0]], [[0.0, 0.0]], [[False, False]]
    assert gae(reward, zero, zero, flags, flags, 1.0, 0.0)[0, 0] == 0
    assert gae(reward, zero, zero, flags, flags, 1.0, 1.0)[0, 0] == 1


def test_what_does_not_fit_is_refused():
    row, flags = [[0.0]], [[False]]
    with pytest.raises(TrajectoriesError, match=r"trace is 1.5; give λ in \[0, 1\]"):
        gae(row, row, row, flags, flags, 1.0, 1.5)
    with pytest.raises(TrajectoriesError, match=r"gamma is 2.0; give a number in \[0, 1\]"):
        td_errors(row, row, row, flags, 2.0)
    with pytest.raises(TrajectoriesError, match=r"an array has shape \(1, 2\), rewards \(1, 1\)"):
        td_errors(row, [[0.0, 0.0]], row, flags, 1.0)
    with pytest.raises(TrajectoriesError, match=r"n is 0; give a number of steps"):
        n_step_returns(row, row, flags, flags, 1.0, 0)
