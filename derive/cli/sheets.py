"""`derive sheet` and `book`: a derivation with its worked example and its falsehood, handed to the printers."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from derive.cli.catalogue import load_catalogue, named_in, tell_faults
from derive.cli.evidence import evidence, near_misses
from derive.cli.output import say, show_progress
from derive.cli.pages import write_pages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from derive.catalogue import Derivation
    from derive.sheet import Counterexample, Example, Falsehood, NearMiss, Sheet, Without
    from derive.sheet.collection import Collection


def run_sheet(options: argparse.Namespace) -> int:
    from derive import cache
    from derive.sheet.write import placed, read_template

    style = read_template(options.template) if options.template else ""
    name = cache.key("sheets", options.all, options.to, style, options.template, *options.names)
    files = cache.recall(name)
    if files is not None:
        written, failed = placed(files, options.output), 0
    else:
        files, written, failed = _printed(options)
        if not failed and all(isinstance(content, str) for content in files.values()):
            cache.store(name, files)
    say(options, {"sheets": [str(p) for p in written]}, "\n".join(map(str, written)))
    return failed


def _printed(options: argparse.Namespace) -> tuple[dict[str, str | bytes], list[Path], int]:
    """The sheets asked for, each written as soon as it is made; 1 where one of them could not be."""
    from derive.sheet.html_index import html_index
    from derive.sheet.write import contents, placed

    catalogue = load_catalogue()
    whole, unproved = _collection(named_in(options, catalogue))
    files: dict[str, str | bytes] = {}
    written: list[Path] = []
    for i, sheet in enumerate(whole.sheets, 1):
        show_progress(f"{i} of {len(whole.sheets)}: {sheet.name}")
        made = contents(sheet, options.to.split(","), options.template)
        files, written = files | made, written + placed(made, options.output)
    if options.all and "html" in options.to.split(","):
        index: dict[str, str | bytes] = {"index.html": html_index(whole)}
        files, written = files | index, written + placed(index, options.output)
    show_progress("")
    return files, written, max(tell_faults(catalogue), unproved)


def run_book(options: argparse.Namespace) -> int:
    from derive.sheet.book import able, write_book

    able(options.to.split(","), options.template)
    catalogue = load_catalogue()
    whole, unproved = _collection(list(catalogue.derivations.values()))
    show_progress("typesetting")
    written = write_book(whole, options.to.split(","), options.output, options.template)
    written += write_pages(options.output) if "html" in options.to.split(",") else []
    show_progress("")
    say(options, {"book": [str(p) for p in written]}, "\n".join(map(str, written)))
    return max(tell_faults(catalogue), unproved)


def _collection(derivations: Sequence[Derivation]) -> tuple[Collection, int]:
    """The sheets, and 1 where one of them is not proved; it is named, and the others are printed."""
    from derive.sheet.collection import Collection

    sheets, faults, misses = {}, [], _near_misses()
    for i, d in enumerate(derivations, 1):
        show_progress(f"{i} of {len(derivations)}: {d.name}")
        try:
            sheets[d.name] = _sheet(d, misses)
        except ValueError as fault:
            faults.append(str(fault))
    show_progress("")
    if not sheets:
        raise ValueError("; ".join(faults))
    for said in faults:
        print(f"derive: {said}", file=sys.stderr)
    rests = {d.name: [n for n in d.rests_on if n in sheets] for d in derivations if d.name in sheets}
    return Collection(tuple(sheets.values()), rests), int(bool(faults))


def _near_misses() -> dict[str, NearMiss]:
    from derive.near_misses import NEAR_MISSES
    from derive.sheet import NearMiss

    found = near_misses()
    return {
        miss.law: NearMiss(miss.words, miss.claim, _counterexample(found[miss.law]))
        for miss in NEAR_MISSES
        if miss.law in found
    }


def _sheet(d: Derivation, misses: dict[str, NearMiss]) -> Sheet:
    from derive.sheet import Block, Place, Sheet
    from proofs import PLACES

    found = evidence(d)
    every = [(t, s, equation, n) for t, where in PLACES.items() for s, rows in where.items() for equation, n in rows]
    places = (Place(t, s, equation, i) for i, (t, s, equation, name) in enumerate(every) if name == d.name)
    axioms = tuple(f"{axiom.name}, admitted without proof: {axiom.source}" for axiom in d.admitting)
    blocks = tuple(Block(c.title, c.start, tuple(_line(x, misses) for x in c.lines)) for c in d.proof.blocks)
    return Sheet(
        name=d.name, title=d.title, statement=d.claim, definitions=d.defining, hypotheses=d.given,
        laws=tuple(found["laws"]), axioms=axioms, source=d.source, blocks=blocks, example=_example(d, found),
        falsehood=_falsehood(d, found["false"]), fingerprint=d.fingerprint, status="proved",
        without=tuple(_without(h, one) for h, one in zip(d.assuming, found["without"], strict=True)),
        places=tuple(places),
    )  # fmt: skip


def _line(line: Any, misses: dict[str, NearMiss]) -> Any:
    from derive.kernel import LAWS
    from derive.printing import text
    from derive.rules import RULES, Rule
    from derive.sheet import Law, Line
    from derive.terms import Inequality

    behind = {
        r.name: RULES[r.name].convert.__doc__ if isinstance(r, Rule) else text(r.theorem.claim) for r in line.reasons
    }
    behind |= {name: LAWS[name].__doc__ for name in sorted(line.theorem.laws)}  # a law tells its condition, a rule not
    words = ", ".join(dict.fromkeys(line.words.split(", ")))
    laws = (Law(n, " ".join((said or n).split()), misses.get(n)) for n, said in behind.items())
    relation = "≤" if line.relation == Inequality.relation else "="
    return Line(line.term, words, line.rule, tuple(laws), relation)


def _falsehood(d: Derivation, found: Any) -> Falsehood:
    from derive.sheet import Falsehood

    said = d.falsehood.words
    opening = said.split()[0]
    if opening == "a" or (opening.isascii() and opening.isalpha() and len(opening) > 1):
        said = said[0].upper() + said[1:]
    own = d.falsehood.assuming if set(d.falsehood.assuming) != set(d.assuming) else ()
    return Falsehood(d.falsehood.claim, said + ".", _counterexample(found) if found else None, own)


def _counterexample(found: Any) -> Counterexample:
    from derive.sheet import Counterexample

    return Counterexample(found["sizes"], tuple((n, v) for n, v in found["values"]), found["left"], found["right"])


def _without(hypothesis: Any, found: Any) -> Without:
    """What the models say of the statement without a hypothesis; they have no times before 0 or after the end."""
    from derive.sheet import Without
    from derive.sheet.refuted import KEPT, NO_VALUE, REFUTED, UNDECIDED
    from derive.terms import AtMost

    if found["found"]:
        return Without(hypothesis, REFUTED, "The statement is then false.", _counterexample(found["found"]))
    if found["verdict"] == "holds":
        said = f"It stays true on the models of {found['sizes']} sizes that were tried"
        said += ", but all their times lie between 0 and T" if isinstance(hypothesis, AtMost) else ""
        return Without(hypothesis, KEPT, f"{said}; the proof needs it, and nothing here shows that the truth does.")
    valueless = "has no value" in found["reason"] or found["reason"].startswith(("needs ", "index outside"))
    return Without(hypothesis, NO_VALUE if valueless else UNDECIDED, f"The models say: {found['reason']}.")


def _example(d: Derivation, found: Any) -> Example:
    from derive.sheet import Convergence, Example, ExampleRow
    from numeric.examples import describe

    drawn = ("estimate", "standard_error", "samples", "seed")
    rows = [ExampleRow(r["label"], getattr(d.claim, r["side"]), r["exact"], *map(r.get, drawn)) for r in found["rows"]]
    curves = [
        Convergence(
            f["label"], getattr(d.claim, f["side"]), f["exact"],
            *(tuple(f[part]) for part in ("sizes", "estimates", "means", "deviations")),
        )
        for f in found["figures"]
    ]  # fmt: skip
    return Example(d.world.replace("_", " "), describe(d.world), tuple(rows), tuple(curves))
