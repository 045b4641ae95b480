"""A counterexample gets smaller while it stays one, and its picture shows fractions."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from numeric.counterexamples import counterexample, fraction_text, minimise, picture, size
from numeric.mdp import FiniteMDP
from numeric.worlds import number_line, quiz_bandit

from .cases import rich_case


@given(rich_case())
@settings(max_examples=20)
def test_what_holds_everywhere_shrinks_to_the_smallest_mdp(case):
    mdp, theta = minimise(case, lambda mdp, theta: True)
    assert (mdp.n_states, mdp.n_actions, mdp.horizon, mdp.discount) == (1, 2, 1, 1.0)
    assert not mdp.reward.any()
    assert not theta.any()


@given(rich_case())
@settings(max_examples=20)
def test_every_case_asked_about_is_smaller_than_the_last_that_held(case):
    held = [case]

    def has_two_rewards(mdp, theta):
        assert size((mdp, theta)) < size(held[-1])
        if np.count_nonzero(mdp.reward) < 2:
            return False
        held.append((mdp, theta))
        return True

    smallest = minimise(case, has_two_rewards)
    assert size(smallest) == size(held[-1])
    assert np.count_nonzero(smallest[0].reward) == 2 or held == [case]


def test_what_fails_for_everything_smaller_stays_as_it_is():
    case = (number_line(), np.zeros((5, 2)))
    assert minimise(case, lambda mdp, theta: False) == case


def test_a_state_that_is_taken_out_leaves_its_reward_to_the_one_that_stands_in():
    mdp = FiniteMDP([1, 0], [[[0, 1], [0, 1]]] * 2, [[[0, 3], [0, 0]], [[0, 0], [0, 0]]], horizon=2)
    smaller, _ = minimise((mdp, np.zeros((2, 2))), lambda mdp, theta: bool(mdp.reward.any()))
    assert (smaller.n_states, smaller.horizon) == (1, 1)
    assert smaller.reward.tolist() == [[[1], [0]]]


def test_the_number_of_questions_is_bounded():
    asked = []
    minimise((number_line(), np.zeros((5, 2))), lambda mdp, theta: bool(asked.append(1)), attempts=3)
    assert len(asked) == 3


FRACTIONS = [(0.0, "0"), (-0.0, "0"), (1 / 3, "1/3"), (-0.375, "-3/8"), (2.0, "2"), (0.1 + 0.2, "3/10")]


@pytest.mark.parametrize(("value", "text"), [*FRACTIONS, (2**0.5, "1.41421"), (1e-9, "1e-09")])
def test_a_number_is_written_as_the_fraction_that_it_is(value, text):
    assert fraction_text(value) == text


def test_the_picture_of_the_bandit_can_be_read_aloud():
    theta = np.log([[1.0, 3.0]])
    assert picture(quiz_bandit(), theta).splitlines() == [
        "1 state, 2 actions, 1 step, γ = 1",
        "start: s0",
        "policy: π(a0|s0) = 1/4, π(a1|s0) = 3/4",
        "step: s0, a0 -> s0, reward 0",
        "step: s0, a1 -> s0, reward 1",
    ]


def test_the_picture_shows_chance_and_the_states_that_end():
    mdp = FiniteMDP(
        initial=[1 / 3, 2 / 3, 0],
        transition=np.full((3, 1, 3), [0.25, 0, 0.75]),
        reward=np.full((3, 1, 3), 0.5),
        discount=0.5,
        horizon=2,
        terminal=[False, False, True],
    )
    lines = picture(mdp, np.zeros((3, 1))).splitlines()
    assert lines[:3] == [
        "3 states, 1 action, 2 steps, γ = 1/2",
        "start: s0 with 1/3, s1 with 2/3",
        "s2 ends the episode",
    ]
    assert "step: s0, a0 -> s2 with 3/4, reward 1/2" in lines
    assert not [line for line in lines if line.startswith("step: s2")]


def test_the_record_is_json_and_rebuilds_the_mdp():
    mdp = replace(number_line(), discount=0.5)
    record = counterexample(mdp, np.zeros((5, 2)), np.full((5, 2), 0.25), np.zeros((5, 2)), "equal if γ = 1")
    again = json.loads(json.dumps(record))
    rebuilt = FiniteMDP(
        again["initial"],
        again["transition"],
        again["reward"],
        again["gamma"],
        again["horizon"],
        again["terminal"],
    )
    assert np.array_equal(rebuilt.transition, mdp.transition)
    assert (again["states"], again["actions"], again["probabilities"][0]) == (5, 2, [0.5, 0.5])
    assert again["text"].endswith("θ[s4, a1]: E[estimator] = 1/4, ∇J = 0\nequal if γ = 1")
