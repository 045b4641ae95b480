"""The trained policy at work, as a GIF: an episode on a board, or the cart and its pole.

matplotlib is imported when a film is made; Pillow, which writes the GIF, comes with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numeric.environments import make_environment
from numeric.mdp import FiniteMDP
from numeric.networks import Network, forward
from numeric.plots import DARK, GREY, LIGHT, MIDDLE, draw_board, styled
from numeric.running.boards import Board, board
from numeric.running.learners import policy
from numeric.running.plan import Plan
from numeric.training.records import State

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["cart_pole", "episode", "film", "walk"]

Floats = NDArray[np.float64]
Film = tuple[bytes, str]

LONGEST = 60  # steps of a film on a board
HELD = 8  # frames for which the last picture stays
CART_STRIDE = 4  # steps of 20 ms a frame


def film(plan: Plan, state: State, seed: int = 0) -> Film | None:
    """The GIF of one episode of the state's policy and its text, None where there is nothing to draw."""
    if plan.world == "CartPole-v1":
        return cart_pole(plan, state, seed)
    plane = board(plan.world)
    if plane is None or not isinstance(plan.task, FiniteMDP):
        return None
    return walk(plan.task, policy(plan, state), plane, seed)


def episode(mdp: FiniteMDP, probabilities: Floats, seed: int) -> tuple[list[int], list[float]]:
    """s_0, s_1, … and r_0, r_1, … of one episode under π [S, A], cut off after LONGEST steps."""
    rng = np.random.default_rng(seed)
    states, rewards = [int(rng.choice(mdp.n_states, p=mdp.initial))], list[float]()
    while not mdp.terminal[states[-1]] and len(rewards) < min(mdp.horizon or LONGEST, LONGEST):
        action = rng.choice(mdp.n_actions, p=probabilities[states[-1]])
        following = int(rng.choice(mdp.n_states, p=mdp.transition[states[-1], action]))
        rewards.append(float(mdp.reward[states[-1], action, following]))
        states.append(following)
    return states, rewards


def walk(mdp: FiniteMDP, probabilities: Floats, plane: Board, seed: int = 0) -> Film:
    """A disc walks over the board along its trail, above the arrows of the policy; the return so far is told."""
    states, rewards = episode(mdp, probabilities, seed)
    # A copied state, as a Gymnasium table may need, stands where the disc last was seen.
    places: list[tuple[int, int]] = []
    for s in states:
        places.append(plane.place[s] if s < len(plane.place) else places[-1])
    totals = np.concatenate([[0.0], np.cumsum(rewards)])
    high, wide = len(plane.picture), len(plane.picture[0])

    def begin(axes: Axes) -> Callable[[int], None]:
        draw_board(axes, plane, probabilities, mdp.terminal)
        (trail,) = axes.plot([], [], color=LIGHT, linewidth=3, solid_capstyle="round", zorder=2)
        (disc,) = axes.plot([], [], "o", markersize=15, color=MIDDLE, markeredgecolor=DARK, zorder=5)

        def show(t: int) -> None:
            trail.set_data([j for _, j in places[: t + 1]], [i for i, _ in places[: t + 1]])
            disc.set_data([places[t][1]], [places[t][0]])
            axes.set_title(f"step {t}, rewards so far {totals[t]:.4g}", fontsize=9)

        return show

    size = (max(0.75 * wide, 3.0), 0.75 * high + 0.45)
    data = _gif(begin, range(len(states)), size, milliseconds=350)
    steps = f"{len(rewards)} step{'s' * (len(rewards) != 1)}"
    end = "reaches an end" if mdp.terminal[states[-1]] else "is cut off"
    return data, f"An episode of the policy learnt: it {end} after {steps}; the rewards sum to {totals[-1]:.4g}."


def cart_pole(plan: Plan, state: State, seed: int = 0) -> Film:
    """A cart on its track keeps a pole up, in real time: every fourth step of 20 ms, actions drawn from π_θ."""
    seen = _balance(plan, state, seed)

    def begin(axes: Axes) -> Callable[[int], None]:
        axes.set(xlim=(-2.6, 2.6), ylim=(-0.35, 1.35), aspect="equal")
        axes.set_axis_off()
        axes.plot([-2.4, 2.4], [0, 0], color=GREY, linewidth=1.2)
        axes.plot([-2.4, -2.4, np.nan, 2.4, 2.4], [-0.08, 0.08, np.nan, -0.08, 0.08], color=GREY, linewidth=1.2)
        (cart,) = axes.plot([], [], color=DARK, linewidth=14, solid_capstyle="butt", zorder=3)
        (pole,) = axes.plot([], [], color=LIGHT, linewidth=5, solid_capstyle="round", zorder=4)

        def show(t: int) -> None:
            x, angle = seen[t][0], seen[t][2]
            cart.set_data([x - 0.25, x + 0.25], [0, 0])
            pole.set_data([x, x + np.sin(angle)], [0.08, 0.08 + np.cos(angle)])
            axes.set_title(f"step {t} of at most 500", fontsize=9)

        return show

    last = len(seen) - 1
    data = _gif(begin, [*range(0, last, CART_STRIDE), last], (4.6, 1.9), milliseconds=20 * CART_STRIDE)
    return data, f"An episode of the policy learnt: the pole stays up for {last} of at most 500 steps."


def _balance(plan: Plan, state: State, seed: int) -> list[Floats]:
    """The observations of one episode."""
    environment, rng = make_environment(plan.world), np.random.default_rng(seed)
    network = Network(4, plan.settings.hidden, 2)
    observed, _ = environment.reset(seed=seed)
    seen, over = [np.asarray(observed, dtype=np.float64)], False
    while not over:
        logits = forward(network, state.parameters["actor"], seen[-1][None])[0][0]
        action = int(rng.random() < 1 / (1 + np.exp(logits[0] - logits[1])))
        observed, _, terminated, truncated, _ = environment.step(action)
        seen.append(np.asarray(observed, dtype=np.float64))
        over = bool(terminated or truncated)
    environment.close()
    return seen


def _gif(
    begin: Callable[[Axes], Callable[[int], None]],
    frames: Sequence[int],
    size: tuple[float, float],
    milliseconds: int,
) -> bytes:
    from matplotlib.animation import PillowWriter
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with styled(), tempfile.TemporaryDirectory() as folder:
        made = Figure(figsize=size)
        FigureCanvasAgg(made)
        made.subplots_adjust(0.01, 0.01, 0.99, 1 - 0.35 / size[1])  # once: the layout of a frame costs as much as it
        show: Any = begin(made.add_subplot())
        rate: Any = 1000 / milliseconds  # frames a second, which need not be whole
        writer, path = PillowWriter(fps=rate), Path(folder) / "film.gif"
        with writer.saving(made, str(path), dpi=100):
            for t in [*frames, *[frames[-1]] * HELD]:
                show(t)
                writer.grab_frame()
        return path.read_bytes()
