"""An estimator under watch: every fault becomes one EstimatorError that names the function, the value, the batch."""

from __future__ import annotations

import contextlib
import io
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from numeric.errors import EstimatorError
from numeric.judging.batch import ChangedBatch, Pool
from numeric.judging.calling import name_of

__all__ = ["Watch", "shown", "time_limit"]

OURS = "not writable"  # what PyTorch says of a batch that is read-only on purpose
HALF = ("float16", "bfloat16")


class Watch:
    """What was seen of f: the lines it printed, the fields it read, the dtypes below float64 it computed in."""

    def __init__(self, function: Callable[..., Any]):
        self.function, self.name = function, name_of(function)
        self.reads: set[str] = set()
        self.lower: set[str] = set()
        self._printed, self._first_line = 0, ""
        self.seconds, self.calls = 0.0, 0
        self.left_out: str | None = None
        self._warned: set[str] = set()

    @contextlib.contextmanager
    def calls_of(self, pool: Pool) -> Iterator[list[int]]:
        """Around calls of f on batches of `pool`; the yielded list holds the number of the batch that f is on."""
        at, out, start = [0], io.StringIO(), time.perf_counter()
        try:
            with warnings.catch_warnings(record=True) as heard, np.errstate(all="ignore"):
                warnings.simplefilter("once")
                with contextlib.redirect_stdout(out):
                    yield at
            self._warned.update(str(w.message).splitlines()[0] for w in heard if OURS not in str(w.message))
        except (EstimatorError, KeyboardInterrupt) as cause:
            if isinstance(cause, ChangedBatch):
                self.fault(f"changes its batch ({cause}); compute new arrays", pool, at[0], cause)
            raise
        except (Exception, SystemExit) as cause:
            self._raised(cause, pool, at[0])
        finally:
            self.reads |= pool.reads
            self.seconds += time.perf_counter() - start
            self._heard(out.getvalue())
        field = pool.written()
        if field is not None:
            self.fault(
                f"changes its batch (b.{field} is not what it was, written through shared memory); copy first",
                pool,
                0,
            )

    def fault(
        self, what: str, pool: Pool | None = None, number: int = 0, cause: BaseException | None = None
    ) -> NoReturn:
        """Raises EstimatorError: the function's name, what it did, and the batch it did it on."""
        raise EstimatorError(f"{self.name} {what}{shown(pool, number) if pool is not None else ''}") from cause

    def computes_in(self, dtype: str) -> None:
        """Takes note of a dtype; half precision is a fault."""
        if dtype in HALF:
            self.fault(f"computes in {dtype}: rounding there is as large as a real bias; compute in float32 or float64")
        if dtype == "float32":
            self.lower.add(dtype)

    @property
    def notes(self) -> list[str]:
        """What is no fault, but worth a line."""
        notes = [self.left_out] if self.left_out else []
        notes += [f"{self.name} warns: {text[:100]}" for text in sorted(self._warned)[:1]]
        if not self._printed:
            return notes
        lines = "1 line" if self._printed == 1 else f"{self._printed:,} lines"
        return [*notes, f"{self.name} prints ({lines}, the first: {self._first_line[:60]!r})"]

    def _heard(self, text: str) -> None:
        if text:
            lines = text.splitlines() or [""]
            self._first_line = self._first_line if self._printed else lines[0]
            self._printed += len(lines)

    def _raised(self, cause: BaseException, pool: Pool, number: int) -> NoReturn:
        first = (str(cause).strip() or "(no message)").splitlines()[0][:300]
        text = f"{type(cause).__name__}: {first}{_line(cause)}"
        if "read-only" in str(cause) or "WRITEABLE" in str(cause):
            self.fault(f"changes its batch or theta ({text}); copy before writing", pool, number, cause)
        self.fault(f"raises {text}", pool, number, cause)


def shown(pool: Pool, number: int) -> str:
    """The batch in a line, the steps alone."""
    arrays = {name: pool.rollouts.arrays[name][pool.rows[number]] for name in ("mask", "obs", "actions", "rewards")}
    rows = []
    for n, taken in enumerate(arrays["mask"]):
        steps = zip(*(arrays[name][n][taken] for name in ("obs", "actions", "rewards")), strict=True)
        rows.append(", ".join(f"(s={s}, a={a}, r={r:g})" for s, a, r in steps))
    return f" [batch: {'; '.join(rows)}]"


def _line(cause: BaseException) -> str:
    """Where in the estimator's own code the exception came from, as far as it is known."""
    trace, place = cause.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if (
            "numeric/judging" not in code.co_filename.replace("\\", "/")
            and "contextlib" not in code.co_filename
            and "site-packages" not in code.co_filename
        ):
            place = f", line {trace.tb_lineno} of {code.co_name}"
        trace = trace.tb_next
    return place


class _TimeIsUp(BaseException):
    """Raised inside f; not an Exception, so that f does not catch it by accident."""


@contextlib.contextmanager
def time_limit(seconds: float, name: str) -> Iterator[None]:
    """EstimatorError when the block takes longer; where signals are not to be had, the block is not interrupted."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: Any) -> None:
        raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    started = time.monotonic()
    try:
        yield
    except _TimeIsUp:
        raise EstimatorError(
            f"{name} did not end within {seconds:g} seconds; give it smaller batches, fewer MDPs, or a larger `timeout`"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(1e-3, left - (time.monotonic() - started)))
