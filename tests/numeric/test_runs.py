"""Runs over many seeds: the same bits however they are cut up, and nothing overwritten when something is wrong."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import numeric.running.summary
from numeric.errors import NumericError, TrainError, WorldError
from numeric.running.learners import advance
from numeric.running.plan import NAMES, plan
from numeric.running.progress import line
from numeric.runs import run, told
from numeric.training.records import State

WORLD_OF = {"bandit": "bernoulli_bandit", "policy-iteration": "penalty_grid"}
ENDLESS = [name for name in NAMES if not name.endswith("iteration")]


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own, and cost a second each."""
    monkeypatch.setattr(numeric.running.summary, "draw", lambda *_, **__: {})


def world_of(algorithm):
    return WORLD_OF.get(algorithm, "walled_grid")


def files(folder):
    """Every file by name: the bytes, but of checkpoints what they hold, as a zip file keeps the time of day."""
    return {p.relative_to(folder): held(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def held(path):
    if path.suffix != ".npz":
        return path.read_bytes()
    return told_of(State.load(path))


def told_of(state):
    """All that a state holds, to be compared."""
    state = asdict(state)
    arrays = {k: {n: (a.dtype.str, a.shape, a.tobytes()) for n, a in state.pop(k).items()} for k in GROUPS}
    return json.dumps(state, sort_keys=True), arrays


GROUPS = ("parameters", "optimiser", "environment")


def interrupts(after, times=1):
    """A report that presses Ctrl-C in round number `after`."""
    rounds = []

    def report(words):
        rounds.append(words)
        if len(rounds) == after:
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)

    return report


@pytest.mark.parametrize("algorithm", NAMES)
def test_the_bits_do_not_depend_on_where_a_stretch_ends(algorithm):
    same_in_pieces(plan(algorithm, world_of(algorithm)))


@pytest.mark.parametrize("algorithm", ["reinforce", "actor-critic", "ppo", "grpo", "rloo"])
def test_the_bits_do_not_depend_on_where_a_stretch_ends_without_a_model(algorithm):
    pytest.importorskip("gymnasium")
    settings = {"hidden": 8} | ({"steps": 20, "environments": 4} if algorithm == "ppo" else {})
    same_in_pieces(plan(algorithm, "CartPole-v1", settings))


def same_in_pieces(chosen):
    """Nine updates in one go, and in goes of 1, 2, 3 and 3."""
    whole, pieces = advance(chosen, 3, None, 9), [advance(chosen, 3, None, 1)]
    for updates in (2, 3, 3):
        pieces.append(advance(chosen, 3, pieces[-1].state, updates))
    assert told_of(pieces[-1].state) == told_of(whole.state)
    assert pieces[-1].ended == whole.ended
    for name, column in whole.curve.items():
        joined = np.concatenate([piece.curve[name] for piece in pieces if piece.curve])
        np.testing.assert_array_equal(joined, column)


@pytest.mark.parametrize("algorithm", ENDLESS)
def test_an_interrupted_run_goes_on_with_the_same_bits(algorithm, tmp_path, monkeypatch):
    monkeypatch.setattr("numeric.runs.STRETCH", 0.0)  # one update a round, so that Ctrl-C is early
    name = world_of(algorithm)
    whole = run(algorithm, name, tmp_path / "whole", seeds=2, updates=9)
    cut = run(algorithm, name, tmp_path / "cut", seeds=2, updates=9, report=interrupts(4))
    assert (cut.interrupted, cut.updates, whole.interrupted, whole.updates) == (True, 4, False, 9)
    assert "--resume" in told(cut)
    resumed = run(algorithm, name, tmp_path / "cut", resume=True)
    assert (resumed.interrupted, resumed.updates, resumed.seeds) == (False, 9, 2)
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


@pytest.mark.parametrize("algorithm", ["value-iteration", "policy-iteration"])
def test_what_ends_by_itself_ends_in_the_same_place_after_an_interruption(algorithm, tmp_path):
    name = world_of(algorithm)
    whole = run(algorithm, name, tmp_path / "whole")
    first = run(algorithm, name, tmp_path / "cut", updates=1)
    last = run(algorithm, name, tmp_path / "cut", updates=100_000, resume=True)
    assert first.updates == 1 < last.updates == whole.updates
    assert run(algorithm, name, tmp_path / "cut", resume=True).updates == whole.updates  # nothing is left to do
    assert whole.objective == pytest.approx(whole.optimum, rel=1e-12)
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


def test_one_run_of_what_draws_nothing_however_many_seeds_are_asked_for(tmp_path):
    assert run("value-iteration", "walled_grid", tmp_path / "a", seeds=5).seeds == 1


@pytest.mark.parametrize("algorithm", ["ppo", "grpo", "reinforce"])
def test_an_interrupted_run_without_a_model_goes_on_with_the_same_bits(algorithm, tmp_path, monkeypatch):
    pytest.importorskip("gymnasium")
    monkeypatch.setattr("numeric.runs.STRETCH", 0.0)
    settings = {"hidden": 8} | ({"steps": 20, "environments": 4} if algorithm == "ppo" else {})
    asked = {"seeds": 2, "updates": 5, "settings": settings, "jobs": 1}
    run(algorithm, "CartPole-v1", tmp_path / "whole", **asked)
    cut = run(algorithm, "CartPole-v1", tmp_path / "cut", **asked, report=interrupts(2))
    assert (cut.interrupted, cut.updates) == (True, 2)
    run(algorithm, "CartPole-v1", tmp_path / "cut", **asked, resume=True)
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


def test_a_second_interrupt_ends_at_once_and_leaves_whole_checkpoints(tmp_path, monkeypatch):
    monkeypatch.setattr("numeric.runs.STRETCH", 0.0)
    run("reinforce", "walled_grid", tmp_path / "whole", seeds=2, updates=9)
    with pytest.raises(KeyboardInterrupt):
        run("reinforce", "walled_grid", tmp_path / "cut", seeds=2, updates=9, report=interrupts(4, times=2))
    assert run("reinforce", "walled_grid", tmp_path / "cut", resume=True).updates == 9
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


def test_a_run_that_was_killed_between_curve_and_checkpoint_goes_on_from_the_checkpoint(tmp_path):
    run("reinforce", "walled_grid", tmp_path / "whole", seeds=1, updates=9)
    run("reinforce", "walled_grid", tmp_path / "cut", seeds=1, updates=4)
    later = (tmp_path / "whole" / "checkpoints" / "seed-0.csv").read_bytes()
    (tmp_path / "cut" / "checkpoints" / "seed-0.csv").write_bytes(later)
    run("reinforce", "walled_grid", tmp_path / "cut", updates=9, resume=True)
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


def test_more_updates_and_more_seeds_are_what_they_would_have_been_at_once(tmp_path):
    run("ppo", "walled_grid", tmp_path / "whole", seeds=3, updates=8)
    run("ppo", "walled_grid", tmp_path / "grown", seeds=1, updates=3)
    run("ppo", "walled_grid", tmp_path / "grown", seeds=3, updates=8, resume=True)
    assert files(tmp_path / "grown") == files(tmp_path / "whole")


@pytest.mark.parametrize("how", [{"jobs": 2}, {"jobs": 2, "backend": "threading"}])
def test_seeds_side_by_side_are_what_they_are_one_after_the_other(how, tmp_path):
    run("rloo", "number_line", tmp_path / "one", seeds=3, updates=6)
    run("rloo", "number_line", tmp_path / "many", seeds=3, updates=6, **how)
    assert files(tmp_path / "many") == files(tmp_path / "one")


@pytest.mark.filterwarnings("default")  # of Dask and what it uses
def test_the_same_on_a_local_dask_cluster(tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    run("rloo", "number_line", tmp_path / "one", seeds=3, updates=6)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        run("rloo", "number_line", tmp_path / "dask", seeds=3, updates=6, backend="dask")
    assert files(tmp_path / "dask") == files(tmp_path / "one")


def test_without_dask_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TrainError, match="pip install"):
        run("rloo", "number_line", tmp_path / "a", backend="dask")
    assert not (tmp_path / "a").exists()


def test_the_curve_reads_back_to_the_same_bits_and_says_what_was_run(tmp_path):
    summary = run("reinforce", "number-line", tmp_path, seeds=2, updates=3, settings=["learning-rate=0.5"])
    data = json.loads((tmp_path / "curve.json").read_text())
    assert (data["world"], data["settings"]["learning_rate"], len(data["runs"])) == ("number_line", 0.5, 2)
    with open(tmp_path / "curve.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["seed"], row["update"]) for row in rows] == [(str(s), str(k)) for s in (0, 1) for k in (1, 2, 3)]
    assert [float(row["objective"]) for row in rows] == [j for seed in data["runs"] for j in seed["objective"]]
    assert summary.mean_return == np.mean([seed["mean_return"][-1] for seed in data["runs"]])
    assert rows[0]["objective"] == "0.25"  # (1/2)², of the uniform policy that sampled the first batch


def test_numbers_that_there_are_not_are_empty_or_null(tmp_path):
    run("value-iteration", "walled_grid", tmp_path, updates=2)
    assert json.loads((tmp_path / "curve.json").read_text())["runs"][0]["mean_return"] == [None, None]
    assert "nan" not in (tmp_path / "curve.csv").read_text().lower()


def test_regret_is_that_of_the_library(tmp_path):
    from itertools import islice

    from numeric.bandits import UCB, bandit, pulls

    summary = run("bandit", "gaussian-bandit", tmp_path, seeds=1, updates=20, settings={"runs": 10})
    rng = np.random.default_rng(np.random.SeedSequence(0).spawn(3)[2])
    *_, last = islice(pulls(bandit("gaussian_bandit"), UCB(), 10, rng), 20)
    assert summary.regret["ucb"] == last.regret.mean()


@pytest.mark.parametrize("name", ["walled-grid", "walled_grid", "Walled-Grid"])
def test_hyphens_and_underscores_are_alike(name):
    assert plan("ppo", name).world == "walled_grid"


def test_control_is_on_an_infinite_horizon_with_the_discount_that_is_asked_for():
    assert plan("ppo", "walled_grid").mdp.horizon == 100
    assert plan("q-learning", "walled_grid").mdp.horizon is None
    assert plan("value-iteration", "penalty_grid", discount=0.9).mdp.discount == 0.9


WRONG = [
    (("reinforse", "walled_grid"), {}, TrainError, "did you mean reinforce"),
    (("ppo", "waled-grid"), {}, WorldError, "did you mean walled_grid"),
    (("ppo", "walled-grid-8"), {}, WorldError, "did you mean walled_grid_7"),
    (("bandit", "walled_grid"), {}, NumericError, "no bandit is named"),
    (("q-learning", "quiz_bandit"), {}, NumericError, "infinite"),
    (("value-iteration", "penalty_grid"), {}, NumericError, "policy_iteration"),
    (("ppo", "walled_grid"), {"seeds": 0}, TrainError, "seeds is 0"),
    (("ppo", "walled_grid"), {"updates": -3}, TrainError, "updates is -3"),
    (("ppo", "walled_grid"), {"jobs": 0}, TrainError, "jobs is 0"),
    (("ppo", "walled_grid"), {"backend": "dusk"}, TrainError, "did you mean dask"),
    (("ppo", "walled_grid"), {"settings": ["clp=0.1"]}, TrainError, "did you mean clip"),
    (("ppo", "walled_grid"), {"settings": ["clip"]}, TrainError, "NAME=VALUE"),
    (("ppo", "walled_grid"), {"settings": ["clip=much"]}, TrainError, "much"),
    (("ppo", "walled_grid"), {"settings": ["clip=-1"]}, TrainError, "clip is -1"),
    (("ppo", "walled_grid"), {"settings": ["discount=0.5"]}, TrainError, "--discount"),
    (("ppo", "walled_grid"), {"discount": 1.5}, NumericError, "1.5"),
    (("ppo", "walled_grid"), {"discount": float("nan")}, NumericError, "nan"),
    (("bandit", "quiz_bandit"), {"discount": 0.5}, TrainError, "no later reward"),
    (("value-iteration", "walled_grid"), {"settings": ["tolerance=0"]}, NumericError, "tolerance"),
    (("ppo", "walled_grid"), {"resume": True}, TrainError, "no run to go on with"),
]


@pytest.mark.parametrize(("what", "how", "error", "words"), WRONG)
def test_what_cannot_be_done_is_said_before_anything_is_written(what, how, error, words, tmp_path):
    with pytest.raises(error, match=words):
        run(*what, tmp_path / "out", **how)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (("ppo", "NoSuchWorld-v0"), "NoSuchWorld-v0"),
        (("ppo", "MountainCarContinuous-v0"), "discrete"),
        (("q-learning", "CartPole-v1"), "no transition table"),
        (("ppo", "Blackjack-v1"), "observed as"),
    ],
)
def test_what_cannot_be_done_in_gymnasium(what, words, tmp_path):
    pytest.importorskip("gymnasium")
    with pytest.raises(NumericError, match=words):
        run(*what, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_a_run_or_a_result_is_not_written_to(tmp_path):
    run("ppo", "number_line", tmp_path / "a", seeds=1, updates=2)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "curve.csv").write_text("mine\n")
    for folder in (tmp_path / "a", tmp_path / "b"):
        before = files(folder)
        with pytest.raises(TrainError, match="already"):
            run("ppo", "number_line", folder)
        assert files(folder) == before


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_folder_that_cannot_be_written(where, tmp_path):
    (tmp_path / "file").write_text("mine\n")
    with pytest.raises(TrainError, match="cannot be written"):
        run("ppo", "number_line", tmp_path / where, seeds=1, updates=2)
    assert (tmp_path / "file").read_text() == "mine\n"


OTHERS = [
    (("grpo", "number_line"), {}, "algorithm = 'ppo', not 'grpo'"),
    (("ppo", "random_walk"), {}, "world = 'number_line', not 'random_walk'"),
    (("ppo", "number_line"), {"settings": {"clip": 0.3}}, "clip = 0.2, not 0.3"),
    (("ppo", "number_line"), {"discount": 0.5}, "discount = None, not 0.5"),
    (("ppo", "number_line"), {"seeds": 1}, "has 2"),
]


@pytest.mark.parametrize(("what", "how", "words"), OTHERS)
def test_a_run_of_another_configuration_is_not_gone_on_with(what, how, words, tmp_path):
    run("ppo", "number_line", tmp_path, seeds=2, updates=2)
    before = files(tmp_path)
    with pytest.raises(TrainError, match=words):
        run(*what, tmp_path, resume=True, **how)
    assert files(tmp_path) == before


@pytest.mark.parametrize("algorithm", ["ppo", "q-learning"])
@pytest.mark.parametrize("name", ["run.json", "checkpoints/seed-1.npz", "checkpoints/seed-1.csv"])
@pytest.mark.parametrize("left", [0, 0.5, 0.97])
def test_a_run_with_a_file_cut_short_is_not_gone_on_with(algorithm, name, left, tmp_path):
    run(algorithm, "walled_grid", tmp_path, seeds=2, updates=4)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[: int(left * path.stat().st_size)])
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(TrainError, match=Path(name).name):
        run(algorithm, "walled_grid", tmp_path, updates=6, resume=True)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("algorithm", ["ppo", "q-learning", "bandit"])
def test_a_checkpoint_of_another_seed_is_refused(algorithm, tmp_path):
    run(algorithm, world_of(algorithm), tmp_path, seeds=2, updates=2)
    place = tmp_path / "checkpoints"
    (place / "seed-1.npz").write_bytes((place / "seed-0.npz").read_bytes())
    with pytest.raises(TrainError, match="seed = 0"):
        run(algorithm, world_of(algorithm), tmp_path, updates=3, resume=True)


def test_the_line_of_progress_fits_the_terminal_and_tells_the_return(monkeypatch):
    curves = [{"mean_return": np.array([0.1, 0.5]), "objective": np.array([0.2, np.nan])} for _ in range(2)]
    monkeypatch.setenv("COLUMNS", "200")
    words = line(3, 12, curves, 4.2)
    assert "3/12" in words
    assert "return 0.5 ± 0" in words
    assert " J " not in words
    assert "4 s left" in words
    assert words.count("#") == 6
    monkeypatch.setenv("COLUMNS", "20")
    assert len(line(3, 12, curves, 4.2)) == 19


def derive(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "derive.cli", "train", *arguments],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_the_command_line(tmp_path):
    done = derive("ppo", "--world", "number-line", "--seeds", "2", "--updates", "3", "-o", str(tmp_path / "out"),
                  "--output-format", "json")  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["world"], told["seeds"], told["updates"]) == ("number_line", 2, 3)
    assert all(Path(file).exists() for file in told["files"])
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"run.json", "checkpoints", "curve.csv", "curve.json", "learning.svg", "learning.pdf", "policy.gif"}
    again = derive("ppo", "--world", "number-line", "-o", str(tmp_path / "out"))
    assert (again.returncode, again.stdout) == (2, "")
    assert len(again.stderr.splitlines()) == 1
    assert "already" in again.stderr


def test_ctrl_c_on_the_command_line_saves_and_resume_goes_on(tmp_path):
    out = tmp_path / "out"
    line = [
        sys.executable,
        "-m",
        "derive.cli",
        "train",
        "ppo",
        "--world",
        "number-line",
        "--seeds",
        "2",
        "-o",
        str(out),
    ]
    with subprocess.Popen(
        [*line, "--updates", "1000000", "--output-format", "json"], stdout=subprocess.PIPE
    ) as process:
        while not (out / "run.json").exists() and process.poll() is None:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        told = json.loads(process.communicate(timeout=60)[0])
    assert (process.returncode, told["interrupted"]) == (2, True)
    reached = told["updates"]
    assert 0 < reached < 1_000_000
    done = subprocess.run([*line, "--updates", str(reached + 3), "--resume"], check=False, stdout=subprocess.PIPE)
    assert done.returncode == 0
    whole = advance(plan("ppo", "number_line"), 1, None, reached + 3)
    assert held(out / "checkpoints" / "seed-1.npz") == told_of(whole.state)


def test_the_command_line_says_a_fault_in_one_line(tmp_path):
    wrong = derive("ppo", "--world", "waled-grid", "-o", str(tmp_path / "out"))
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert len(wrong.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_neither_joblib_nor_matplotlib_is_imported_before_it_is_used():
    late = {"joblib", "matplotlib", "PIL", "gymnasium", "dask"}
    code = f"import sys, numeric.runs; sys.exit(len({late} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
