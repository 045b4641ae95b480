"""Known findings are not reported again, whatever line they move to; texts are checked again when they change."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from derive import cli
from derive.book import run as running
from derive.book.baseline import baseline, marked
from derive.book.exchange import github, sarif
from derive.book.report import as_text, exit_code, rows, summary
from derive.book.watch import state, watch
from derive.errors import Unreadable

ROOT = Path(__file__).parents[3]
TRUE = "$$ \\sum_a \\pi_\\theta(a) = 1 $$\n\n"
FALSE = "$$ \\sum_a \\nabla_\\theta \\pi_\\theta(a) = 2 $$\n\n"
UNREAD = "$$ \\flurb = 1 $$\n\n"


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "one.md").write_text(TRUE + FALSE + UNREAD)
    return tmp_path / "book"


def check(book, judges):
    return running.run([book], lambda: judges)


def write(found, path):
    path.write_text(json.dumps(baseline(found, path)), encoding="utf-8")


def test_what_is_known_is_not_reported(book, judges, tmp_path):
    found = check(book, judges)
    write(found, tmp_path / "known.json")
    after, gone = marked(found, tmp_path / "known.json")
    assert (exit_code(found, strict=True), exit_code(after, strict=True), gone) == (1, 0, 0)
    assert [row["verdict"] for row in rows(after) if "known" in row] == ["refuted", "not-read"]
    assert summary(after)["known"] == 2
    assert "flurb" not in as_text(after)
    assert "2 known from the baseline, not shown" in as_text(after)
    assert github(after) == ""
    states = [r.get("baselineState") for r in sarif(after, "0")["runs"][0]["results"]]
    assert states == [None, "unchanged", "unchanged"]


def test_a_finding_keeps_its_name_when_its_line_moves(book, judges, tmp_path):
    write(check(book, judges), tmp_path / "known.json")
    (book / "one.md").write_text("A new line\n\n" + UNREAD + TRUE + FALSE.replace(" = ", "  =  "))
    after, gone = marked(check(book, judges), tmp_path / "known.json")
    assert exit_code(after, strict=True) == gone == 0


def test_what_is_new_is_reported_and_what_is_gone_is_counted(book, judges, tmp_path):
    write(check(book, judges), tmp_path / "known.json")
    (book / "one.md").write_text(TRUE + FALSE + FALSE)
    after, gone = marked(check(book, judges), tmp_path / "known.json")
    assert [row.get("known") for row in rows(after)] == [None, True, None]
    assert (exit_code(after), gone) == (1, 1)
    (book / "one.md").rename(book / "two.md")
    assert all("known" not in row for row in rows(marked(check(book, judges), tmp_path / "known.json")[0]))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}'])
def test_no_baseline(tmp_path, text):
    (tmp_path / "known.json").write_text(text)
    with pytest.raises(Unreadable, match="--write-baseline"):
        marked((), tmp_path / "known.json")
    with pytest.raises(Unreadable, match="cannot be opened"):
        marked((), tmp_path / "none.json")


def test_the_command(book, tmp_path, capsys):
    known = str(tmp_path / "known.json")
    assert cli.main(["check", str(book), "--write-baseline"]) == 2
    assert cli.main(["check", str(book), "--baseline", known]) == 2
    assert cli.main(["check", str(book), "--baseline", known, "--write-baseline", "--strict"]) == 0
    assert cli.main(["check", str(book), "--baseline", known, "--strict"]) == 0
    (book / "one.md").write_text(TRUE)
    assert cli.main(["check", str(book), "--baseline", known]) == 0
    assert "2 findings of" in capsys.readouterr().err


def test_a_change_is_seen(book):
    (book / "main.tex").write_text("\\input{part}\n")
    (book / "part.tex").write_text("x")
    before = state([str(book)])
    assert {p.name for p in before} == {"one.md", "main.tex", "part.tex"}
    (book / "part.tex").write_text("xy")
    assert state([str(book)]) != before
    assert state([str(book / "none.md")]) == {}


def test_watching_checks_once_a_change_until_it_is_interrupted(book):
    checked, turns = [], iter([None, lambda: (book / "one.md").write_text(TRUE * 2), None, None])

    def sleep(seconds):
        turn = next(turns, KeyboardInterrupt)
        if turn is KeyboardInterrupt:
            raise KeyboardInterrupt
        if turn is not None:
            turn()

    assert watch([str(book)], lambda: checked.append(1) or len(checked), sleep) == 2
    assert len(checked) == 2


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_watching_stops_on_ctrl_c(book):
    command = [sys.executable, "-m", "derive.cli", "check", str(book), "--watch"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also where the tests run in the background
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, preexec_fn=heard, **pipes) as process:
        try:
            assert "watching" in process.stderr.readline()
            (book / "one.md").write_text(TRUE)
            assert "watching" in process.stderr.readline()
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "1 refuted" in said
    assert said.rstrip().endswith("1 of 1 steps judged: 1 proved")


def _commands(text):
    return [
        line.partition("derive check")[2].split("`")[0]
        for line in text.splitlines()
        if "derive check" in line and "name:" not in line
    ]


@pytest.mark.parametrize("path", [".pre-commit-hooks.yaml", "examples/check-texts.yml", "docs/check-a-text.md"])
def test_what_is_there_to_copy_names_flags_that_there_are(path):
    commands = _commands((ROOT / path).read_text(encoding="utf-8"))
    assert commands
    for command in commands:
        words = shlex.split(command.replace("`", " ").split(">")[0].split("#")[0])
        options = cli._parser().parse_args(["check", *words])
        assert options.command == "check"


def test_the_hook_takes_what_can_be_checked():
    from derive.book.source import SUFFIXES

    (pattern,) = [line for line in (ROOT / ".pre-commit-hooks.yaml").read_text().splitlines() if "files:" in line]
    assert set(pattern.split("(")[1].split(")")[0].split("|")) == {s[1:] for s in SUFFIXES} - {"txt"}
