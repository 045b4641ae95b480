"""An estimator under watch: every fault becomes one EstimatorError that names the value."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.exact import Estimator
from numeric.mdp import Trajectories

__all__ = ["Watched"]

Floats = NDArray[np.float64]


class Watched:
    """f with its calls checked. `epsilon` is the coarsest rounding unit among the dtypes that f returned."""

    def __init__(self, estimator: Estimator) -> None:
        self.estimator = estimator
        self.name = getattr(estimator, "__name__", type(estimator).__name__)
        self.epsilon = float(np.finfo(np.float64).eps)
        self._calls: dict[str, tuple[Trajectories, Floats, NDArray[Any]]] = {}  # the first and the largest

    def __call__(self, b: Trajectories, theta: Floats) -> NDArray[Any]:
        value = self._checked(b, theta)
        if value.dtype.kind == "f":
            self.epsilon = max(self.epsilon, float(np.finfo(value.dtype).eps))
        call = (b, theta, value)
        self._calls.setdefault("first", call)
        largest = self._calls.setdefault("largest", call)
        if np.abs(value).max() > np.abs(largest[2]).max():
            self._calls["largest"] = call
        return value

    def repeat(self) -> None:
        """Calls f again on two batches it has seen. Raises EstimatorError when it answers differently."""
        for b, theta, before in self._calls.values():
            now = self._checked(b, theta)
            if not np.array_equal(before, now):
                self._fault(
                    f"gives two answers for one batch, {before.tolist()} and later {now.tolist()}: it "
                    "remembers earlier calls or draws at random; compute from b and theta alone",
                    b,
                )

    def _checked(self, b: Trajectories, theta: Floats) -> NDArray[Any]:
        value = self._called(b, theta)
        if not isinstance(value, np.ndarray):
            kind = type(value).__name__
            self._fault(f"returns {value!r:.60} of type {kind}; return a NumPy array [S, A] = {theta.shape}", b)
        if value.shape != theta.shape:
            self._fault(f"returns shape {value.shape}; return one estimate [S, A] = {theta.shape} per batch", b)
        if value.dtype.kind not in "fiu":
            self._fault(f"returns dtype {value.dtype}; return an array of a real dtype such as float64", b)
        if not np.isfinite(value).all():
            index = tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0])
            self._fault(f"returns {value[index]} at [s={index[0]}, a={index[1]}]; return finite numbers", b)
        copy: NDArray[Any] = value.copy()  # f may fill the same array at its next call
        return copy

    def _called(self, b: Trajectories, theta: Floats) -> Any:
        try:
            with np.errstate(all="ignore"):  # what comes of a division by zero is reported as a value
                return self.estimator(b, theta)
        except (Exception, SystemExit) as cause:
            text = f"{type(cause).__name__}: {cause}{_line(cause)}"
            if isinstance(cause, FrozenInstanceError) or "read-only" in str(cause):
                self._fault(f"changes its batch or theta ({text}); copy before writing", b, cause)
            self._fault(f"raises {text}", b, cause)

    def _fault(self, what: str, b: Trajectories, cause: BaseException | None = None) -> NoReturn:
        raise EstimatorError(f"{self.name} {what}{_shown(b)}") from cause


def _shown(b: Trajectories) -> str:
    """The batch in a line, the steps alone."""
    rows = []
    for n, taken in enumerate(b.mask):
        steps = zip(b.obs[n][taken], b.actions[n][taken], b.rewards[n][taken], strict=True)
        rows.append(", ".join(f"(s={s}, a={a}, r={r:g})" for s, a, r in steps))
    return f" [batch: {'; '.join(rows)}]"


def _line(cause: BaseException) -> str:
    """Where in the estimator's own code the exception came from, as far as it is known."""
    trace = cause.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename != __file__ and "site-packages" not in code.co_filename:
            place = f", line {trace.tb_lineno} of {code.co_name}"
        trace = trace.tb_next
    return place
