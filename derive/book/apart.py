"""A text judged in a process of its own: whatever it does to that process, the others go on.

The process has bounded memory, and bounded processor time from one question to a witness to the next, where the system
can enforce them; one that comes to its end is replaced, and the formula that it was at gets the verdict `unknown`.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from derive.book.outcome import Outcome, from_dict

MEMORY = 3 * 2**30  # bytes of address space, libraries included
SECONDS, TEXT_SECONDS = 10, 60  # of processor time: for a question, where Python cannot interrupt it; to find formulas
SILENCE = 600.0  # seconds without a word from the process, on a machine that cannot enforce processor time
DEATHS = 5  # formulas of one text that may end the process
Report = Callable[[int, int], None]
Line = dict[str, Any]


class Apart:
    """One process that judges texts; begun when it is needed."""

    def __init__(self, judges: Callable[[], Any], memory: int = MEMORY, seconds: int = SECONDS) -> None:
        self.start = pickle.dumps((memory, seconds, judges))
        self.process: subprocess.Popen[bytes] | None = None
        self.lines: queue.Queue[Line | None] = queue.Queue()

    def judge(self, text: Path, report: Report = lambda n, total: None) -> Outcome:
        """The verdicts on a text; a formula that ends the process is left out in the next."""
        lost: dict[int, str] = {}
        while True:
            at = -1
            for line in self._answers({"path": str(text), "lost": lost}):
                if "outcome" in line:
                    return from_dict(line["outcome"])
                at = line["formula"]
                report(at, line["of"])
            why = self._ended()
            if at < 0 or len(lost) >= DEATHS:
                return Outcome(str(text), 0, (), (), f"{text} cannot be judged: the process {why}")
            lost[at] = why

    def _answers(self, asked: Line) -> Iterator[Line]:
        """What the process says of a text, until it has the outcome or has come to its end."""
        process = self._begun()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            return
        while True:
            try:
                line = self.lines.get(timeout=SILENCE)
            except queue.Empty:
                process.kill()
                return
            if line is None:
                return
            yield line
            if "outcome" in line:
                return

    def _begun(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            path = os.pathsep.join(p or os.getcwd() for p in sys.path)
            environment = {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
            command = [sys.executable, "-m", "derive.book.apart"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
            self.process, self.lines = process, queue.Queue()
            threading.Thread(target=_listen, args=(process, self.lines), daemon=True).start()
            assert process.stdin is not None
            process.stdin.write(len(self.start).to_bytes(8, "big") + self.start)
        return self.process

    def _ended(self) -> str:
        """How the process came to its end."""
        assert self.process is not None
        code = self.process.wait()
        self.close()
        return _why(code)

    def close(self) -> None:
        """Ends the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                assert stream is not None
                with contextlib.suppress(OSError):
                    stream.close()
            self.process = None


def _listen(process: subprocess.Popen[bytes], lines: queue.Queue[Line | None]) -> None:
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.put(json.loads(line))
    except ValueError:  # half a line, or the stream was closed
        pass
    lines.put(None)


def _why(code: int) -> str:
    import signal

    name = signal.Signals(-code).name if code < 0 else ""
    known = {
        "SIGXCPU": "took more processor time than it may",
        "SIGKILL": "was ended from outside, for its time or by the system for its memory",
        "SIGSEGV": "broke down, which deep nesting can do",
    }
    return known.get(name, f"came to its end with {name or f'code {code}'}")


def can_be_apart(judges: Callable[[], Any]) -> bool:
    """Whether what makes the judges can be handed to another process."""
    try:
        pickle.dumps(judges)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return getattr(judges, "__module__", "__main__") != "__main__"


# what runs in the process itself


def _serve() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks decides what Ctrl-C means
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    asked = sys.stdin.buffer
    size = int.from_bytes(asked.read(8), "big")
    memory, seconds, make = pickle.loads(asked.read(size))
    judges = _bounded(make(), seconds)
    _bound_memory(memory)
    for line in asked:
        question = json.loads(line)

        def say(data: Line) -> None:
            print(json.dumps(data), file=answers, flush=True)

        def report(n: int, formulas: int) -> None:
            say({"formula": n, "of": formulas})

        _allow(TEXT_SECONDS)
        one = judged(Path(question["path"]), question["lost"], judges, report, lambda: _allow(seconds))
        say({"outcome": one.to_dict()})


def judged(
    path: Path, lost: dict[str, str], judges: Any, report: Report, bound: Callable[[], None] = lambda: None
) -> Outcome:
    """The verdicts on a text, in this process; `bound` is called before every formula."""
    from derive.book.check import check_file
    from derive.book.judge import Judgement
    from derive.book.rows import outcome
    from derive.errors import DeriveError

    def begin(n: int, formulas: int) -> Judgement | None:
        report(n, formulas)
        bound()
        if str(n) not in lost:
            return None
        return Judgement("unknown", "D065", f"judging it ended the process, which {lost[str(n)]}")

    try:
        return outcome(check_file(path, judges, begin))
    except DeriveError as fault:
        return Outcome(str(path), 0, (), (), str(fault))
    except MemoryError:
        return Outcome(str(path), 0, (), (), f"{path} needs more memory than a text may use; split it")


def _bounded(judges: Any, seconds: int) -> Any:
    """The same witnesses; each question to them has processor time of its own."""

    def bounded(ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*arguments: Any) -> Any:
            _allow(seconds)
            return ask(*arguments)

        return asked

    return replace(
        judges, **{name: bounded(getattr(judges, name)) for name in ("prove", "decide", "confirm", "agree", "fails")}
    )


def _bound_memory(most: int) -> None:
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):  # macOS refuses
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _allow(seconds: int) -> None:
    """More processor time for this process, which the system ends where it takes still more."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


if __name__ == "__main__":
    _serve()
