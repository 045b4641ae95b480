"""Figures and films: what is drawn is what was computed, in print, in grey and in words."""

import io
import json
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from numeric import animation, plots
from numeric.control import deterministic_policy, optimal_action_values
from numeric.grids import MOVES
from numeric.mdp import FiniteMDP
from numeric.running import pictures
from numeric.running.boards import Board, board
from numeric.running.learners import advance
from numeric.running.plan import plan
from numeric.runs import run
from numeric.worlds import GRIDS, WORLDS, walled_grid, world

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved."""
    seen, files = [], plots.files
    monkeypatch.setattr(plots, "files", lambda made, *words: seen.append(made) or files(made, *words))
    return seen


def curve_of(axes, label):
    return next(line.get_ydata() for line in axes.lines if line.get_label() == label)


def greedy(mdp):
    q = optimal_action_values(mdp)
    return deterministic_policy(q.argmax(axis=1), q.shape[1])


def test_a_figure_is_vectors_with_words_for_those_who_cannot_see_it(tmp_path):
    run("reinforce", "walled_grid", tmp_path, seeds=2, updates=4)
    root = ElementTree.parse(tmp_path / "learning.svg").getroot()
    words = root.find(f"{SVG}desc").text
    assert root.get("role") == "img"
    assert root.get("aria-label") == words
    assert root.find(f"{SVG}title").text == "REINFORCE on the walled grid"
    assert "2 seeds, 4 updates" in words
    assert "Exact J(θ) of the same θ: from -0.1802" in words
    assert not root.findall(f".//{SVG}image")
    assert (tmp_path / "learning.pdf").read_bytes().startswith(b"%PDF")
    alt = json.loads((tmp_path / "curve.json").read_text())["alt"]
    assert alt["learning.svg"] == alt["learning.pdf"] == words
    assert "An episode of the policy learnt" in alt["policy.gif"]


def test_the_same_run_draws_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        run("ppo", "number_line", tmp_path / name, seeds=2, updates=4)
    for name in ("learning.svg", "learning.pdf", "policy.gif", "curve.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_lines_are_told_apart_in_grey_and_by_their_dashes():
    from matplotlib.colors import to_rgb

    greys = sorted(np.dot(np.array(to_rgb(look["color"])) ** 2.2, [0.2126, 0.7152, 0.0722]) for look in plots.LOOKS)
    light = [116 * y ** (1 / 3) - 16 for y in greys]  # L* of CIE 1976
    assert min(np.diff(light)) > 20
    assert light[-1] < 75  # and the lightest stands out from white paper
    assert len({str(look["linestyle"]) for look in plots.LOOKS}) == len(plots.LOOKS)


def test_the_curve_is_the_mean_over_seeds_over_the_exact_objective(drawn, tmp_path):
    run("reinforce", "walled_grid", tmp_path, seeds=3, updates=5)
    runs = json.loads((tmp_path / "curve.json").read_text())["runs"]
    axes = drawn[0].axes[0]
    for name, label in (("mean_return", "return of the batch"), ("objective", "exact J(θ) of the same θ")):
        np.testing.assert_allclose(curve_of(axes, label), np.mean([r[name] for r in runs], axis=0), rtol=1e-12)
    band = axes.collections[0].get_paths()[0].vertices
    returns = np.array([r["mean_return"] for r in runs])
    assert band[:, 1].max() == pytest.approx((returns.mean(axis=0) + returns.std(axis=0)).max(), rel=1e-12)
    shortest = 0.99**7 - 0.01 * sum(0.99**t for t in range(7))  # eight steps
    assert curve_of(axes, "best possible, 0.8641")[0] == pytest.approx(shortest, rel=1e-12)


def test_a_number_that_some_seeds_lack_is_the_mean_of_the_others():
    rows = np.array([[np.nan, 1.0, 2.0], [np.nan, np.nan, 4.0]])
    with plots.styled():
        made = plots.figure("", [(plots.curves("", "", [plots.Line("x", rows)]), 3.0)])
    np.testing.assert_array_equal(curve_of(made.axes[0], "x"), [np.nan, 1.0, 3.0])


def test_regret_is_drawn_beside_the_exact_one_and_its_bound(drawn, tmp_path):
    from numeric.bandits import UCB, bandit, exact_regret, ucb1_bound

    run("bandit", "bernoulli-bandit", tmp_path, seeds=2, updates=60, settings={"runs": 20})
    linear, logs = drawn[0].axes
    arms = bandit("bernoulli_bandit")
    assert {line.get_label() for line in linear.lines} == {"ε-greedy", "softmax", "UCB"}
    assert curve_of(logs, "bound of UCB1")[-1] == ucb1_bound(arms, 60)
    exact = logs.lines[5]  # three curves, and the dots of the third
    pulled = exact.get_xdata().astype(int)
    np.testing.assert_array_equal(exact.get_ydata(), exact_regret(arms, UCB(), 40).mean[pulled])


def test_a_logarithmic_axis_says_where_a_line_is_zero(drawn, tmp_path):
    run("value-iteration", "walled_grid", tmp_path)
    labels = [line.get_label() for axes in drawn[0].axes for line in axes.lines]
    assert any("0 from sweep 8 on" in label for label in labels)


def test_an_arrow_is_as_long_as_its_probability_and_points_where_the_action_leads():
    from matplotlib.figure import Figure

    plane = Board(("S.", "#G"), ((0, 0), (0, 1), (1, 1)), MOVES)
    policy = np.array([[0.0, 0.25, 0.0, 0.75], [0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    axes = Figure().add_subplot()
    plots.draw_board(axes, plane, policy, np.array([False, False, True]))
    tips = {}
    for path in axes.collections[0].get_paths():
        corners = path.vertices[:-1]
        tip, start = corners[3], (corners[0] + corners[6]) / 2
        tips[tuple(np.round(start, 9))] = [*tips.get(tuple(np.round(start, 9)), []), (tip - start) / 0.46]
    assert set(tips) == {(0.0, 0.0), (1.0, 0.0)}  # none from the goal
    np.testing.assert_allclose(tips[0.0, 0.0], [[0, 0.25], [0.75, 0]], atol=1e-12)
    np.testing.assert_allclose(tips[1.0, 0.0], [[0, 1]], atol=1e-12)


@pytest.mark.parametrize("name", [*GRIDS, "number_line", "random_walk"])
def test_the_board_of_a_world_is_where_its_states_are(name):
    """Each action leads where its arrow points, or stays where that is a wall or outside."""
    mdp, plane = WORLDS[name](), board(name)
    assert len(plane.place) == mdp.n_states
    assert plane.picture[plane.place[int(mdp.initial.argmax())][0]][plane.place[int(mdp.initial.argmax())][1]] == "S"
    for s in np.flatnonzero(~mdp.terminal):
        for a, move in enumerate(plane.moves):
            wanted = tuple(np.add(plane.place[s], move))
            wanted = wanted if wanted in plane.place else plane.place[s]
            assert plane.place[int(mdp.transition[s, a].argmax())] == wanted


@pytest.mark.parametrize("name", ["FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1"])
def test_the_board_of_an_environment_is_where_its_states_are(name):
    pytest.importorskip("gymnasium")
    mdp, plane = plan("value-iteration", name).mdp, board(name)
    for s in np.flatnonzero(~mdp.terminal[: len(plane.place)]):
        if plane.picture[plane.place[s][0]][plane.place[s][1]] == "H":
            continue
        for a, move in enumerate(plane.moves):
            wanted = tuple(np.add(plane.place[s], move))
            wanted = wanted if wanted in plane.place else plane.place[s]
            if plane.picture[wanted[0]][wanted[1]] == "H" and name.startswith("Cliff"):
                wanted = (3, 0)  # back to the start
            assert mdp.transition[s, a, plane.place.index(wanted)] >= 1 / 3 - 1e-12
            back = tuple(np.subtract(plane.place[s], move))
            if back in plane.place and wanted != (3, 0):  # ice is slippery to the sides, never backwards
                assert mdp.transition[s, a, plane.place.index(back)] == 0


def test_without_a_board_few_states_are_a_table_and_many_are_left_out(drawn, tmp_path):
    run("grpo", "random_mdp", tmp_path / "few", seeds=1, updates=2)
    assert [axes.get_title(loc="left") for axes in drawn[0].axes] == ["Return", "Policy learnt"]
    assert len(drawn[0].axes[1].texts) == 8  # 4 states, 2 actions
    assert not (tmp_path / "few" / "policy.gif").exists()


def test_before_an_episode_has_ended_the_figure_says_so(tmp_path):
    pytest.importorskip("gymnasium")
    chosen = plan("ppo", "CartPole-v1", {"hidden": 4, "steps": 2, "environments": 1, "minibatches": 1})
    stretch = advance(chosen, 0, None, 1)
    words = pictures.draw(chosen, [stretch.curve], [stretch.state], None, tmp_path, film=False)
    assert set(words) == {tmp_path / "learning.svg", tmp_path / "learning.pdf"}
    assert all("No episode has ended yet." in w for w in words.values())


def test_the_film_of_an_optimal_policy_walks_the_shortest_way():
    from PIL import Image, ImageSequence

    mdp = walled_grid()
    data, words = animation.walk(mdp, greedy(walled_grid(None)), board("walled_grid"))
    assert "it reaches an end after 8 steps; the rewards sum to 0.93." in words
    film = Image.open(io.BytesIO(data))
    waits = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
    assert waits == [350] * 8 + [350 * (1 + animation.HELD)]  # s_0 … s_8, the last one held
    assert film.info["loop"] == 0
    assert animation.walk(mdp, greedy(walled_grid(None)), board("walled_grid"))[0] == data


def test_an_episode_follows_the_model():
    mdp = world("random_walk")
    right = np.tile([0.0, 1.0], (7, 1))
    assert animation.episode(mdp, right, 0) == ([3, 4, 5, 6], [1.0, 1.0, 1.0])
    endless = FiniteMDP(np.ones(1), np.ones((1, 1, 1)), np.ones((1, 1, 1)), discount=0.5, horizon=None)
    assert len(animation.episode(endless, np.ones((1, 1)), 0)[1]) == animation.LONGEST


def test_the_film_of_cart_and_pole_runs_in_real_time():
    pytest.importorskip("gymnasium")
    from PIL import Image

    chosen = plan("reinforce", "CartPole-v1", {"hidden": 4, "episodes": 2})
    data, words = animation.film(chosen, advance(chosen, 0, None, 1).state)
    steps = int(words.split("for ")[1].split()[0])
    film = Image.open(io.BytesIO(data))
    assert film.info["duration"] == 20 * animation.CART_STRIDE
    assert 2 <= film.n_frames <= steps // animation.CART_STRIDE + 2


def test_matplotlib_is_imported_when_a_figure_is_made_and_left_as_it_was():
    code = "import sys, numeric.plots, numeric.animation; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    import matplotlib

    before = dict(matplotlib.rcParams)
    with plots.styled():
        plots.figure("", [(plots.table("", np.full((2, 2), 0.5)), 2.0)])
    assert dict(matplotlib.rcParams) == before
