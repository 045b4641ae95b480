"""python -m benchmarks.mutants PATH ... [--count N] [--seed N] [--output-format text|json]

Steps that were proved or hold, each with one mistake written into its LaTeX source, and the text checked anew to there.

Whether a mistake changed the meaning is judged by the second evaluator alone: the mutated statement, read the first way
that the text allows, is evaluated on random models; where its sides differ on one, the meaning has changed. None of
these may end `proved` or `holds`. A mutant that has no reading states nothing to be evaluated, a class of its own;
so is one that is read as the very statement that it was before.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.mutations import Mutation, mutations
from derive.book import bounds, steps, verdict
from derive.book import judge as judging
from derive.book.check import check_document
from derive.book.document import Document, Formula, parse, read
from derive.book.judge import Judgement, Judges
from derive.book.outcome import VERDICTS
from derive.book.progress import Step
from derive.book.source import decode, files
from derive.cli.texts import judges
from derive.errors import DeriveError
from derive.models.claims import Claim
from derive.models.draw import Size
from derive.models.numbers import RATIONALS
from derive.models.search import Search
from derive.models.sources import POSITIVE, SIGNED
from derive.wire import encode
from numeric.errors import NumericError
from numeric.evaluate import holds

GOOD, FOUND = ("proved", "holds"), ("refuted", "inconsistent")
SIZES = (Size(1, 2, 1), Size(2, 2, 1), Size(1, 2, 2), Size(2, 2, 2), Size(2, 3, 2), Size(1, 2, 3))
DRAWN = 4  # models of each size
_looked_at = judging.looked_at
PASSED_OVER = Judgement("not-a-claim", "D030", "not looked at")
Statement = tuple[Any, Sequence[Any]]  # an equation and its hypotheses
Judged = tuple[Step, Statement | None]
UNJUDGED = ("D030", "D033", "D034", "D040", "D042", "D043")  # what is said of a step without a look at what it states


@dataclass
class Recording:
    """The witnesses, each answer kept by its question; and the first statement of every step."""

    witnesses: Judges
    answers: dict[str, Any] = field(default_factory=dict)
    first: dict[int, list[Statement | None]] = field(default_factory=dict)  # by the formula's number
    at: int = -1
    seen: int = 0  # formulas of the first walk through the text

    def judges(self) -> Judges:
        asked = {
            name: partial(self._kept, name, getattr(self.witnesses, name)) for name in ("prove", "decide", "fails")
        }
        return replace(self.witnesses, **asked)

    def looked_at(self, equation: Any, hypotheses: Any, judges: Judges) -> Judgement:
        if (mine := self.first.get(self.at)) and mine[-1] is None:
            mine[-1] = (equation, tuple(hypotheses))
        return _looked_at(equation, hypotheses, judges)

    def _kept(self, name: str, ask: Callable[[Any, Any], Any], equation: Any, hypotheses: Any) -> Any:
        question = json.dumps([name, encode(equation), [encode(h) for h in hypotheses]])
        if question not in self.answers:
            start = time.process_time()
            try:
                self.answers[question] = ask(equation, hypotheses)
            except bounds.TimeUp:
                if time.process_time() - start > bounds.SECONDS / 2:  # else it was what came before that took the time
                    self.answers[question] = bounds.TimeUp
                raise
        if self.answers[question] is bounds.TimeUp:
            raise bounds.TimeUp
        return self.answers[question]

    @contextmanager
    def told_of_steps(self) -> Iterator[None]:
        """Every step begins with its bound on time; there a place is made for its first statement."""
        limited = bounds.limited

        @contextmanager
        def begun(seconds: float = bounds.SECONDS) -> Iterator[None]:
            self.first.setdefault(self.at, []).append(None)
            with limited(seconds):
                yield

        mended = steps._mended
        steps.limited = begun  # type: ignore[attr-defined]
        steps._mended = lambda judgement: judgement  # a repair has time of its own, and changes no verdict
        verdict.looked_at = judging.looked_at = self.looked_at  # type: ignore[attr-defined]
        try:
            yield
        finally:
            steps.limited = limited  # type: ignore[attr-defined]
            steps._mended = mended
            verdict.looked_at = judging.looked_at = _looked_at  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Target:
    """A step that is right: the formula's number, which step of it, and what it states."""

    number: int
    ordinal: int
    step: Step
    statement: Any


@dataclass(frozen=True)
class Mutant:
    """What became of one mistake."""

    file: str
    line: int
    kind: str
    before: str
    after: str
    verdict: str
    code: str
    meaning: str  # changed, the same, read as before, without a value, not read
    message: str


def checked(document: Document, recording: Recording, last: int | None = None) -> dict[int, list[Judged]]:
    """The steps of every formula, to the last that is looked at, each with its first statement."""

    def begin(n: int, formulas: int) -> Judgement | None:
        recording.at = n if n == recording.seen else -1  # a text may be walked again, under another convention
        recording.seen = max(recording.seen, n + 1)
        return PASSED_OVER if last is not None and n > last else None

    recording.first.clear()
    recording.seen = 0
    with recording.told_of_steps():
        found = check_document(document, recording.judges(), begin)
    out: dict[int, list[Judged]] = {}
    for n, formula in enumerate(document.formulas):
        mine = [step for step in found if step.formula is formula]
        said = recording.first.get(n, [])
        judged = [step for step in mine if step.code not in UNJUDGED] if len(said) != len(mine) else mine
        if len(judged) == len(said):
            by_step = dict(zip(map(id, judged), said, strict=True))
            out[n] = [(step, by_step.get(id(step))) for step in mine]
    return out


def targets(document: Document, recording: Recording) -> list[Target]:
    """The steps of a text that are right, where the source is LaTeX to the letter."""
    out = []
    for n, mine in checked(document, recording).items():
        formula = document.formulas[n]
        literal = formula.latex == "".join(formula.source.text[i] for i in formula.offsets[:-1])
        for ordinal, (step, said) in enumerate(mine):
            if literal and step.verdict in GOOD and said is not None:
                out.append(Target(n, ordinal, step, encode(said[0])))
    return out


def mutant(document: Document, target: Target, mutation: Mutation, recording: Recording) -> Mutant | None:
    """The verdict on a mutated step; None where the text falls apart at other places too."""
    formula = document.formulas[target.number]
    changed = mutation.of(formula.latex)
    text = _written(formula, mutation)
    parsed = parse(decode(formula.source.name, text.encode()))
    if len(parsed.formulas) != len(document.formulas) or parsed.formulas[target.number].latex != changed.strip():
        return None
    parsed = replace(parsed, preamble=document.preamble)
    mine = checked(parsed, recording, target.number).get(target.number)
    if mine and mine[min(target.ordinal, len(mine) - 1)][0].code == "D068":
        mine = checked(parsed, recording).get(target.number)  # a convention is that of the whole text
    if not mine:
        return None
    step, said = mine[min(target.ordinal, len(mine) - 1)]
    return Mutant(
        formula.source.name,
        step.formula.place(step.start, step.end)[0],
        mutation.kind,
        _shown(formula.latex, target.step.start, target.step.end),
        _shown(changed, step.start, step.end),
        step.verdict,
        step.code,
        meaning(said, target.statement),
        step.message,
    )


def _written(formula: Formula, mutation: Mutation) -> str:
    """The source with the mistake in it."""
    text, offsets = formula.source.text, formula.offsets
    after = offsets[mutation.end - 1] + 1 if mutation.end > mutation.start else offsets[mutation.start]
    return text[: offsets[mutation.start]] + mutation.new + text[after:]


def _shown(latex: str, start: int, end: int) -> str:
    return " ".join(latex[start:end].split())


def meaning(said: Statement | None, before: Any) -> str:
    """Whether a statement is false on a random model, by the second evaluator; it knows no reader and no prover."""
    if said is None:
        return "not read"
    equation, hypotheses = said
    try:
        wire = encode(equation)
    except DeriveError:  # |γ|, which the second evaluator has no word for
        return "without a value"
    if wire == before:
        return "read as before"
    evaluated = 0
    for model in _models(equation, hypotheses):
        try:
            if not holds(wire, model):
                return "changed"
            evaluated += 1
        except NumericError:
            continue
    return "the same" if evaluated else "without a value"


def _models(equation: Any, hypotheses: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Random models, in fractions, on which the hypotheses are true."""
    try:
        claim = Claim(equation, hypotheses)
    except DeriveError:
        return
    search = Search(claim, SIZES, 1)
    for n in range(DRAWN):
        for size in search.sizes:
            try:
                model = search.draw(f"mutants/{n}", (POSITIVE, SIGNED)[n % 2], size, numbers=RATIONALS)
            except DeriveError:
                continue
            if model is not None:
                for indices in claim.indices(size.horizon)[:6]:
                    yield replace(model, indices={**model.indices, **indices}).to_dict()


def chosen(
    documents: Sequence[tuple[Document, list[Target]]], count: int, seed: int
) -> list[tuple[int, Target, Mutation]]:
    """Mutations at random, as many of each kind as there are, up to the count."""
    by_kind: dict[str, list[tuple[int, Target, Mutation]]] = {}
    for d, (document, found) in enumerate(documents):
        for target in found:
            latex = document.formulas[target.number].latex
            for mutation in mutations(latex, target.step.start, target.step.end):
                by_kind.setdefault(mutation.kind, []).append((d, target, mutation))
    rng = Random(seed)
    for candidates in by_kind.values():
        rng.shuffle(candidates)
    out: list[tuple[int, Target, Mutation]] = []
    while len(out) < count and any(by_kind.values()):
        out += [candidates.pop() for candidates in by_kind.values() if candidates]
    return out[:count]


def run(paths: Sequence[str], count: int, seed: int, minutes: float) -> list[Mutant]:
    """The mutants of all texts at these paths, in no order of theirs, for as long as there is time."""
    recording = Recording(judges())
    documents = []
    for text in (text for path in paths for text in files(Path(path))):
        document = read(text)
        if len(document.sources) == 1 and document.sources[0].cell is None:
            documents.append((document, targets(document, recording)))
    picked = chosen(documents, count, seed)
    out, start = [], time.monotonic()
    for n, (d, target, mutation) in enumerate(picked, 1):
        if time.monotonic() - start > 60 * minutes:
            print(f"{n - 1} of {len(picked)} in {minutes:g} minutes", file=sys.stderr)
            break
        found = mutant(documents[d][0], target, mutation, recording)
        out += [found] if found is not None else []
        if n % 50 == 0:
            print(f"{n} of {len(picked)}, {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return out


def table(found: Sequence[Mutant]) -> str:
    """Verdicts by kind; then by what became of the meaning; then the shares that matter."""
    parts = []
    ways: tuple[tuple[str, Callable[[Mutant], str]], ...] = (
        ("mistake", lambda m: m.kind),
        ("meaning", lambda m: m.meaning),
    )
    for title, of in ways:
        columns = [v for v in VERDICTS if any(m.verdict == v for m in found)]
        lines = [f"| {title} | mutants | {' | '.join(columns)} |", "|---" + "|--:" * (len(columns) + 1) + "|"]
        for name in dict.fromkeys(map(of, found)):
            counts = Counter(m.verdict for m in found if of(m) == name)
            lines.append(f"| {name} | {sum(counts.values())} | {' | '.join(str(counts[v] or '') for v in columns)} |")
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, shares(found)])


def shares(found: Sequence[Mutant]) -> str:
    changed = [m for m in found if m.meaning == "changed"]
    caught = sum(m.verdict in FOUND for m in changed)
    share = f"{100 * caught / len(changed):.1f} %" if changed else "none"
    return (
        f"{len(found)} mutants, {len(changed)} of them with another meaning: {caught} refuted or inconsistent "
        f"({share}), {sum(m.verdict in GOOD for m in changed)} proved or holds"
    )


def survivors(found: Sequence[Mutant]) -> list[Mutant]:
    """What should not have passed: another meaning; or another text, read as it was before."""
    return [m for m in found if m.verdict in GOOD and m.meaning in ("changed", "read as before", "without a value")]


def listed(found: Sequence[Mutant]) -> str:
    return "\n".join(
        f"{m.file}:{m.line}: {m.kind}, {m.meaning}: {m.code} {m.verdict}: {m.message}\n    {m.before}\n    {m.after}"
        for m in found
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when no mutant with another meaning passed, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mutants", description="Mistakes written into true steps."
    )
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--count", type=int, default=2_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=600, metavar="M", help="stop then, with what there is")
    parser.add_argument("--all", action="store_true", help="list every mutant with another meaning that was not found")
    parser.add_argument("--output-format", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    found = run(options.paths, options.count, options.seed, options.minutes)
    if options.output_format == "json":
        print(json.dumps({"mutants": [asdict(m) for m in found]}, ensure_ascii=False))
    else:
        print(table(found))
        print(f"\nsurvivors\n{listed(survivors(found))}")
        if options.all:
            missed = [m for m in found if m.meaning == "changed" and m.verdict not in (*FOUND, *GOOD)]
            print(f"\nwith another meaning, and not decided\n{listed(missed)}")
    return int(any(m.meaning == "changed" and m.verdict in GOOD for m in found))


if __name__ == "__main__":
    sys.exit(main())
