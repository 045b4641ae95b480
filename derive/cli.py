"""The command line: the only place where the three packages meet. Everything is imported when a command needs it.

Exit codes: 0 nothing wrong; 1 something refuted, biased or failed; 2 the command could not be carried out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.catalogue import Catalogue, Derivation
    from derive.sheet import Example, Sheet

SAMPLES, SEED = 100_000, 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command, and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:
        return 2
    except KeyboardInterrupt:
        print("derive: interrupted", file=sys.stderr)
        return 2
    except (ValueError, OSError, _errors()) as fault:
        print(f"derive {options.command}: {fault}", file=sys.stderr)
        return 2


def _errors() -> type[Exception]:
    from derive.errors import DeriveError

    return DeriveError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="derive", description="The exact judge of policy-gradient mathematics: texts, derivations, estimators."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Any, words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.add_argument("--output-format", choices=_FORMATS.get(name, ("text", "json")), default="text")
        made.set_defaults(run=run)
        return made

    one = command("list", _list, "show the catalogue: statements, hypotheses, what each leans on")
    one.add_argument("--tree", action="store_true", help="show what rests on what")
    one = command("prove", _prove, "replay proofs in the kernel, and check them on finite models")
    one.add_argument("names", nargs="*", metavar="NAME")
    one.add_argument("--all", action="store_true", help="the whole catalogue")
    one.add_argument("--axioms", action="store_true", help="say what each law states")
    one.add_argument(
        "--no-cache", action="store_true", help="replay all, also what has not changed since it was replayed"
    )
    one.add_argument("--certificate", metavar="FILE", help="write the proof of one NAME as a certificate")
    one = command("graph", _graph, "draw what rests on what in the catalogue")
    one.add_argument("--to", choices=("mermaid", "svg"), default="mermaid")
    one.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of standard output")
    one = command("sheet", _sheet, "print derivations as sheets")
    one.add_argument("names", nargs="*", metavar="NAME")
    one.add_argument("--all", action="store_true", help="the whole catalogue")
    one.add_argument("--to", default="tex,html,md,json", metavar="LIST", help="of tex,pdf,html,md,ipynb,json")
    one.add_argument("-o", "--output", default="sheets", metavar="DIR")
    one.add_argument("--template", metavar="FILE", help="a course's own LaTeX preamble, for tex and pdf")
    one = command("book", _book, "print the whole catalogue as one book")
    one.add_argument("--to", default="tex,pdf", metavar="LIST", help="of tex,pdf,html")
    one.add_argument("-o", "--output", default="book", metavar="DIR")
    one.add_argument("--template", metavar="FILE", help="a course's own LaTeX preamble, for tex and pdf")
    one = command("check", _check, "give every displayed step of a text a verdict")
    one.add_argument("paths", nargs="*", metavar="PATH", help="a text, a folder, or a pattern such as 'ch*.md'")
    one.add_argument("--explain", metavar="CODE", help="say what a code such as D012 means")
    one.add_argument("--show-reading", action="store_true", help="show for every step what it was read as")
    one.add_argument("--jobs", type=int, default=1, metavar="N", help="files at a time, -1 for all cores")
    one.add_argument("--backend", metavar="NAME", help="of joblib: loky, threading, dask, ray")
    one.add_argument("--no-cache", action="store_true", help="judge all, also what has not changed since")
    one.add_argument("--strict", action="store_true", help="not-read, unknown and by-hand count as wrong")
    one.add_argument("--certificates", metavar="FILE", help="write a certificate of every verdict that has one")
    one = command("bias", _bias, "judge an estimator by its exact expectation")
    one.add_argument("estimator", metavar="FILE.py::FUNCTION")
    one.add_argument("--kind", metavar="KIND", help="numpy (default), advantage, torch, jax, value_target")
    one.add_argument("--batch", type=int, default=None, metavar="N", help="trajectories in a batch (1)")
    one.add_argument("--shared-start", action="store_true", default=None, help="all of a batch start in one state")
    one.add_argument("--objective", metavar="NAME", help="discounted J (default), undiscounted J, KL, ...")
    one.add_argument("--mdps", type=int, default=50, metavar="N", help="MDPs to judge on")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS")
    one.add_argument("-o", "--output", metavar="FILE", help="draw E[f] against the exact gradient, and the variances")
    one.add_argument("--up-to-scale", action="store_true", help="SCALED counts as right")
    one = command("train", _train, "run an algorithm on a world, with curves, a figure and checkpoints")
    one.add_argument("algorithm", metavar="ALGORITHM", help="reinforce, actor-critic, ppo, grpo, rloo, q-learning, "
                     "value-iteration, policy-iteration or bandit")  # fmt: skip
    one.add_argument("--world", required=True, metavar="NAME", help="walled-grid, …, or an environment of Gymnasium")
    one.add_argument("--seeds", type=int, metavar="N", help="runs, from seeds 0 … N-1 (default: 5)")
    one.add_argument("--updates", type=int, metavar="K", help="updates of each run")
    one.add_argument("-o", "--output", required=True, metavar="DIR", help="a new folder, or that of the run")
    one.add_argument("--resume", action="store_true", help="go on with the run in DIR, with the same bits")
    one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the algorithm")
    one.add_argument("--discount", type=float, metavar="GAMMA", help="instead of the world's own")
    one.add_argument("--jobs", type=int, metavar="N", help="seeds at a time, -1 for as many as there are cores")
    one.add_argument("--backend", metavar="NAME", help="of joblib: loky, threading, dask, ray")
    one = command("verify", _verify, "re-check certificates, without reader or search")
    one.add_argument("files", nargs="+", metavar="FILE")
    return parser


_FORMATS = {"check": ("text", "json", "sarif", "github")}


def _say(options: argparse.Namespace, data: Any, text: str) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2) if options.output_format == "json" else text)


# the catalogue


def _catalogue() -> Catalogue:
    import proofs
    from derive.catalogue import load

    return load(proofs)


def _chosen(options: argparse.Namespace, catalogue: Catalogue) -> list[Derivation]:
    if not options.names and not options.all:
        raise ValueError("name derivations, or give --all; `derive list` shows them")
    return catalogue.named([] if options.all else options.names)


def _list(options: argparse.Namespace) -> int:
    from derive.printing import latex, text

    catalogue = _catalogue()
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for d in catalogue.derivations.values():
        status, theorem = _proved(d)
        laws = sorted(theorem.laws) if theorem else []
        rows.append({
            "name": d.name, "title": d.title, "statement": latex(d.claim), "hypotheses": [latex(h) for h in d.assuming],
            "laws": laws, "axioms": [], "source": d.source, "status": status,
            "rests_on": list(d.rests_on) if theorem else [],
        })  # fmt: skip
        lines += [f"{d.name}  ({status})", f"    {text(d.claim)}"]
        lines += [f"    if {', '.join(map(text, d.assuming))}"] if d.assuming else []
    if options.tree:
        from derive.graph import tree

        lines = tree({row["name"]: row["rests_on"] for row in rows})
    rows += [_fault_row(name) for name in catalogue.faults]
    _say(options, {"derivations": rows}, "\n".join(lines))
    return _tell_faults(catalogue)


def _fault_row(name: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"hypotheses": [], "laws": [], "axioms": []}
    return {"name": name, "title": "", "statement": "", "source": "", "status": "failed"} | empty


def _proved(derivation: Derivation) -> tuple[str, Any]:
    """The status, and the theorem: `proved` needs a replay, a model that agrees and a second evaluator that does."""
    from derive.errors import DeriveError
    from derive.kernel import replay
    from derive.models import decide

    try:
        theorem = replay(derivation.theorem)
        outcome = decide(derivation.claim, derivation.assuming)
    except DeriveError as fault:
        return f"failed: {fault}", None
    if outcome.verdict == "refuted" or not _worlds_agree(derivation):
        return "internal-disagreement", theorem
    return ("proved" if outcome.verdict == "holds" else f"no model: {outcome.reason}"), theorem


def _worlds_agree(derivation: Derivation) -> bool:
    """The second evaluator finds both sides equal in the world of the worked example."""
    from derive.wire import encode
    from numeric.examples import agree

    lhs, rhs = encode(derivation.claim.lhs), encode(derivation.claim.rhs)
    given = tuple(map(encode, derivation.assuming))
    found = _valued(derivation, lambda setting: agree(lhs, rhs, setting, *given))
    return bool(found) and all(agreed for _, agreed in found)


def _valued(derivation: Derivation, evaluate: Callable[[Any], Any]) -> list[tuple[Any, Any]]:
    """The settings of the worked example in which the statement has a value, with what was evaluated there."""
    from derive.terms import AtMost
    from numeric.errors import UnevaluableError
    from numeric.examples import settings

    needs_chance = not all(isinstance(h, AtMost) for h in derivation.assuming)
    found = []
    for setting in settings(derivation.world):
        if setting.positive or not needs_chance:
            with suppress(UnevaluableError):  # given a history that is impossible there
                found.append((setting, evaluate(setting)))
    return found


def _tell_faults(catalogue: Catalogue) -> int:
    for name, fault in catalogue.faults.items():
        print(f"derive: proofs/{name}.py did not load: {fault}", file=sys.stderr)
    return 1 if catalogue.faults else 0


def _prove(options: argparse.Namespace) -> int:
    from derive import cache

    name = cache.key("prove", options.all, *options.names)
    rows = None if options.no_cache or options.certificate else cache.recall(name)
    if rows is None:
        catalogue = _catalogue()
        chosen = _chosen(options, catalogue)
        rows = [_proof_row(d) for d in chosen]
        if options.certificate:
            _write_certificate(options.certificate, chosen)
        if _tell_faults(catalogue):
            rows.append({**_fault_row("proofs"), "text_hypotheses": [], "seconds": 0.0})
        elif all(row["status"] == "proved" for row in rows):
            cache.store(name, rows)
    shown = [{k: v for k, v in row.items() if k != "text_hypotheses"} for row in rows]
    _say(options, {"proofs": shown}, "\n".join(line for row in rows for line in _proof_lines(row, options.axioms)))
    return int(any(row["status"] != "proved" for row in rows))


def _proof_row(d: Derivation) -> dict[str, Any]:
    from derive.printing import latex, text

    start = time.perf_counter()
    status, theorem = _proved(d)
    return {
        "name": d.name, "status": status, "hypotheses": [latex(h) for h in d.assuming],
        "laws": sorted(theorem.laws) if theorem else [], "axioms": [],
        "seconds": round(time.perf_counter() - start, 4), "text_hypotheses": [text(h) for h in d.assuming],
    }  # fmt: skip


def _proof_lines(row: dict[str, Any], with_laws: bool) -> Iterator[str]:
    yield f"{row['name']}: {row['status']}  ({row['seconds']:.3f} s)"
    yield f"    hypotheses: {', '.join(row['text_hypotheses']) or 'none'}"
    yield f"    laws: {', '.join(row['laws']) or 'none'}; axioms beyond them: none"
    if with_laws:
        import derive.axioms  # noqa: F401  (admits the laws)
        from derive.kernel import LAWS

        yield from (f"        {name}: {' '.join((LAWS[name].__doc__ or '').split())}" for name in row["laws"])


def _write_certificate(path: str, chosen: list[Derivation]) -> None:
    from derive.certificate import certificate

    if len(chosen) != 1:
        raise ValueError(f"a certificate is of one derivation; {len(chosen)} were named")
    _write(path, certificate(chosen[0].theorem))


def _write(path: str, data: Any) -> None:
    _write_text(path, json.dumps(data, ensure_ascii=False) + "\n")


def _write_text(path: str, words: str) -> None:
    from pathlib import Path

    from derive.sheet.write import replaced

    replaced(Path(path), words)


def _graph(options: argparse.Namespace) -> int:
    from derive.graph import mermaid, svg

    catalogue = _catalogue()
    rests = {d.name: d.rests_on for d in catalogue.derivations.values()}
    drawn = svg(rests) if options.to == "svg" else mermaid(rests)
    if options.output:
        _write_text(options.output, drawn)
    _say(options, {"rests_on": rests, options.to: drawn}, options.output or drawn.rstrip())
    return _tell_faults(catalogue)


# sheets


def _sheet(options: argparse.Namespace) -> int:
    from derive.sheet import write

    catalogue = _catalogue()
    chosen, formats, written, sheets = _chosen(options, catalogue), options.to.split(","), [], []
    for i, d in enumerate(chosen, 1):
        _progress(f"{i} of {len(chosen)}: {d.name}")
        sheets.append(_content(d))
        written += write(sheets[-1], formats, options.output, options.template)
    if options.all and "html" in formats and sheets:
        from derive.sheet.collection import Collection
        from derive.sheet.html_index import write_index

        whole = Collection(tuple(sheets), {d.name: d.rests_on for d in chosen})
        written += write_index(whole, options.output)
    _progress("")
    _say(options, {"sheets": [str(p) for p in written]}, "\n".join(map(str, written)))
    return _tell_faults(catalogue)


def _book(options: argparse.Namespace) -> int:
    from derive.sheet.book import able, write_book
    from derive.sheet.collection import Collection

    able(options.to.split(","), options.template)
    catalogue, sheets = _catalogue(), []
    derivations = list(catalogue.derivations.values())
    for i, d in enumerate(derivations, 1):
        _progress(f"{i} of {len(derivations)}: {d.name}")
        sheets.append(_content(d))
    _progress("typesetting")
    whole = Collection(tuple(sheets), {d.name: d.rests_on for d in derivations})
    written = write_book(whole, options.to.split(","), options.output, options.template)
    _progress("")
    _say(options, {"book": [str(p) for p in written]}, "\n".join(map(str, written)))
    return _tell_faults(catalogue)


def _progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


def _content(d: Derivation) -> Sheet:
    from derive.sheet import Block, Sheet

    status, theorem = _proved(d)
    if status != "proved":
        raise ValueError(f"{d.name} is not proved, so no sheet of it is printed: {status}")
    blocks = tuple(Block(c.title, c.start, tuple(map(_line, c.lines))) for c in d.proof.blocks)
    return Sheet(
        name=d.name, title=d.title, statement=d.claim, definitions=d.defining, hypotheses=d.assuming,
        laws=tuple(sorted(theorem.laws)), axioms=(), source=d.source, blocks=blocks, example=_example(d),
        falsehood=_falsehood(d), fingerprint=d.fingerprint, status=status,
    )  # fmt: skip


def _line(line: Any) -> Any:
    from derive.kernel import LAWS
    from derive.printing import text
    from derive.rules import RULES, Rule
    from derive.sheet import Law, Line
    from derive.terms import Equation

    behind = {
        r.name: RULES[r.name].convert.__doc__ if isinstance(r, Rule) else text(Equation(r.theorem.lhs, r.theorem.rhs))
        for r in line.reasons
    }
    behind |= {name: LAWS[name].__doc__ for name in sorted(line.theorem.laws) if name not in behind}
    words = ", ".join(dict.fromkeys(line.words.split(", ")))
    return Line(line.term, words, line.rule, tuple(Law(n, " ".join((d or n).split())) for n, d in behind.items()))


def _falsehood(d: Derivation) -> Any:
    from derive.models import decide
    from derive.sheet import Counterexample, Falsehood

    said = d.falsehood.words
    opening = said.split()[0]
    if opening == "a" or (opening.isascii() and opening.isalpha() and len(opening) > 1):
        said = said[0].upper() + said[1:]
    found = decide(d.falsehood.claim, d.falsehood.assuming).counterexample
    own = d.falsehood.assuming if set(d.falsehood.assuming) != set(d.assuming) else ()
    if found is None:
        return Falsehood(d.falsehood.claim, said + ".", None, own)
    sizes = found.text.splitlines()[0]
    values = tuple(found.assignment.items())
    shown = Counterexample(sizes, values, found.lhs, found.rhs)
    return Falsehood(d.falsehood.claim, said + ".", shown, own)


def _value_of(exact: Callable[..., Any], wire: Any, given: tuple[Any, ...]) -> Callable[[Any], Any]:
    return lambda setting: exact(wire, setting, *given)


def _example(d: Derivation) -> Example:
    from derive.sheet import Example, ExampleRow
    from derive.wire import encode
    from numeric.examples import describe, estimate, exact

    rows, given = [], tuple(map(encode, d.assuming))
    for side in (d.claim.lhs, d.claim.rhs):
        wire = encode(side)
        for setting, value in _valued(d, _value_of(exact, wire, given)):
            drawn = estimate(wire, setting, SAMPLES, SEED, *given)
            if drawn is not None or side == d.claim.lhs:
                sampled = _credible(d.name, setting.label, value, drawn)
                shown = f"≈ {round(value, 6) + 0.0:.6f}" if isinstance(value, float) else str(value)
                rows.append(ExampleRow(setting.label, side, shown, *sampled))
    return Example(d.world.replace("_", " "), describe(d.world), tuple(rows))


def _credible(name: str, label: str, exact: Any, drawn: Any) -> tuple[Any, ...]:
    """The estimate, which lies within 6 standard errors of the exact value: else one of the two is wrong."""
    if drawn is None:
        return ()
    if abs(drawn.mean - float(exact)) > 6 * drawn.standard_error + 1e-9:
        shown = f"{drawn.mean:.6g} ± {drawn.standard_error:.2g}"
        raise ValueError(f"{name}, {label}: internal disagreement: sampled {shown}, exact {exact}; a fault of ours")
    return drawn.mean, drawn.standard_error, drawn.samples, drawn.seed


# texts


def _check(options: argparse.Namespace) -> int:
    from derive import __version__
    from derive.book import report
    from derive.book.run import run

    if options.explain:
        return _explain(options)
    if not options.paths:
        raise ValueError("name a text, or a folder of texts: derive check PATH")
    cached = not (options.no_cache or options.certificates)
    outcomes = run(options.paths, _judges, jobs=options.jobs, backend=options.backend, cached=cached, report=_progress)
    if options.certificates:
        _write(options.certificates, [row["certificate"] for row in report.rows(outcomes) if "certificate" in row])
    if options.output_format in ("sarif", "github"):
        from derive.book.exchange import github, sarif

        print(github(outcomes) if options.output_format == "github" else json.dumps(sarif(outcomes, __version__)))
    else:
        _say(options, report.as_json(outcomes), report.as_text(outcomes, readings=options.show_reading))
    return report.exit_code(outcomes, strict=options.strict)


def _explain(options: argparse.Namespace) -> int:
    from derive.book.codes import CODES, explain

    words = explain(options.explain)
    verdict, meaning = CODES[options.explain]
    _say(options, {"code": options.explain, "verdict": verdict, "meaning": meaning}, words)
    return 0


def _judges() -> Any:
    from derive.book.judge import Judges
    from derive.certificate import certificate
    from derive.models import decide
    from derive.prove import prove
    from numeric.evaluate import agrees, confirms

    derivations = _catalogue().derivations
    lemmas = [derivations[name].lemma for name in ("trajectory_probability", "trajectory_gradient")]

    def proved(equation: Any, hypotheses: Any) -> Any:
        return prove(equation, hypotheses, lemmas)

    return Judges(prove=proved, decide=decide, confirm=confirms, agree=agrees, certificate=certificate)


# estimators


def _bias(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from numeric.testing import judge_file

    path, separator, function = options.estimator.partition("::")
    if not separator or not function:
        raise ValueError(f"name the function as FILE.py::FUNCTION, not {options.estimator!r}")
    verdict = judge_file(
        path, function, timeout=options.timeout, kind=options.kind, objective=options.objective, batch=options.batch,
        shared_start=options.shared_start, max_examples=options.mdps, seed=options.seed,
    )  # fmt: skip
    if options.output:
        from numeric.judging.figure import draw_verdict

        draw_verdict(verdict, function, options.output)
    _say(options, {k: v for k, v in asdict(verdict).items() if k != "pairs"}, _told(verdict, function))
    right = {"UNBIASED", "NUMERIC"} | ({"SCALED"} if options.up_to_scale else set())
    return 0 if verdict.verdict in right else 1


def _told(verdict: Any, name: str) -> str:
    from numeric.testing import told

    lines = [told(verdict, name), ""]
    lines.append(f"largest bias {verdict.max_abs_bias:.3g}, mean variance {verdict.variance:.3g}")
    if verdict.cosine is not None:
        scale = f", scale {verdict.scale}" if verdict.scale is not None else ""
        lines.append(f"smallest cosine with the exact value {verdict.cosine:.4f}{scale}")
    for other, variance in (verdict.compared or {}).items():
        lines.append(f"mean variance of {other}, on policy: {variance:.3g}")
    return "\n".join(lines)


# learning


def _train(options: argparse.Namespace) -> int:
    """2 where Ctrl-C has ended the run: everything is saved, and --resume goes on."""
    from dataclasses import asdict

    from numeric.runs import run, told

    summary = run(
        options.algorithm, options.world, options.output, seeds=options.seeds, updates=options.updates,
        resume=options.resume, settings=options.set, discount=options.discount, jobs=options.jobs,
        backend=options.backend, report=_progress,
    )  # fmt: skip
    _say(options, asdict(summary), told(summary))
    return 2 if summary.interrupted else 0


# certificates


def _verify(options: argparse.Namespace) -> int:
    rows = []
    for path in options.files:
        for i, certificate in enumerate(_certificates(path)):
            ok, words = _verified(certificate)
            rows.append({"file": path, "index": i, "valid": ok, "message": words})
    lines = [f"{r['file']}[{r['index']}]: {'valid' if r['valid'] else 'NOT VALID'}: {r['message']}" for r in rows]
    _say(options, {"certificates": rows}, "\n".join(lines) or "no certificates")
    return 0 if all(r["valid"] for r in rows) else 1


def _certificates(path: str) -> Iterator[Any]:
    with _readable(path) as file:
        data = json.load(file)
    yield from data if isinstance(data, list) else [data]


@contextmanager
def _readable(path: str) -> Iterator[Any]:
    try:
        with open(path, encoding="utf-8") as file:
            yield file
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ValueError(f"{path} is no certificate file (JSON): {fault}") from fault


def _verified(certificate: Any) -> tuple[bool, str]:
    from derive.certificate import checked
    from derive.errors import DeriveError
    from derive.printing import text
    from derive.terms import Equation

    kind = certificate.get("kind") if isinstance(certificate, dict) else None
    try:
        if kind == "proof":
            theorem = checked(certificate)
            return True, f"proves {text(Equation(theorem.lhs, theorem.rhs))}"
        if kind in ("holds", "refuted"):
            return _verified_on_models(certificate)
    except (DeriveError, ValueError, KeyError, TypeError) as fault:
        return False, f"{fault}"
    return False, f"unknown kind of certificate: {kind!r}; known: proof, holds, refuted"


def _verified_on_models(certificate: dict[str, Any]) -> tuple[bool, str]:
    """Both evaluators find what the certificate says of its model."""
    from derive.models import Model, evaluate
    from derive.printing import text
    from derive.wire import decode
    from numeric.evaluate import agrees, confirms

    claim = decode(certificate["claim"])
    (_, left, right), model = certificate["claim"], certificate["model"]
    first = [evaluate(side, Model.from_dict(model)) for side in (claim.lhs, claim.rhs)]
    if certificate["kind"] == "holds":
        return first[0] == first[1] and agrees(left, right, model), f"{text(claim)} holds on the model"
    differs = confirms(left, right, model, certificate["lhs"], certificate["rhs"])
    return differs and first[0] != first[1], f"{text(claim)} fails on the model"


if __name__ == "__main__":
    sys.exit(main())
