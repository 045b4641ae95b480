"""An estimate against its number of samples, as shapes that every format draws: millimetres, y upwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil, floor, isfinite, log10

from sympy import Expr

from derive.errors import IllFormed
from derive.printing import text
from derive.sheet.refuted import need_words

WIDTH, HEIGHT = 78.0, 26.0  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 13.0, 1.5, 4.6, 7.4  # of what is written around its axes
SIGMAS = 2


@dataclass(frozen=True)
class Convergence:
    """Estimates from the first N of one sequence of samples, their exact means and standard deviations at each N."""

    label: str
    quantity: Expr
    exact: str
    sizes: tuple[int, ...]
    estimates: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]

    def __post_init__(self) -> None:
        need_words(self, "label", "exact")
        drawn = (self.estimates, self.means, self.deviations)
        if len(self.sizes) < 2 or {len(self.sizes)} != set(map(len, drawn)):
            raise IllFormed(f"{self.label}: two numbers of samples or more, with one value each, found {self.sizes}")
        if sorted(set(self.sizes)) != list(self.sizes) or self.sizes[0] < 1:
            raise IllFormed(f"{self.label}: numbers of samples must grow, found {self.sizes}")
        if not all(map(isfinite, (v for values in drawn for v in values))) or min(self.deviations) <= 0:
            raise IllFormed(f"{self.label}: a value is not finite, or a deviation is not positive")

    @cached_property
    def inside(self) -> int:
        """At how many of the sizes the estimate lies within its band."""
        rows = zip(self.estimates, self.means, self.deviations, strict=True)
        return sum(abs(x - m) <= SIGMAS * d for x, m, d in rows)


Point = tuple[float, float]


@dataclass(frozen=True)
class Words:
    """Words at a point; `anchor` is the side of them that is there: left, middle or right."""

    at: Point
    said: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Panel:
    """Lines, the band as (x, low, high), and words."""

    band: tuple[tuple[float, float, float], ...]
    curve: tuple[Point, ...]
    exact: tuple[Point, Point]
    axes: tuple[tuple[Point, Point], ...]
    words: tuple[Words, ...]


def panel(figure: Convergence) -> Panel:
    """The shapes of one figure."""
    rows = list(zip(figure.means, figure.deviations, strict=True))
    ends = [*figure.estimates, *(m + s * SIGMAS * d for m, d in rows for s in (-1, 1))]
    low, high = min(ends), max(ends)
    first, last = log10(figure.sizes[0]), log10(figure.sizes[-1])

    def x(n: float) -> float:
        return LEFT + (log10(n) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return BOTTOM + (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    right, floor_ = WIDTH - RIGHT, BOTTOM
    decades = [10**k for k in range(ceil(first - 1e-9), floor(last + 1e-9) + 1)]
    marks = ticks(low, high)
    axes = [((LEFT, floor_), (right, floor_)), ((LEFT, floor_), (LEFT, HEIGHT - TOP))]
    axes += [((x(n), floor_), (x(n), floor_ - 0.8)) for n in decades]
    axes += [((LEFT, y(v)), (LEFT - 0.8, y(v))) for v in marks]
    words = [Words((x(n), floor_ - 3.4), f"{n:,}", "right" if n == figure.sizes[-1] else "middle") for n in decades]
    words += [Words((LEFT - 1.4, y(v) - 0.8), _shown(v, marks), "right") for v in marks]
    words += [Words(((LEFT + right) / 2, 0.4), "samples"), Words((LEFT, HEIGHT - 3.0), _title(figure), "left")]
    return Panel(
        tuple((x(n), y(m - SIGMAS * d), y(m + SIGMAS * d)) for n, (m, d) in zip(figure.sizes, rows, strict=True)),
        tuple((x(n), y(v)) for n, v in zip(figure.sizes, figure.estimates, strict=True)),
        ((LEFT, y(figure.means[-1])), (right, y(figure.means[-1]))),
        tuple(axes),
        tuple(words),
    )


def _title(figure: Convergence) -> str:
    return f"{figure.label}; exact {figure.exact.removeprefix('≈ ')} ± {SIGMAS} standard deviations"


def ticks(low: float, high: float) -> list[float]:
    """Two to five round numbers within a range."""
    raw = (high - low) / 3
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.75)
    return [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _shown(value: float, marks: list[float]) -> str:
    step = min((abs(b - a) for a, b in pairwise(marks)), default=abs(value) or 1.0)
    return f"{value:.{max(0, -floor(log10(step) + 1e-9))}f}".replace("-", "−")


def spoken(figure: Convergence) -> str:
    """What the figure shows, for those who do not see it."""
    n, m = figure.sizes[0], figure.sizes[-1]
    first, last = figure.deviations[0], figure.deviations[-1]
    return (
        f"Monte Carlo estimate of {text(figure.quantity)} at {figure.label} against the number of samples, {n:,} to "
        f"{m:,} on a logarithmic scale. The exact value is {figure.exact.removeprefix('≈ ')}. The exact band of "
        f"{SIGMAS} standard deviations narrows from ±{SIGMAS * first:.2g} to ±{SIGMAS * last:.2g}. The estimate is "
        f"{figure.estimates[0]:.4g} after {n:,} samples and {figure.estimates[-1]:.5g} after {m:,}; it lies within the "
        f"band at {figure.inside} of the {len(figure.sizes)} sizes drawn."
    )
