"""Bounded processor time for one step: what takes longer is unknown, with the code D063, and the next step goes on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 2.0


class TimeUp(BaseException):
    """The time of a step is over. No Exception, so that nothing on the way takes it for a fault of the step."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raises TimeUp inside when the time is over; without effect off the main thread and where there are no timers."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
