"""A Gymnasium table becomes the MDP that it describes, and what is no finite world is refused."""

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from numeric.control import optimal_objective
from numeric.enumeration import enumerate_trajectories
from numeric.environments import environment_mdp, make_environment, table_mdp
from numeric.errors import MDPError, WorldError
from numeric.exact import objective

from .rounding import EPS


@dataclass
class Table:
    """What of a Gymnasium environment is read."""

    P: object
    observation_space: object = field(default_factory=lambda: SimpleNamespace(n=3))
    action_space: object = field(default_factory=lambda: SimpleNamespace(n=2))
    initial_state_distrib: object = (1.0, 0.0, 0.0)

    @property
    def unwrapped(self):
        return self


SIMPLE = {
    0: {0: [(0.5, 1, 1.0, False), (0.5, 0, 0.0, False)], 1: [(1.0, 2, 5.0, True)]},
    1: {0: [(0.25, 2, 2.0, True), (0.25, 2, 2.0, True), (0.5, 0, 0.0, False)], 1: [(1.0, 1, 0.0, False)]},
    2: {0: [(1.0, 2, 0.0, True)], 1: [(1.0, 0, 7.0, False)]},
}
# State 1 is reached from 0 with two rewards, state 2 both with and without an end.
TANGLED = {
    0: {0: [(0.5, 1, 1.0, False), (0.25, 1, -3.0, False), (0.25, 2, 0.0, False)], 1: [(1.0, 2, 5.0, True)]},
    1: {0: [(1.0, 2, 2.0, False)], 1: [(0.5, 1, 0.0, True), (0.5, 0, 0.0, False)]},
    2: {0: [(0.75, 0, -1.0, False), (0.25, 0, 1.0, True)], 1: [(1.0, 2, 0.0, False)]},
}


def laws_of_table(table, steps):
    """P(s_0, a_0, r_0, s_1, …, end) of the table itself, for the uniform policy, in fractions."""
    law = {((0,), False): Fraction(1)}
    for _ in range(steps):
        longer = Counter()
        for (path, over), p in law.items():
            if over:
                longer[path, over] += p
                continue
            for a in (0, 1):
                for q, z, r, end in table[path[-1]][a]:
                    longer[(*path, a, r, z), end] += p * Fraction(q) / 2
        law = longer
    return {path: p for (path, _), p in law.items()}


def laws_of_mdp(mdp, own):
    """The same of the MDP, a copy of a state shown as its original."""
    batch, weights = enumerate_trajectories(mdp, np.full((mdp.n_states, 2), 0.5))
    law = Counter()
    for n, weight in enumerate(weights):
        path = (int(batch.obs[n, 0]),)
        for t in np.flatnonzero(batch.mask[n]):
            path += (int(batch.actions[n, t]), float(batch.rewards[n, t]), own[int(batch.next_obs[n, t])])
        law[path] += Fraction(float(weight))
    return dict(law)


@pytest.mark.parametrize(("table", "copies"), [(SIMPLE, []), (TANGLED, [1, 2, 1, 0])], ids=["simple", "tangled"])
def test_trajectories_have_the_law_of_the_table(table, copies):
    mdp = table_mdp(Table(table), discount=0.5, horizon=3)
    assert mdp.n_states == 3 + len(copies)
    assert laws_of_mdp(mdp, [0, 1, 2, *copies]) == laws_of_table(table, 3)


def test_a_state_that_always_ends_is_terminal_itself():
    mdp = table_mdp(Table(SIMPLE))
    assert mdp.terminal.tolist() == [False, False, True]
    assert (mdp.discount, mdp.horizon) == (1.0, None)
    assert mdp.transition[1, 0].tolist() == [0.5, 0, 0.5]


def test_a_start_that_would_be_over_goes_on():
    """An episode that begins in a state which ends it when entered: only the entry ends it."""
    mdp = table_mdp(Table(SIMPLE, initial_state_distrib=(0.5, 0.0, 0.5)), discount=0.5)
    assert mdp.terminal.tolist() == [False, False, False, True]
    assert mdp.transition[2].argmax(axis=1).tolist() == [3, 0]


BAD_TABLES = {
    "continuous": (
        {"action_space": "Box(-2.0, 2.0, (1,), float32)"},
        r"the actions are Box\(-2.0, 2.0, \(1,\), float32\); only discrete",
    ),
    "vector": ({"action_space": SimpleNamespace(n=np.array([2, 2]))}, "only discrete actions"),
    "from one": ({"action_space": SimpleNamespace(n=2, start=1)}, "numbered from 0"),
    "continuous states": ({"observation_space": "Box(4,)"}, "the observations are Box"),
    "no table": ({"P": None}, "has no transition table P; learn in it without a model"),
    "no start": ({"initial_state_distrib": None}, "does not say how it starts; give initial="),
}


@pytest.mark.parametrize(("changes", "message"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_what_is_no_finite_world_is_refused(changes, message):
    with pytest.raises(WorldError, match=message):
        table_mdp(Table(**{"P": SIMPLE, **changes}))


def test_a_table_that_is_no_distribution_is_refused():
    with pytest.raises(MDPError, match=r"transition\[s=0, a=1\] sums to 0.75, not to 1"):
        table_mdp(Table({**SIMPLE, 0: {0: SIMPLE[0][0], 1: [(0.75, 2, 5.0, True)]}}))
    never = {s: {a: [(1.0, s, 0.0, False)] for a in (0, 1)} for s in range(3)}
    with pytest.raises(MDPError, match="discount is 1, the horizon infinite, and from s=0 no action ever leads"):
        table_mdp(Table(never))


def test_the_law_of_the_start_can_be_given():
    mdp = table_mdp(Table(SIMPLE, initial_state_distrib=None), initial=[0.25, 0.75, 0])
    assert mdp.initial.tolist() == [0.25, 0.75, 0]


def test_without_gymnasium_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(WorldError, match="'FrozenLake-v1' needs Gymnasium, which is not installed: pip install gymn"):
        environment_mdp("FrozenLake-v1")


def test_gymnasium_is_imported_only_when_it_is_used():
    code = "import sys, numeric.environments; sys.exit('gymnasium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def gymnasium():
    return pytest.importorskip("gymnasium")


@pytest.mark.usefixtures("gymnasium")
@pytest.mark.parametrize(
    ("name", "options", "best"),
    [
        ("FrozenLake-v1", {}, 14 / 17),
        ("FrozenLake-v1", {"is_slippery": False}, 1),
        ("FrozenLake-v1", {"map_name": "8x8"}, 1),
        ("CliffWalking-v1", {}, -13),
        ("Taxi-v4", {}, 7.93),
    ],
)
def test_the_optimum_of_a_toy_text_world_is_known(name, options, best):
    """Undiscounted: 14/17 on the slippery lake, and the mean 7.93 over the 300 starts of the taxi."""
    mdp = environment_mdp(name, **options)
    assert abs(optimal_objective(mdp) - best) <= 1e5 * EPS * max(abs(best), 1)  # S E[steps] roundings


@pytest.mark.usefixtures("gymnasium")
def test_the_slippery_cliff_pays_two_rewards_on_the_way_to_its_start():
    assert environment_mdp("CliffWalking-v1").n_states == 48
    assert environment_mdp("CliffWalking-v1", is_slippery=True).n_states == 49


def test_steps_taken_are_steps_of_the_table(gymnasium):
    """Every step that FrozenLake takes has a chance in the MDP, with its reward and its end."""
    mdp, environment = environment_mdp("FrozenLake-v1"), gymnasium.make("FrozenLake-v1")
    state, _ = environment.reset(seed=0)
    for n in range(500):
        action = n * 7 % 4
        following, reward, terminated, truncated, _ = environment.step(action)
        assert mdp.transition[state, action, following] > 0
        assert mdp.reward[state, action, following] == reward
        assert bool(mdp.terminal[following]) is terminated
        state = environment.reset()[0] if terminated or truncated else following
    environment.close()


def test_a_uniform_walk_over_the_lake_is_worth_what_its_chain_says(gymnasium):
    """J = P(goal before a hole) of the uniform walk, slippery or not, solved anew."""
    pictures = gymnasium.envs.toy_text.frozen_lake.MAPS["4x4"]
    cells = [(i, j) for i in range(4) for j in range(4)]
    system, goal = np.eye(16), np.zeros(16)
    for s, (i, j) in enumerate(cells):
        for down, right in ((0, -1), (1, 0), (0, 1), (-1, 0)) if pictures[i][j] in "SF" else ():
            z = 4 * min(max(i + down, 0), 3) + min(max(j + right, 0), 3)
            system[s, z] -= 1 / 4
            goal[s] += (z == 15) / 4
    for slippery in (True, False):
        mdp = environment_mdp("FrozenLake-v1", is_slippery=slippery)
        assert abs(objective(mdp, np.full((16, 4), 0.25)) - np.linalg.solve(system, goal)[0]) <= 1e4 * EPS


@pytest.mark.usefixtures("gymnasium")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Pendulum-v1", r"the actions are Box\(-2.0, 2.0, \(1,\), float32\); only discrete actions"),
        ("Atlantis-v1", "Gymnasium makes no environment 'Atlantis-v1'"),
        ("CartPole-v1", "has no transition table P|the observations are Box"),
    ],
)
def test_an_environment_that_is_no_table_is_refused(name, message):
    with pytest.raises(WorldError, match=message):
        environment_mdp(name)


@pytest.mark.usefixtures("gymnasium")
def test_an_environment_with_discrete_actions_is_made_for_learning():
    environment = make_environment("CartPole-v1")
    assert environment.action_space.n == 2
    environment.close()
