"""A Monte Carlo estimate against the number of samples, with the band that the exact variance gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import EstimatorError
from numeric.plots.style import DARK, GREY, LOOKS, Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["monte_carlo"]

Floats = NDArray[np.float64]

FIRST, POINTS = 10, 160  # the first number of samples shown, and how many are
SAID = 4  # runs whose last mean is told in words


def monte_carlo(
    samples: ArrayLike, exact: float, variance: float, *, quantity: str, title: str = "", headed: bool = False
) -> Drawing:
    """x̄_n = (1/n) Σ_{i<=n} x_i against n, over μ ± 2σ/√n: samples [N], or [R, N] for R runs.

    `exact` is μ = E[x] and `variance` σ² = Var[x], both known, not estimated. At every n a run is inside the band with
    probability 3/4 at least (Chebyshev), and in the limit with 95.4 %. `quantity` names what is estimated.
    Raises EstimatorError for fewer than 10 samples, values that are not finite, or σ² < 0.
    """
    drawn = np.atleast_2d(np.asarray(samples, dtype=np.float64))
    runs, length = _checked(drawn, exact, variance)
    at = np.unique(np.geomspace(FIRST, length, POINTS).round().astype(int))
    means = (np.cumsum(drawn, axis=1) / np.arange(1, length + 1))[:, at - 1]
    half = 2 * np.sqrt(variance / at)

    def panel(axes: Axes) -> None:
        axes.fill_between(at, exact - half, exact + half, color=GREY, alpha=0.25, linewidth=0, label="exact ± 2σ/√n")
        axes.axhline(exact, color=DARK, linewidth=1.0, label=f"exact, {exact:.6g}")
        for i, mean in enumerate(means):
            shown = ("mean of n samples" if runs == 1 else f"mean of n samples, {runs} runs") if i == 0 else None
            axes.plot(at, mean, label=shown, zorder=3, **LOOKS[i % len(LOOKS)])
        axes.set(xscale="log", xlim=(at[0], at[-1]), xlabel="samples n", ylabel=quantity)
        axes.legend(loc="best")

    values = {"n": at.astype(np.float64), "mean": means, "low": exact - half, "high": exact + half}
    title = title or f"Monte Carlo estimate of {quantity}"
    words = _words(title, exact, variance, at, means, half)
    return Drawing(title, [(panel, 4.6)], words, values, height=2.3 + 0.35 * headed, headed=headed)


def _checked(drawn: Floats, exact: float, variance: float) -> tuple[int, int]:
    if drawn.ndim != 2 or drawn.shape[1] < FIRST or not np.isfinite(drawn).all():
        raise EstimatorError(
            f"the samples have shape {drawn.shape}; give {FIRST} finite numbers at least, as [N] or [R, N]"
        )
    if not np.isfinite(exact) or not 0 <= variance < np.inf:
        raise EstimatorError(f"the exact value is {exact!r} and its variance {variance!r}; give μ, and σ² >= 0")
    return drawn.shape[0], drawn.shape[1]


def _words(title: str, exact: float, variance: float, at: NDArray[np.int64], means: Floats, half: Floats) -> str:
    last, inside = means[:, -1], np.abs(means[:, -1] - exact) <= half[-1] + 1e-12
    told = ", ".join(f"{x:.4g}" for x in last[:SAID]) + (", …" if len(last) > SAID else "")
    ended = f"{inside.sum()} of {len(last)} end" if len(last) > 1 else ("it ends" if inside[0] else "it does not end")
    return (
        f"{title}, against the number of samples on a logarithmic axis from {at[0]} to {at[-1]:,}. "
        f"A horizontal line shows the exact value {exact:.6g}; a band around it, of two standard deviations "
        f"{2 * np.sqrt(variance):.4g}/√n, narrows from ±{half[0]:.3g} to ±{half[-1]:.3g}. "
        f"The mean of all samples is {told}: {ended} inside the band."
    )
