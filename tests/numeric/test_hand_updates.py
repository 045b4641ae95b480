"""The updates worked by hand in "Lesson: Policy gradients (REINFORCE)", in exact arithmetic.

Rational numbers where the values are rational, rational intervals where there is an exponential; a printed
decimal is right when the whole interval rounds to it. Of the fifteen printed decimals one is wrong.
"""

from fractions import Fraction
from math import factorial

import numpy as np
import pytest

from numeric.exact import moments, objective_gradient
from numeric.policies import sigmoid_probabilities, sigmoid_score
from numeric.worlds import quiz_bandit

TERMS = 30


def exp_minus(x):
    """(low, high) around e^{-x}, 0 <= x <= 1: the alternating series stops once below and once above."""
    sums = [sum((-x) ** k / factorial(k) for k in range(n)) for n in (TERMS, TERMS + 1)]
    return min(sums), max(sums)


def sigmoid(low, high):
    """(low, high) around σ of every θ in an interval: 1 / (1 + e^{-θ}) increases."""
    return 1 / (1 + exp_minus(low)[1]), 1 / (1 + exp_minus(high)[0])


def prints(interval, decimal):
    """Whether every number of the interval rounds to this decimal, as printed."""
    half = Fraction(1, 2 * 10 ** len(decimal.partition(".")[2]))
    return Fraction(decimal) - half < interval[0] <= interval[1] < Fraction(decimal) + half


def exactly(value):
    return Fraction(value), Fraction(value)


HALF = exactly("1/2")
EXP_1 = exp_minus(Fraction(1, 2))  # e^{-θ_1}, θ_1 = 1/2
RIGHT_1 = sigmoid(*HALF)  # σ(θ_1)
LEFT_1 = (1 - RIGHT_1[1], 1 - RIGHT_1[0])  # the gradient of the second step
THETA_2 = (Fraction(3, 2) - RIGHT_1[1], Fraction(3, 2) - RIGHT_1[0])  # θ_2 = 1/2 + 1 - σ(1/2)
EXP_2 = (exp_minus(THETA_2[1])[0], exp_minus(THETA_2[0])[1])
RIGHT_2 = sigmoid(*THETA_2)
ROUNDED = Fraction("0.8775")  # θ_2 as the text prints it


def test_the_intervals_are_narrower_than_any_printed_digit():
    for low, high in (EXP_1, RIGHT_1, LEFT_1, THETA_2, EXP_2, RIGHT_2):
        assert 0 < high - low < Fraction(1, 10**25)


PRINTED = {
    "σ(0)": (exactly("1/2"), "0.5"),
    "θ_1": (exactly("1/2"), "0.5"),
    "e^-0.5": (EXP_1, "0.6065"),
    "1 + e^-0.5": ((1 + EXP_1[0], 1 + EXP_1[1]), "1.6065"),
    "σ(θ_1)": (RIGHT_1, "0.6225"),
    "σ(θ_1), again": (RIGHT_1, "0.622"),
    "1 - σ(θ_1)": (LEFT_1, "0.3775"),
    "θ_2": (THETA_2, "0.8775"),
    "1 + e^-θ_2": ((1 + EXP_2[0], 1 + EXP_2[1]), "1.4158"),
    "σ(θ_2), again": (RIGHT_2, "0.706"),
    "E[g]": (exactly(Fraction(1, 2) * Fraction(1, 2)), "0.25"),
    "E[g²]": (exactly(Fraction(1, 2) * Fraction(1, 4)), "0.125"),
    "E[g]²": (exactly(Fraction(1, 4) ** 2), "0.0625"),
    "Var g": (exactly(Fraction(1, 8) - Fraction(1, 16)), "0.0625"),
}


@pytest.mark.parametrize(("interval", "decimal"), PRINTED.values(), ids=PRINTED)
def test_what_the_text_prints_is_the_value(interval, decimal):
    assert prints(interval, decimal)


def test_the_second_probability_is_misprinted():
    """The text prints 0.7064; the value is 0.7063 ("Lesson: Policy gradients (REINFORCE)", Step 2).

    σ(θ_2) = 0.706312…, with the exact θ_2 = 3/2 - σ(1/2); the text's own θ_2 = 0.8775 gives σ = 0.706304…, and
    its own quotient 1/1.4158 is 0.706314…: on no way of rounding in between is it 0.7064.
    """
    assert not prints(RIGHT_2, "0.7064")
    for value in (RIGHT_2, sigmoid(ROUNDED, ROUNDED), exactly(1 / Fraction("1.4158"))):
        assert prints(value, "0.7063")
    assert prints(RIGHT_2, "0.706312")
    assert prints(sigmoid(ROUNDED, ROUNDED), "0.706304")


def test_the_shift_of_the_policy_is_not_proportional_to_the_room_left():
    """False: "Each rewarding sample shifts the policy toward the rewarding action, by an amount proportional to how
    much room is left to move" (Step 2). So moves θ; σ(θ) moves by 0.2449 of the room 1 - σ first, by 0.2221 then."""
    first = tuple((p - Fraction(1, 2)) / Fraction(1, 2) for p in RIGHT_1)
    second = ((RIGHT_2[0] - RIGHT_1[1]) / LEFT_1[1], (RIGHT_2[1] - RIGHT_1[0]) / LEFT_1[0])
    assert prints(first, "0.2449")
    assert prints(second, "0.2221")


def test_the_deviation_is_the_mean_at_zero_alone():
    """std² = 1/16 = mean² at θ = 0; for any σ: variance σ(1-σ)³, mean σ(1-σ), equal in size only at σ = 1/2."""
    for percent in range(1, 100):
        p = Fraction(percent, 100)
        mean, square = p * (1 - p), p * (1 - p) ** 2
        assert square - mean**2 == p * (1 - p) ** 3
        assert (square - mean**2 == mean**2) is (p == Fraction(1, 2))


def near(value, interval):
    """A float within four units in the last place of the interval."""
    return interval[0] * (1 - Fraction(1, 2**50)) <= Fraction(float(value)) <= interval[1] * (1 + Fraction(1, 2**50))


def test_the_code_works_the_same_updates():
    """θ ← θ + α r z with α = 1, twice action 1, by `sigmoid_score`; and E[g] is the gradient of J."""
    theta = 0.0
    for expected, right in ((HALF, RIGHT_1), (THETA_2, RIGHT_2)):
        theta += 1 * 1 * sigmoid_score(theta)[0, 1]
        assert near(theta, expected)
        assert near(sigmoid_probabilities(theta)[0, 1], right)
    exact = moments(
        lambda b, theta: b.rewards[0, 0] * sigmoid_score(0.0)[0, b.actions[0, 0]], quiz_bandit(), np.zeros((1, 2))
    )
    assert (float(exact.mean), float(exact.variance)) == (1 / 4, 1 / 16)
    assert objective_gradient(quiz_bandit(), np.zeros((1, 2))).tolist() == [[-1 / 4, 1 / 4]]
