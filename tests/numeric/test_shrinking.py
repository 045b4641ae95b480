"""A counterexample gets smaller while it stays one, and its picture shows fractions."""

import json

import numpy as np
import pytest

from numeric.judging.drawing import cases
from numeric.judging.picture import fraction_text, picture
from numeric.judging.shrinking import minimise, size
from numeric.mdp import FiniteMDP
from numeric.testing import judge

from .known_estimators import without_discount_power

DRAWN = cases(20, 60, 7)


@pytest.mark.parametrize("case", DRAWN)
def test_what_holds_everywhere_shrinks_to_the_smallest_case(case):
    smallest = minimise(case, lambda case: True)
    mdp = smallest.mdp
    assert (mdp.n_states, mdp.n_actions, mdp.horizon, mdp.discount) == (1, 2, 1, 1.0)
    assert not smallest.is_cut
    assert smallest.behaviour is None
    assert not mdp.reward.any()
    assert not smallest.theta.any()


@pytest.mark.parametrize("case", DRAWN[:8])
def test_every_case_asked_about_is_smaller_than_the_last_that_held(case):
    held = [case]

    def has_two_rewards(simpler):
        assert size(simpler) < size(held[-1])
        if np.count_nonzero(simpler.mdp.reward) < 2:
            return False
        held.append(simpler)
        return True

    assert size(minimise(case, has_two_rewards)) == size(held[-1])


def test_what_fails_for_everything_smaller_stays_as_it_is():
    assert minimise(DRAWN[0], lambda case: False) is DRAWN[0]


def test_the_number_of_questions_is_bounded():
    asked = []
    minimise(DRAWN[0], lambda case: bool(asked.append(1)), attempts=3)
    assert len(asked) == 3


@pytest.mark.parametrize("case", DRAWN[:8])
def test_arrays_keep_their_shape_if_asked(case):
    smallest = minimise(case, lambda case: True, same_shape=True)
    assert (smallest.steps, smallest.theta.shape[1]) == (case.steps, case.theta.shape[1])


FRACTIONS = [(0.0, "0"), (-0.0, "0"), (1 / 3, "1/3"), (-0.375, "-3/8"), (2.0, "2"), (0.1 + 0.2, "3/10")]


@pytest.mark.parametrize(("value", "text"), [*FRACTIONS, (2**0.5, "1.41421"), (1e-9, "1e-09")])
def test_a_number_is_written_as_the_fraction_that_it_is(value, text):
    assert fraction_text(value) == text


@pytest.mark.parametrize("case", DRAWN)
def test_the_picture_is_two_lines(case):
    lines = picture(case).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("s0 a0 → ")
    assert lines[1].startswith("start s")


def test_the_record_is_json_and_rebuilds_the_mdp():
    record = json.loads(json.dumps(judge(without_discount_power).counterexample))
    mdp = FiniteMDP(
        record["initial"],
        record["transition"],
        record["reward"],
        record["gamma"],
        record["horizon"],
        record["terminal"],
    )
    assert (mdp.n_states, mdp.discount, record["probabilities"]) == (1, 0.5, [[0.5, 0.5]])
