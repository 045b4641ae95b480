"""Coverage-guided fuzzing of the reader: python tests/deep/fuzz_reader.py FOLDER [-max_total_time=600 …]

Needs atheris (pip install atheris, on Linux), so pytest does not collect it. Texts grow in FOLDER/corpus, begun with
the chapters of the tests. Every fault, a verdict `internal` among them, is kept once in FOLDER/faults, named by
the line that raised it, with the text that shows it; the run goes on. Reading only: no witness is asked.
"""

from __future__ import annotations

import re
import sys
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["derive.book", "derive.annotated"]):
    from derive.annotated.page import annotated
    from derive.book import check, exchange, report, steps
    from derive.book.check import Checked, check_document
    from derive.book.document import parse
    from derive.book.judge import Judgement, Judges
    from derive.book.rows import outcome
    from derive.book.source import cells, decode
    from derive.errors import DeriveError

CHAPTERS = Path(__file__).parents[1] / "derive" / "book" / "chapters"
SUFFIXES = (".md", ".tex", ".rst", ".txt", ".ipynb")
WORDS = re.split(
    r"\s+",
    r"""$$ \[ \] \( \) \begin{align} \end{align} \begin{cases} \end{cases} \\ & = := \approx \propto \leq \sum_a
    \sum_{t=0}^{T-1} \prod \int \mathbb{E} _{\tau\sim\pi_\theta} \left[ \right] \nabla_\theta \log \pi_\theta(a|s)
    \frac{1}{2} \gamma^t r_t G_t J(\theta) V^\pi(s) Q A \text{if} \underbrace{ }_{ \hat \bar \max_a \arg\max ^ _ { } |
    \mid ( ) , \dots \sim \in 0 1 k=t where for :: .. math:: ```math <!--derive: --> {#eq-a} \newcommand{\a}{ \quad
    \infty \mathcal{D} \Vert \delta_t θ Σ ∇ ≈""",
)


class Undecided:
    verdict, reason, sizes, error_bound, counterexample = "unknown", "not tried", (), "", None


READING_ONLY = Judges(lambda e, h: None, lambda e, h: Undecided, lambda *a: False, lambda *a: False, lambda t: None)
seen: set[str] = set()
text = b""
folder = Path()


def keep(fault: BaseException) -> None:
    """One file a place: what was raised, where, and the text."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [f for f in frames if "/derive/" in f.filename] or frames
    file, last = Path(ours[-1].filename).stem, ours[-1]
    name = re.sub(r"\W+", "-", f"{type(fault).__name__}-{file}-{last.name}-{last.lineno}")
    if name not in seen:
        seen.add(name)
        words = "".join(traceback.format_exception(fault))[-3000:]
        (folder / "faults" / f"{name}.txt").write_text(f"{words}\n{'-' * 40}\n{text.decode('utf-8', 'replace')}")
        (folder / "faults" / f"{name}.bin").write_bytes(text)
        print(f"fault: {name}", file=sys.stderr)


def internal(fault: Exception) -> Judgement:
    keep(fault)
    return Judgement("unknown", "internal", "kept")


def one(data: bytes) -> None:
    """A text from bytes, the first of which chooses the format; read, reported, annotated."""
    global text
    text = data
    if not data:
        return
    try:
        _judged(f"text{SUFFIXES[data[0] % len(SUFFIXES)]}", data[1:])
    except Exception as fault:
        keep(fault)


def _judged(name: str, data: bytes) -> None:
    try:
        source = decode(name, data)
        document = parse(*cells(source)) if name.endswith(".ipynb") else parse(source)
        found = outcome(Checked(name, document, tuple(check_document(document, READING_ONLY))))
    except DeriveError:
        return
    for row in found.rows:
        assert (row["line"], row["column"]) <= (row["end_line"], row["end_column"])
    report.as_text([found])
    exchange.sarif([found], "0")
    exchange.github([found])
    assert "<script" not in annotated(found, document)


def main() -> None:
    global folder
    folder = Path(sys.argv[1])
    for name in ("corpus", "faults"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for n, path in enumerate(sorted(CHAPTERS.iterdir())):
        start = SUFFIXES.index(path.suffix)
        for m, part in enumerate(re.split(r"\n\n(?=[A-Z#])", path.read_text(encoding="utf-8"))):
            (folder / "corpus" / f"chapter-{n}-{m}").write_bytes(bytes([start]) + part.encode())
    quoted = ["".join(f"\\x{byte:02x}" for byte in word.encode()) for word in WORDS]
    (folder / "words.dict").write_text("".join(f'"{word}"\n' for word in quoted))
    steps.internal = check.internal = internal  # type: ignore[assignment,attr-defined]
    options = [f"-dict={folder / 'words.dict'}", "-timeout=30", "-rss_limit_mb=4000", "-max_len=4000", *sys.argv[2:]]
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
