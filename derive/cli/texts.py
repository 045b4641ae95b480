"""`derive check`: texts, and the judges that the reader is handed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.cli.output import say, show_progress, write_json, write_text

if TYPE_CHECKING:
    from derive.book.outcome import Outcome


def add_check_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("paths", nargs="*", metavar="PATH", help="a text, a folder, or a pattern such as 'ch*.md'")
    one.add_argument("--explain", metavar="CODE", help="say what a code such as D012 means")
    one.add_argument("--show-reading", action="store_true", help="show for every step what it was read as")
    one.add_argument("--annotate", action="store_true", help="write every text with its verdicts as a page, see -o")
    one.add_argument("-o", "--output", default="annotated", metavar="DIR", help="the folder of the pages (annotated)")
    one.add_argument("--jobs", type=int, default=1, metavar="N", help="files at a time, -1 for all cores")
    one.add_argument("--backend", metavar="NAME", help="of joblib: loky, threading, dask, ray")
    one.add_argument("--no-cache", action="store_true", help="judge all, also what has not changed since")
    one.add_argument("--strict", action="store_true", help="not-read, unknown and by-hand count as wrong")
    one.add_argument("--baseline", metavar="FILE", help="findings in this file are known, and not reported")
    one.add_argument("--write-baseline", action="store_true", help="write the findings to the file of --baseline")
    one.add_argument("--watch", action="store_true", help="check again whenever a text changes, until Ctrl-C")
    one.add_argument("--certificates", metavar="FILE", help="write a certificate of every verdict that has one")


def run_check(options: argparse.Namespace) -> int:
    if options.explain:
        return _explain(options)
    if not options.paths:
        raise ValueError("name a text, or a folder of texts: derive check PATH")
    if options.write_baseline and not options.baseline:
        raise ValueError("--write-baseline needs the file: --baseline FILE --write-baseline")
    if options.watch:
        from derive.book.watch import watch

        return watch(options.paths, lambda: _again(options))
    return _check(options)


def _again(options: argparse.Namespace) -> int:
    """One check of many; what cannot be carried out now may be when the text changes again."""
    from derive.errors import DeriveError

    try:
        code = _check(options)
    except (ValueError, OSError, DeriveError) as fault:
        print(f"derive check: {fault}", file=sys.stderr)
        code = 2
    sys.stdout.flush()
    print(f"{time.strftime('%H:%M:%S')} watching; Ctrl-C ends", file=sys.stderr, flush=True)
    return code


def _check(options: argparse.Namespace) -> int:
    from derive.book import report
    from derive.book.run import run

    cached = not (options.no_cache or options.certificates)
    with _backend(options):
        outcomes = run(
            options.paths, judges, jobs=options.jobs, backend=options.backend, cached=cached, report=show_progress
        )
    outcomes = _compared(outcomes, options)
    if options.certificates:
        write_json(options.certificates, [row["certificate"] for row in report.rows(outcomes) if "certificate" in row])
    if options.annotate:
        from derive.annotated.write import write_pages

        for page in write_pages(outcomes, Path(options.output)):
            print(page, file=sys.stderr)
    _show(outcomes, options)
    return report.exit_code(outcomes, strict=options.strict)


def _compared(outcomes: tuple[Outcome, ...], options: argparse.Namespace) -> tuple[Outcome, ...]:
    """With what the baseline knows marked."""
    if not options.baseline:
        return outcomes
    from derive.book.baseline import baseline, marked

    path = Path(options.baseline)
    if options.write_baseline:
        write_text(str(path), json.dumps(baseline(outcomes, path), ensure_ascii=False, indent=1) + "\n")
    found, gone = marked(outcomes, path)
    if gone:
        print(f"{gone} findings of {path} no longer occur; --write-baseline leaves them out", file=sys.stderr)
    return found


def _show(outcomes: tuple[Outcome, ...], options: argparse.Namespace) -> None:
    from derive import __version__
    from derive.book import report

    if options.output_format in ("sarif", "github"):
        from derive.book.exchange import github, sarif

        print(github(outcomes) if options.output_format == "github" else json.dumps(sarif(outcomes, __version__)))
    else:
        say(options, report.as_json(outcomes), report.as_text(outcomes, readings=options.show_reading))


def _backend(options: argparse.Namespace) -> AbstractContextManager[Any]:
    """What joblib's backend needs around it: a Dask client, Ray's registration; the same as for `derive train`."""
    if options.backend is None:
        return nullcontext()
    from numeric.running.backends import started

    return started(options.backend, options.jobs)


def _explain(options: argparse.Namespace) -> int:
    from derive.book.codes import CODES, explain

    words = explain(options.explain)
    verdict, meaning = CODES[options.explain]
    say(options, {"code": options.explain, "verdict": verdict, "meaning": meaning}, words)
    return 0


def judges() -> Any:
    from derive.book.judge import Judges
    from derive.certificate import certificate
    from derive.models import decide, fails
    from derive.prove import search
    from numeric.evaluate import holds, refutes, satisfies
    from proofs.trajectory_gradient import trajectory_gradient
    from proofs.trajectory_probability import trajectory_probability

    lemmas = [trajectory_probability.lemma, trajectory_gradient.lemma]

    def proved(equation: Any, hypotheses: Any) -> Any:
        return search(equation, hypotheses, lemmas)

    def confirmed(statement: Any, hypotheses: Any, model: Any, left: str, right: str) -> bool:
        return satisfies(model, hypotheses) and refutes(statement, model, left, right)

    def agreed(statement: Any, hypotheses: Any, model: Any) -> bool:
        return satisfies(model, hypotheses) and holds(statement, model)

    return Judges(proved, decide, confirmed, agreed, certificate, fails)
