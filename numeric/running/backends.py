"""Seeds side by side through joblib: the same call on this machine's cores, on Dask or on Ray, by naming a backend.

joblib, Dask and Ray are imported when they are used, never before.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from numeric.errors import TrainError
from numeric.running.learners import Stretch, advance
from numeric.running.plan import nearest

__all__ = ["Call", "side_by_side", "started", "stoppable"]

Call = tuple[Any, ...]  # the arguments of `advance`
Carry = Callable[[Sequence[Call]], list[Stretch | None]]

BUILT_IN = ("loky", "multiprocessing", "threading", "sequential")


@contextmanager
def side_by_side(jobs: int, backend: str | None, stopped: threading.Event) -> Iterator[Carry]:
    """A function that carries out calls of `advance`, `jobs` at a time, -1 for as many as there are cores.

    One at a time needs no joblib, and leaves out (None) what has not begun when `stopped` is set. Raises TrainError
    for an unknown backend, or one that is not installed.
    """
    if not isinstance(jobs, int) or jobs == 0 or jobs < -1:
        raise TrainError(f"jobs is {jobs!r}; give the number of seeds at a time, or -1 for one a core")
    if jobs == 1 and backend is None:
        yield lambda calls: [None if stopped.is_set() else advance(*call) for call in calls]
        return
    from joblib import Parallel, delayed, parallel_config

    with started(backend, jobs), parallel_config(backend=backend or "loky", n_jobs=jobs), Parallel() as pool:
        yield lambda calls: list(pool(delayed(_advance_elsewhere)(*call) for call in calls))


def _advance_elsewhere(*call: Any) -> Stretch:
    """`advance` in a process of joblib's, which leaves Ctrl-C to the one that writes the checkpoints."""
    in_child = multiprocessing.parent_process() is not None
    if in_child and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return advance(*call)


def started(backend: str | None, jobs: int) -> AbstractContextManager[Any]:
    """What the backend needs around it: a Dask client, Ray's registration, or nothing."""
    if backend is None or backend in BUILT_IN:
        return nullcontext()
    if backend == "dask":
        return _dask(jobs)
    if backend == "ray":
        return _ray()
    known = (*BUILT_IN, "dask", "ray")
    raise TrainError(f"no backend is named {backend!r}; {nearest(backend, known)}choose one of {', '.join(known)}")


@contextmanager
def _dask(jobs: int) -> Iterator[None]:
    """The client that there is, or one of the scheduler that DASK_SCHEDULER_ADDRESS names, or of a local cluster."""
    try:
        import dask
        from distributed import Client, default_client
    except ImportError as cause:
        raise TrainError(
            "the backend dask needs `distributed`, which is not installed: pip install derive[dask]"
        ) from cause
    try:
        default_client()
        yield
        return
    except ValueError:
        pass
    named = dask.config.get("scheduler-address", None)
    local = {} if named else {"n_workers": None if jobs == -1 else jobs, "threads_per_worker": 1}
    with _ignoring_interrupts():  # the processes begun here inherit that
        client = Client(**local, dashboard_address=None) if not named else Client()
    with client:
        yield


def _ray() -> AbstractContextManager[Any]:
    try:
        from ray.util.joblib import register_ray
    except ImportError as cause:
        raise TrainError("the backend ray needs Ray, which is not installed: pip install ray") from cause
    register_ray()
    return nullcontext()


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets, so that what was begun is finished and saved; the second Ctrl-C ends at once."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = signal.getsignal(signal.SIGINT)

    def stop(number: int, frame: Any) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
