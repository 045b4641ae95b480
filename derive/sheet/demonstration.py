"""Pages that replay what an algorithm did, step by step: one self-contained file each, its data computed elsewhere.

A page has a stage, the controls play, step, leap and again, a speed and choices of its own, and words for what is seen.
Nothing moves before somebody asks; where less motion is preferred, playing leaps from one result to the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from derive.sheet.html_style import page
from derive.sheet.html_words import words
from derive.sheet.write import placed

_TEXT = "Reinforcement Learning from Scratch: Teaching Machines to Learn from Consequences"


@dataclass(frozen=True)
class Demonstration:
    """A page: its file, title, what it is about, after which section, what a leap is called, and its parts."""

    name: str
    title: str
    about: str
    section: str
    leap: str
    parts: str


DEMONSTRATIONS = (
    Demonstration(
        "grid_q_learning", "Q-learning on a grid",
        "The agent knows nothing of the grid. After each step it moves Q(s, a) halfway to r + γ max Q(s', ·). A cell "
        "shows Q of its four moves: the stronger the colour, the larger; outlined is the move that the agent would "
        "take. A step costs 1/100, the goal pays 1.",
        "Q-Learning", "Next episode", "grid",
    ),
    Demonstration(
        "exploration_strategies", "Exploration strategies",
        "Five arms pay their mean plus noise. Three strategies pull them side by side, and none knows the means. The "
        "regret of a pull is how far the mean of its arm, written below it, lies under the best one.",
        "The Exploration-Exploitation Dilemma", "100 pulls", "arms",
    ),
    Demonstration(
        "pole_balancer", "A policy that balances a pole",
        "A network with 16 hidden units sees where the cart is and how the pole leans, and pushes left or right fifty "
        "times a second. REINFORCE weighs ∇ log π_θ(a_t|s_t) with the return G_t, the actor-critic with G_t minus a "
        "learnt V(s_t). An episode ends when the pole is down, or after 200 pushes.",
        "Baselines and Advantage", "Next episode", "pole",
    ),
)  # fmt: skip


def part(name: str) -> str:
    """A file of pages/: a stage, a style or a script."""
    return resources.files("derive.sheet").joinpath("pages", name).read_text(encoding="utf-8")


def demonstration(one: Demonstration, data: Mapping[str, Any]) -> str:
    """The page, driven by data that JSON can hold."""
    inlined = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    body = "\n".join(
        [
            f"<header><h1>{words(one.title)}</h1></header>",
            f"<p>{words(one.about)}</p>",
            _controls(one),
            part(f"{one.parts}.html"),
            '<p id="status" role="status"></p>',
            "<p class=\"key\">Keys: k plays and pauses, → steps, n leaps, r begins again.</p>",
            f'<footer><p>After “{escape(_TEXT)}”, section {escape(one.section)}. What is replayed was computed by '
            "<code>numeric</code> from a fixed seed; the page draws no chance of its own.</p></footer>",
            "<noscript><p>This page replays data, which needs its script.</p></noscript>",
            f'<script type="application/json" id="data">{inlined}</script>',
        ]
    )  # fmt: skip
    return page(one.title, body, part("player.css"), part("player.js") + part(f"{one.parts}.js"))


def _controls(one: Demonstration) -> str:
    buttons = (("play", "Play"), ("step", "Step"), ("leap", one.leap), ("again", "Start again"))
    shown = "".join(f'<button type="button" id="{i}">{escape(said)}</button>' for i, said in buttons)
    return (
        f'<div class="controls" role="group" aria-label="Controls">{shown}\n'
        '<label>Speed <input id="speed" type="range" min="0" max="100" value="40"></label>\n'
        '<span id="choices"></span></div>\n<p id="calm" class="key" hidden>Less motion is preferred here: playing '
        "leaps from one result to the next.</p>"
    )


def write_demonstrations(data: Callable[[str], Mapping[str, Any]], directory: str | Path) -> list[Path]:
    """One file each, of the data of each name."""
    return placed({f"{d.name}.html": demonstration(d, data(d.name)) for d in DEMONSTRATIONS}, directory)
