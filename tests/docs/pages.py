"""The pages of the documentation as programs: what their blocks say is done, in order, in a folder of their own.

    ```console        commands behind `$`, run one after the other; below each what it prints
    ```python         run in the namespace of the page; behind `>>>` with what each line prints, as in a session
    ```… title=FILE   written to FILE, for the commands that follow
    <!-- run … -->    Python that readers do not see: it makes true what the page says in words

`…` stands for anything within a line, and alone on a line for any lines. `needs=torch` behind the language says which
library a block cannot do without. Other languages than these are written to a file, or refused.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<code>.*?)^(?P=fence)[ ]*$", re.M | re.S)
HIDDEN = re.compile(r"^<!-- run\n(?P<code>.*?)^-->$", re.M | re.S)
NUMBER = re.compile(r"(?<![\w.^_])\d+(?:,\d{3})*(?:\.\d+)?(?!\w|[.,]\d)")
SHELL = set("|<>;&*~")
WIDTH = "120"


class Mismatch(AssertionError):
    """A block that does something else than its page says."""


@dataclass(frozen=True)
class Block:
    """One block: its language, the words behind it, its text, and the line of the page where it stands."""

    language: str
    options: dict[str, str]
    code: str
    line: int


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page in order, the hidden ones among them as Python."""
    found = [*FENCE.finditer(page), *HIDDEN.finditer(page)]
    for match in sorted(found, key=lambda m: m.start()):
        language, *words = match.groupdict().get("info", "python").split() or [""]
        options = dict(word.partition("=")[::2] for word in words)
        yield Block(language, options, match["code"], page.count("\n", 0, match.start()) + 1)


@dataclass
class Session:
    """A folder, a namespace, and the exit code of the last command."""

    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "page"})
    code: int = 0

    def do(self, block: Block) -> None:
        """Raises Mismatch where the block does something else than it says."""
        if "title" in block.options:
            target = self.folder / block.options["title"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.code, encoding="utf-8")
        elif block.language == "console":
            for command, expected in commands(block):
                self.compare(block, command, expected, self.command(command))
        elif block.language == "python":
            self.python(block)
        else:
            raise Mismatch(f"line {block.line}: a block of {block.language or 'no language'} is neither run nor a file")

    def command(self, command: str) -> str:
        """What a command prints on both streams; `derive` is called here, which saves the start of a process."""
        if command == "echo $?":
            return str(self.code)
        words = shlex.split(command)
        if words[0] == "derive" and not SHELL & set(command):
            self.code, printed = _derive(words[1:])
        else:
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            ran = subprocess.run(
                ["bash", "-c", command], cwd=self.folder, env=os.environ | {"PATH": path, "COLUMNS": WIDTH},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
            )  # fmt: skip
            self.code, printed = ran.returncode, ran.stdout
        if "Traceback (most recent call last)" in printed:
            raise Mismatch(f"{command} ended with\n{printed}")
        return printed

    def python(self, block: Block) -> None:
        if ">>> " not in block.code:
            shown, fault = self._run(compile(block.code, f"line {block.line}", "exec"))
            if fault or shown:
                raise Mismatch(f"line {block.line}: {block.code}\nit prints:\n{shown}{fault}")
            return
        for example in doctest.DocTestParser().get_examples(block.code):
            shown, fault = self._run(compile(example.source, f"line {block.line}", "single"))
            self.compare(block, example.source, example.exc_msg or example.want, shown + fault)

    def _run(self, code: Any) -> tuple[str, str]:
        """What is printed, and the error in words where there is one."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(code, self.names)
            except Exception as fault:
                return printed.getvalue(), "".join(traceback.format_exception_only(fault))
        return printed.getvalue(), ""

    def compare(self, block: Block, said: str, expected: str, printed: str) -> None:
        if not matches(expected, printed):
            raise Mismatch(f"line {block.line}: {said.strip()}\nthe page says:\n{expected}\nit prints:\n{printed}")


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command with what is said to be printed below it; a line that ends in a backslash goes on behind `>`."""
    for part in re.split(r"^\$ ", block.code, flags=re.M)[1:]:
        lines = part.split("\n")
        command = lines.pop(0)
        while command.endswith("\\"):
            command = command[:-1] + lines.pop(0).removeprefix("> ")
        yield command, "\n".join(lines)


def matches(expected: str, printed: str) -> bool:
    """Whether they are the same up to `…`, and blanks at the ends of lines."""
    pattern = ""
    for line in expected.rstrip().splitlines():
        whole = line.strip() == "…"
        pattern += r"(?:[^\n]*\n)*?" if whole else re.escape(line.rstrip()).replace("…", "[^\n]*?") + "\n"
    plain = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch(pattern, plain) is not None


def _derive(words: list[str]) -> tuple[int, str]:
    from derive.cli import main

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
    return code, printed.getvalue()


def prose(page: str) -> str:
    """The words of a page: without code, comments and the targets of links; what a directive shows is words."""
    text = FENCE.sub(lambda fence: fence["code"] if fence["info"].startswith("{") else "", page)
    text = re.sub(r"<!--.*?-->|<[a-z/][^>]*>", "", text, flags=re.S)
    text = re.sub(r"`[^`]*`", "", text)
    text = re.sub(r"!\[[^\]]*|\]\([^)]*\)|\{[a-z]+\}", "", text)  # what a picture shows is tested where it is made
    return re.sub(r"^:[a-z]+:.*$", "", text, flags=re.M)


def unfounded(page: str) -> set[str]:
    """Numbers that the words of a page name and no block of it computes, compares or prints."""
    run = re.sub(r"(?<=\d)_(?=\d)", "", "\n".join(block.code for block in blocks(page)))
    known = {n.replace(",", "") for n in NUMBER.findall(run)}
    return {n for n in NUMBER.findall(prose(page)) if n.replace(",", "") not in known}
