"""The worlds of the source texts: grids walk as the texts say, bandits have their moments, the best way is shortest."""

from collections import deque
from dataclasses import replace

import numpy as np
import pytest

from numeric.control import optimal_values
from numeric.enumeration import enumerate_trajectories
from numeric.errors import WorldError
from numeric.exact import moments, objective
from numeric.grids import MOVES, Grid, grid_mdp
from numeric.policies import softmax_probabilities
from numeric.returns import returns, rewards_to_go
from numeric.worlds import (
    GAUSSIAN_DEVIATION,
    GAUSSIAN_MEANS,
    GRIDS,
    WORLDS,
    bernoulli_bandit,
    gaussian_bandit,
    penalty_grid,
    random_mdp,
    random_walk,
    walled_grid,
    walled_grid_7,
    world,
)

from .rounding import EPS

WALLS = {(1, 1), (2, 1), (3, 1), (1, 3), (2, 3)}


def step_of_the_text(cell, action):
    """`Gridworld.step` of "Reinforcement Learning from Scratch: Teaching Machines to Learn from Consequences"."""
    dr, dc = {0: (-1, 0), 1: (1, 0), 2: (0, -1), 3: (0, 1)}[action]
    nr, nc = cell[0] + dr, cell[1] + dc
    if 0 <= nr < 5 and 0 <= nc < 5 and (nr, nc) not in WALLS:
        cell = (nr, nc)
    return cell, 1.0 if cell == (4, 4) else -0.01, cell == (4, 4)


def test_every_step_of_the_walled_grid_is_that_of_the_text():
    mdp, cells = walled_grid(), GRIDS["walled_grid"].cells
    assert set(cells) | WALLS == {(i, j) for i in range(5) for j in range(5)}
    assert cells[int(mdp.initial.argmax())] == (0, 0)
    assert mdp.terminal.tolist() == [cell == (4, 4) for cell in cells]
    for s, cell in enumerate(cells[:-1]):
        for action in range(4):
            following, reward, done = step_of_the_text(cell, action)
            z = cells.index(following)
            assert mdp.transition[s, action, z] == 1
            assert mdp.reward[s, action, z] == reward
            assert bool(mdp.terminal[z]) is done


def distances(grid):
    """Steps from every cell to the goal, breadth first."""
    far = {grid.cells[grid.find("G")]: 0}
    queue = deque(far)
    while queue:
        i, j = queue.popleft()
        for down, right in MOVES:
            cell = (i + down, j + right)
            if cell in grid.cells and cell not in far:
                far[cell] = far[i, j] + 1
                queue.append(cell)
    return np.array([far[cell] for cell in grid.cells])


@pytest.mark.parametrize(
    ("name", "build", "goal", "step"),
    [
        ("walled_grid", walled_grid, 1, -0.01),
        ("walled_grid_7", walled_grid_7, 1, -0.01),
        ("penalty_grid", penalty_grid, 1, -10),
    ],
)
def test_the_best_way_over_a_grid_is_the_shortest(name, build, goal, step):
    """V*(s) = step Σ_{k<d-1} γ^k + goal γ^{d-1}, d the distance of s; 0 at the goal."""
    far, mdp = distances(GRIDS[name]), build(None)
    value = [
        0 if d == 0 else step * sum(mdp.discount**k for k in range(d - 1)) + goal * mdp.discount ** (d - 1) for d in far
    ]
    assert np.abs(optimal_values(mdp) - value).max() <= 200 * EPS * max(abs(step), 1)
    assert far.max() < build().horizon
    assert np.abs(optimal_values(build())[0] - value).max() <= 200 * EPS * max(abs(step), 1)


def test_the_goal_of_a_grid_pays_once_even_where_nothing_ends():
    """Read as an MDP without terminal states, the goal keeps the agent and pays nothing more."""
    mdp = penalty_grid()
    endless = replace(mdp, terminal=np.zeros(25, bool))
    assert np.array_equal(optimal_values(endless), optimal_values(mdp))


def test_the_shortest_ways_have_eight_and_twelve_steps():
    assert [int(distances(GRIDS[name])[0]) for name in GRIDS] == [8, 12, 8]
    assert abs(world("penalty_grid").initial @ optimal_values(penalty_grid())[0] + 69) <= 100 * EPS


@pytest.mark.parametrize("right", [0.0, 0.3, 0.5, 1.0])
def test_the_random_walk_is_worth_seven_quarters_of_its_drift(right):
    """J = (2p - 1)(1 + 1/2 + 1/4); every reward is ±1, so that there is a past to leave out."""
    mdp = random_walk()
    policy = np.tile([1 - right, right], (7, 1))
    assert abs(objective(mdp, policy) - (2 * right - 1) * 7 / 4) <= 8 * EPS
    batch, weights = enumerate_trajectories(mdp, policy)
    assert np.abs(batch.rewards).min() == 1
    assert (batch.rewards == 2 * batch.actions - 1).all()
    assert abs(weights @ returns(batch.rewards, batch.gamma) - objective(mdp, policy)) <= 16 * EPS
    assert (rewards_to_go(batch.rewards, batch.gamma)[:, 1] != returns(batch.rewards, batch.gamma)).any()


def arm_estimate(b, theta):
    """r z of one pull: [K], z = 1{a = b} - π(b)."""
    score = np.eye(theta.shape[1])[b.actions[0, 0]] - softmax_probabilities(theta)[0]
    return b.rewards[0, 0] * score


@pytest.mark.parametrize(
    ("mdp", "means", "squares"),
    [
        (gaussian_bandit(), np.array(GAUSSIAN_MEANS), np.array(GAUSSIAN_MEANS) ** 2 + GAUSSIAN_DEVIATION**2),
        (bernoulli_bandit((0.2, 0.5, 0.8)), np.array([0.2, 0.5, 0.8]), np.array([0.2, 0.5, 0.8])),
    ],
    ids=["gaussian", "bernoulli"],
)
def test_estimates_on_bandits_have_the_moments_of_their_arms(mdp, means, squares):
    """E[r z] = Σ_a π μ_a z_a and Var[r z] = Σ_a π E[r²|a] z_a² - E[r z]², with the true E[r|a], E[r²|a]."""
    theta = np.tile(np.linspace(-1, 1, mdp.n_actions), (mdp.n_states, 1))
    policy = softmax_probabilities(theta)[0]
    score = np.eye(mdp.n_actions) - policy
    mean = (policy * means) @ score
    exact = moments(arm_estimate, mdp, theta)
    assert np.abs(exact.mean - mean).max() <= 64 * EPS
    assert np.abs(exact.variance - ((policy * squares) @ score**2 - mean**2)).max() <= 64 * EPS * squares.max()


def test_the_noise_of_the_gaussian_bandit_has_five_moments_of_a_normal_law():
    mdp = gaussian_bandit((0.0,), 1.0)
    law, noise = mdp.transition[0, 0], mdp.reward[0, 0]
    assert np.abs([law @ noise**k for k in range(6)] - np.array([1, 0, 1, 0, 3, 0])).max() <= 16 * EPS
    assert abs(law @ noise**6 - 9) <= 64 * EPS  # a normal law has 15


def test_a_random_mdp_is_a_function_of_its_seed():
    one, two, other = random_mdp(3), random_mdp(3), random_mdp(4)
    assert np.array_equal(one.transition, two.transition)
    assert np.array_equal(one.reward, two.reward)
    assert not np.array_equal(one.transition, other.transition)
    ends = random_mdp(0, states=5, actions=3, ends=2, discount=1.0, horizon=None)
    assert ends.transition.shape == (5, 3, 5)
    assert ends.terminal.tolist() == [False] * 3 + [True] * 2
    with pytest.raises(WorldError, match="states is 2, actions 2, ends 2; give one state that does not end"):
        random_mdp(0, states=2, ends=2)


@pytest.mark.parametrize(
    "picture", [(), ("SG", "."), ("S.", ".."), ("SS", "G."), ("GG", "S."), ("SX", "G."), ("..", "..")]
)
def test_a_picture_that_is_no_map_is_refused(picture):
    with pytest.raises(WorldError, match="the picture is"):
        Grid(picture)


def test_a_drawn_grid_is_read_row_by_row():
    grid = Grid(("S#", ".G"))
    mdp = grid_mdp(grid, goal_reward=2, step_reward=-1, horizon=3)
    assert grid.cells == ((0, 0), (1, 0), (1, 1))
    assert mdp.transition.argmax(axis=2).tolist() == [[0, 1, 0, 0], [0, 1, 1, 2], [2, 2, 2, 2]]
    assert objective(mdp, np.eye(4)[[1, 3, 0]]) == 1


def test_an_unknown_world_is_told_all_of_them():
    with pytest.raises(WorldError, match=", ".join(WORLDS)):
        world("atlantis")
    with pytest.raises(WorldError, match="did you mean walled_grid"):
        world("walled grid")
