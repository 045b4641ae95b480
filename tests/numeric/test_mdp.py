"""A finite MDP and a batch are right from the start, or an error says what to do."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from numeric.errors import MDPError, NumericError, TrajectoriesError
from numeric.mdp import FiniteMDP, Trajectories


def two_states(**changes):
    transition = np.zeros((2, 2, 2))
    transition[:, 0, 0] = transition[:, 1, 1] = 1
    fields = {
        "initial": np.array([1.0, 0.0]),
        "transition": transition,
        "reward": np.arange(8.0).reshape(2, 2, 2),
        "discount": 0.5,
        "horizon": 3,
    }
    return FiniteMDP(**{**fields, **changes})


def two_steps(**changes):
    fields = {
        "obs": [[0, 1], [0, 0]],
        "actions": [[1, 0], [0, 0]],
        "rewards": [[1.0, 2.0], [3.0, 0.0]],
        "next_obs": [[1, 0], [1, 0]],
        "terminated": [[False, False], [True, False]],
        "truncated": np.zeros((2, 2), bool),
        "mask": [[True, True], [True, False]],
        "gamma": 0.5,
    }
    return Trajectories(**{**fields, **changes})


def changed(array, index, value):
    copy = np.array(array, dtype=float)
    copy[index] = value
    return copy


def test_sizes_and_the_default_without_terminal_states():
    mdp = two_states()
    assert (mdp.n_states, mdp.n_actions, mdp.horizon, mdp.discount) == (2, 2, 3, 0.5)
    assert not mdp.terminal.any()


def test_arrays_are_copies_that_nobody_can_write():
    initial = np.array([1.0, 0.0])
    mdp = two_states(initial=initial)
    initial[:] = 7
    assert mdp.initial.tolist() == [1, 0]
    with pytest.raises(ValueError, match="read-only"):
        mdp.reward[0] = 1
    with pytest.raises(FrozenInstanceError):
        mdp.discount = 1.0


def test_a_view_of_memory_that_can_change_is_copied():
    owner = np.array([1.0, 0.0])
    view = owner[:]
    view.flags.writeable = False
    mdp = two_states(initial=view)
    owner[:] = 7
    assert mdp.initial.tolist() == [1, 0]


def test_rows_rounded_to_float64_are_accepted():
    thirds = np.full((3, 1, 3), 1 / 3)
    FiniteMDP(np.full(3, 1 / 3), thirds, np.zeros((3, 1, 3)))
    tenths = np.full(10, 0.1)
    FiniteMDP(tenths, np.tile(tenths, (10, 1, 1)).reshape(10, 1, 10), np.zeros((10, 1, 10)))


P = two_states().transition
BAD_MDPS = {
    "row sum": (
        {"transition": changed(P, (1, 0, 1), 0.25)},
        r"transition\[s=1, a=0\] sums to 1.25, not to 1; .*divide",
    ),
    "initial sum": ({"initial": [0.5, 0.25]}, r"initial sums to 0.75, not to 1"),
    "just off": ({"initial": [0.5, 0.5 + 1e-12]}, r"initial sums to 1.000000000001, not to 1"),
    "negative": ({"initial": [1.5, -0.5]}, r"initial\[s=1\] is -0.5; a probability is never negative"),
    "negative row": ({"transition": changed(P, (0, 1), [-1, 2])}, r"transition\[s=0, a=1, s'=0\] is -1.0"),
    "NaN": ({"transition": changed(P, (0, 0, 0), np.nan)}, r"transition\[s=0, a=0, s'=0\] is nan; .*finite"),
    "infinite reward": (
        {"reward": changed(P, (1, 1, 0), np.inf)},
        r"reward\[s=1, a=1, s'=0\] is inf; .*finite",
    ),
    "initial shape": ({"initial": [[1.0]]}, r"initial has shape \(1, 1\); give one probability per state"),
    "no states": ({"initial": []}, r"initial has shape \(0,\)"),
    "transition shape": ({"transition": np.ones((2, 2))}, r"transition has shape \(2, 2\); .*\[2, A, 2\]"),
    "reward shape": ({"reward": np.zeros((2, 2))}, r"reward has shape \(2, 2\), transition \(2, 2, 2\)"),
    "terminal shape": ({"terminal": [True]}, r"terminal has shape \(1,\); give one boolean per state, \[2\]"),
    "γ above one": ({"discount": 1.5}, r"discount is 1.5; give a number in \[0, 1\]"),
    "γ negative": ({"discount": -0.1}, r"discount is -0.1"),
    "γ NaN": ({"discount": np.nan}, r"discount is nan"),
    "γ a word": ({"discount": "high"}, r"discount is 'high'; give a number"),
    "negative horizon": ({"horizon": -2}, r"horizon is -2; give the number of steps, an integer T >= 1"),
    "no horizon": ({"horizon": 0}, r"horizon is 0"),
    "half a step": ({"horizon": 2.5}, r"horizon is 2.5; give the number of steps, an integer"),
    "start at the end": (
        {"terminal": [True, False]},
        r"initial\[s=0\] is 1.0 and s=0 is terminal: .*start in a state",
    ),
    "a word": ({"reward": "much"}, r"reward is 'much'; give an array of float64"),
    "complex": ({"initial": [1j, 0]}, r"initial holds complex128 values; give an array of float64"),
}


@pytest.mark.parametrize(("changes", "message"), BAD_MDPS.values(), ids=BAD_MDPS)
def test_what_is_no_mdp_is_refused(changes, message):
    with pytest.raises(MDPError, match=message):
        two_states(**changes)


def test_every_error_is_a_value_error():
    assert issubclass(MDPError, NumericError)
    assert issubclass(NumericError, ValueError)


def test_a_batch_knows_its_length_and_gives_rows_in_order():
    batch = two_steps()
    again = batch.select(np.array([1, 1, 0]))
    assert (len(batch), len(again)) == (2, 3)
    assert again.rewards.tolist() == [[3, 0], [3, 0], [1, 2]]
    assert again.gamma == 0.5
    assert not again.rewards.flags.writeable
    assert not batch.select(slice(0, 1)).mask.flags.writeable


def test_a_batch_survives_replace_and_is_checked_again():
    assert replace(two_steps(), gamma=1.0).gamma == 1
    with pytest.raises(TrajectoriesError):
        replace(two_steps(), gamma=2.0)


BAD_BATCHES = {
    "one axis": ({"rewards": [1.0, 2.0]}, r"rewards has shape \(2,\); give a padded array \[N, T\]"),
    "empty": ({"rewards": np.zeros((0, 2))}, r"rewards has shape \(0, 2\)"),
    "other shape": ({"obs": [[0]]}, r"obs has shape \(1, 1\), rewards \(2, 2\); pad both"),
    "fractional": ({"actions": [[0.5, 0], [0, 0]]}, r"actions holds float64 values; give an array of int64"),
    "not a number": ({"actions": [[np.nan, 0], [0, 0]]}, r"actions holds float64 values"),
    "negative index": (
        {"next_obs": [[1, -1], [0, 0]]},
        r"next_obs\[n=0, t=1\] is -1; an index is never negative",
    ),
    "NaN reward": ({"rewards": [[np.nan, 0], [0, 0]]}, r"rewards\[n=0, t=0\] is nan; .*finite"),
    "gap": (
        {"mask": [[False, True], [True, False]]},
        r"mask\[n=0, t=1\] is True after padding; the steps come",
    ),
    "paid padding": ({"rewards": [[0, 0], [0, 3.0]]}, r"rewards\[n=1, t=1\] is 3.0 on padding; give 0"),
    "gamma": ({"gamma": 1.01}, r"gamma is 1.01; give a number in \[0, 1\]"),
}


@pytest.mark.parametrize(("changes", "message"), BAD_BATCHES.values(), ids=BAD_BATCHES)
def test_what_is_no_batch_is_refused(changes, message):
    with pytest.raises(TrajectoriesError, match=message):
        two_steps(**changes)
