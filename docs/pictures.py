"""The pictures of the README and of the site: `python docs/pictures.py` makes them anew, in docs/pictures.

The figures are drawn from exact values, the two terminals show what the commands print, and the sheet is a page of
`derive sheet`, which takes TeX and poppler. Each SVG says in its <desc> what it shows: that is what the tests compare.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
SHEET = "score_function_identity"
TEST = """from estimator import reward_to_go_without_discount
from numeric.testing import unbiased


@unbiased("numpy")
def test_my_gradient(b, theta):
    return reward_to_go_without_discount(b, theta)
"""

COLUMNS, SIZE, HEIGHT = 100, 13, 18
WIDTH = int(COLUMNS * SIZE * 0.602) + 32
MARGIN = 60  # points: a gap above a page's number is larger
BACK, PLAIN, FAINT, BAD, GOOD = "#10213f", "#e6e9f0", "#9fb0cc", "#ffab91", "#a5e6b0"


def refutation() -> tuple[str, list[str]]:
    """What `derive check` says of the last equation of examples/chapter.md."""
    printed = _derive("check", "examples/chapter.md")
    lines = printed.splitlines()
    start = max(i for i, line in enumerate(lines) if " refuted: " in line)
    shown = [line for line in lines[start:] if not re.fullmatch(r"  \| +\^+", line) and "read as" not in line]
    return "A refuted equation", ["$ derive check examples/chapter.md", "…", *shown]


def failing_test() -> tuple[str, list[str]]:
    """What pytest says of an estimator that leaves out the discount."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "examples" / "estimator.py", folder)
        Path(folder, "test_gradient.py").write_text(TEST, encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_gradient.py"],
            cwd=folder, env=os.environ | {"COLUMNS": "80"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    lines = ran.stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if " is BIASED for " in line)
    end = next(i for i, line in enumerate(lines) if "short test summary" in line)
    source = [line for line in TEST.splitlines()[4:] if line]
    return "A failing test", ["$ tail -3 test_gradient.py", *source, "$ pytest -q", "…", *lines[start:end], "1 failed"]


def sheet() -> tuple[str, str]:
    """The title of the derivation whose sheet is shown, and what stands on it, in words."""
    with tempfile.TemporaryDirectory() as folder:
        _derive("sheet", SHEET, "--to", "json", "-o", folder)
        shown = json.loads(Path(folder, f"{SHEET}.json").read_text(encoding="utf-8"))
    lines = [f"{line['text']} by {line['reason']}" for block in shown["blocks"] for line in block["lines"]]
    rows = [f"{row['exact']} at {row['label']}" for row in shown["example"]["rows"]]
    false, found = shown["falsehood"], shown["falsehood"]["counterexample"]
    words = (
        f"A printed sheet: {shown['statement']['text']}, if {', '.join(h['text'] for h in shown['hypotheses'])}. "
        f"Lines: {'; '.join(lines)}. In the world {shown['example']['world']}: {', '.join(rows)}. Not true: "
        f"{false['text']}, with {found['sizes']} the sides are {found['lhs']} and {found['rhs']}. "
        f"Source: {shown['source']}. Fingerprint {shown['fingerprint']}."
    )
    return str(shown["title"]), words


def terminal(title: str, lines: list[str]) -> str:
    """A terminal as SVG: text, so that it is sharp at any size; what is wrong is marked by colour and by its words."""
    shown = [part for line in lines for part in _wrapped(line)]
    height = HEIGHT * len(shown) + 30
    rows = "\n".join(
        f'<text x="16" y="{30 + HEIGHT * i}" xml:space="preserve" {_look(line)}>{escape(line)}</text>'
        for i, line in enumerate(shown)
    )
    words = escape("\n".join(lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}">\n<title>{escape(title)}</title>\n<desc xml:space="preserve">{words}</desc>\n'
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="{BACK}"/>\n'
        f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{SIZE}" style="white-space:pre">\n'
        f"{rows}\n</g>\n</svg>\n"
    )


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return wrap(line, COLUMNS, subsequent_indent=indent, break_long_words=False, replace_whitespace=False) or [""]


def _look(line: str) -> str:
    if line.startswith("$"):
        return f'fill="{PLAIN}" font-weight="bold"'
    if "refuted" in line or "BIASED" in line or "failed" in line:
        return f'fill="{BAD}"'
    good = ("repair", "nearest correct", "true if", "equal if")
    return f'fill="{GOOD if any(word in line for word in good) else FAINT if line.strip() == "…" else PLAIN}"'


def _derive(*words: str) -> str:
    from derive.cli import main

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.chdir(ROOT):
        main(list(words))
    return printed.getvalue()


def described(svg: str) -> str:
    """What an SVG says that it shows."""
    found = re.search(r"<desc[^>]*>(.*?)</desc>", svg, re.S)
    return unescape(found[1]) if found else ""


def pictures() -> Iterator[tuple[str, str]]:
    """Every picture that takes nothing but Python, by name."""
    from numeric.figures import FIGURES

    for name, draw in FIGURES.items():
        yield name, draw().files()[".svg"].decode()
    yield "refutation", terminal(*refutation())
    yield "failing_test", terminal(*failing_test())


def draw_sheet() -> str:
    """The page as SVG, its letters as outlines."""
    with tempfile.TemporaryDirectory() as folder:
        _derive("sheet", SHEET, "--to", "pdf", "-o", folder)
        page, drawn = f"{folder}/{SHEET}.pdf", f"{folder}/page.svg"
        subprocess.run(["pdftocairo", "-svg", "-f", "1", "-l", "1", page, drawn], check=True)
        svg = re.sub(r"<svg [^>]*>", f"<svg {_cropped(page)}>", Path(drawn).read_text(encoding="utf-8"), count=1)
    head, tag, rest = svg.partition("<svg ")
    opening, _, body = rest.partition(">")
    title, said = sheet()
    words = f"<title>{escape(title)}</title><desc>{escape(said)}</desc>"
    return (
        f'{head}{tag}role="img" {opening}>\n{words}\n<rect width="100%" height="100%" x="0" y="0" fill="white"/>{body}'
    )


def _cropped(page: str) -> str:
    """The attributes of an SVG that shows what is printed on a page, without its number and the blank above that."""
    import numpy as np
    from PIL import Image

    drawn = subprocess.run(
        ["pdftoppm", "-r", "72", "-f", "1", "-l", "1", "-gray", page], check=True, capture_output=True
    )
    ink = np.asarray(Image.open(io.BytesIO(drawn.stdout))) < 200
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    last = rows[np.append(np.diff(rows), MARGIN) >= MARGIN][0]
    left, top = columns[0] - MARGIN // 2, rows[0] - MARGIN // 2
    width, height = columns[-1] + MARGIN // 2 - left, last + MARGIN // 2 - top
    size = f'width="{width}" height="{height}" viewBox="{left} {top} {width} {height}"'
    return f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size}'


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures():
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
        print(name)
    if shutil.which("pdftocairo") and shutil.which("latexmk"):
        (FOLDER / "sheet.svg").write_text(draw_sheet(), encoding="utf-8")
        print("sheet")
    else:
        print("sheet left as it is: it takes latexmk and pdftocairo", file=sys.stderr)


if __name__ == "__main__":
    main()
