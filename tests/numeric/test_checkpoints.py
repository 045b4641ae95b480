"""Resuming gives the bits of an uninterrupted run; another configuration or a damaged file is refused."""

import dataclasses
import itertools
import zipfile

import numpy as np
import pytest

from numeric.errors import TrainError
from numeric.train import ALGORITHMS, PPOSettings, RLOOSettings, State, default_settings, ppo, train
from numeric.worlds import number_line, walled_grid


def take(records, count):
    return list(itertools.islice(records, count))


def bits(state):
    """Everything of a state, arrays as bytes."""
    return [
        {k: (v.dtype.str, v.shape, v.tobytes()) for k, v in getattr(state, name).items()}
        for name in ("parameters", "optimiser", "environment")
    ] + [state.rng, state.update, state.episodes, state.steps]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_resuming_gives_the_same_bits(algorithm, tmp_path):
    whole = take(ALGORITHMS[algorithm](walled_grid(), default_settings(algorithm, walled_grid()), 7), 6)
    whole[2].state.save(tmp_path / "half.npz")
    saved = State.load(tmp_path / "half.npz")
    assert bits(saved) == bits(whole[2].state)
    rest = take(ALGORITHMS[algorithm](walled_grid(), default_settings(algorithm, walled_grid()), 7, saved), 3)
    for straight, resumed in zip(whole[3:], rest, strict=True):
        assert bits(straight.state) == bits(resumed.state)
        assert straight.values == resumed.values
        assert (straight.mean_return, straight.objective) == (resumed.mean_return, resumed.objective)


OTHERS = {
    "algorithm": (
        lambda s: ALGORITHMS["rloo"](number_line(), RLOOSettings(), 0, s),
        "algorithm = 'ppo', this run 'rloo'",
    ),
    "world": (lambda s: ppo(walled_grid(), PPOSettings(), 0, s), r"the checkpoint has task = 'FiniteMDP"),
    "seed": (lambda s: ppo(number_line(), PPOSettings(), 1, s), "seed = 0, this run 1"),
    "settings": (lambda s: ppo(number_line(), PPOSettings(clip=0.3), 0, s), "clip = 0.2, this run 0.3"),
}


@pytest.mark.parametrize(("call", "message"), OTHERS.values(), ids=OTHERS)
def test_a_checkpoint_of_another_configuration_is_refused(call, message):
    state = train("ppo", number_line(), PPOSettings(), seed=0, updates=1).state
    with pytest.raises(TrainError, match=message):
        call(state)


def test_a_checkpoint_with_parameters_of_another_shape_is_refused():
    state = train("ppo", number_line(), seed=0, updates=1).state
    for parameters in ({**state.parameters, "actor": np.zeros((4, 2))}, {"actor": state.parameters["actor"]}):
        with pytest.raises(TrainError, match=r"the checkpoint has the shape of (actor|reference) = "):
            ppo(number_line(), PPOSettings(), 0, dataclasses.replace(state, parameters=parameters))


def test_a_checkpoint_cut_short_is_refused_at_every_length(tmp_path):
    train("ppo", number_line(), seed=0, updates=2).state.save(tmp_path / "whole.npz")
    whole = (tmp_path / "whole.npz").read_bytes()
    for length in [0, 1, 4, len(whole) // 4, len(whole) // 2, len(whole) - 60, len(whole) - 1]:
        (tmp_path / "cut.npz").write_bytes(whole[:length])
        with pytest.raises(TrainError, match=r"cut.npz is no whole checkpoint"):
            State.load(tmp_path / "cut.npz")


def test_a_flipped_byte_is_refused(tmp_path):
    train("ppo", number_line(), seed=0, updates=2).state.save(tmp_path / "whole.npz")
    whole = bytearray((tmp_path / "whole.npz").read_bytes())
    with zipfile.ZipFile(tmp_path / "whole.npz") as archive:
        entry = archive.getinfo("parameters/actor.npy")
    whole[entry.header_offset + 30 + len(entry.filename) + entry.file_size // 2 + 20] ^= 1
    (tmp_path / "flipped.npz").write_bytes(whole)
    with pytest.raises(TrainError, match=r"flipped.npz is no whole checkpoint"):
        State.load(tmp_path / "flipped.npz")


@pytest.mark.parametrize("content", ["text", "array"])
def test_another_file_is_no_checkpoint(content, tmp_path):
    path = tmp_path / "other.npz"
    if content == "text":
        path.write_text("parameters = 0")
    else:
        np.savez(path, actor=np.zeros(3))
    with pytest.raises(TrainError, match=r"other.npz is no whole checkpoint"):
        State.load(path)
    with pytest.raises(TrainError, match=r"missing.npz is not a file; give a checkpoint"):
        State.load(tmp_path / "missing.npz")


class Broken:
    """Cannot become an array."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("broken")


@pytest.mark.parametrize("damage", [{"settings": {"clip": object()}}, {"parameters": {"actor": Broken()}}])
def test_a_failed_save_leaves_the_old_checkpoint_and_nothing_else(damage, tmp_path):
    state = train("ppo", number_line(), seed=0, updates=1).state
    state.save(tmp_path / "state.npz")
    before = (tmp_path / "state.npz").read_bytes()
    with pytest.raises((TypeError, RuntimeError)):
        dataclasses.replace(state, **damage).save(tmp_path / "state.npz")
    assert (tmp_path / "state.npz").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]
