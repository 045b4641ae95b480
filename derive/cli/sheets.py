"""`derive sheet` and `book`: a derivation with its worked example and its falsehood, handed to the printers."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from derive.cli.catalogue import load_catalogue, named_in, status_of, tell_faults, valued
from derive.cli.output import say, show_progress

if TYPE_CHECKING:
    from derive.catalogue import Derivation
    from derive.sheet import Example, Sheet

SAMPLES, SEED = 100_000, 0


def run_sheet(options: argparse.Namespace) -> int:
    from derive.sheet import write

    catalogue = load_catalogue()
    chosen, formats, written, sheets = named_in(options, catalogue), options.to.split(","), [], []
    for i, d in enumerate(chosen, 1):
        show_progress(f"{i} of {len(chosen)}: {d.name}")
        sheets.append(_content(d))
        written += write(sheets[-1], formats, options.output, options.template)
    if options.all and "html" in formats and sheets:
        from derive.sheet.collection import Collection
        from derive.sheet.html_index import write_index

        whole = Collection(tuple(sheets), {d.name: d.rests_on for d in chosen})
        written += write_index(whole, options.output)
    show_progress("")
    say(options, {"sheets": [str(p) for p in written]}, "\n".join(map(str, written)))
    return tell_faults(catalogue)


def run_book(options: argparse.Namespace) -> int:
    from derive.sheet.book import able, write_book
    from derive.sheet.collection import Collection

    able(options.to.split(","), options.template)
    catalogue, sheets = load_catalogue(), []
    derivations = list(catalogue.derivations.values())
    for i, d in enumerate(derivations, 1):
        show_progress(f"{i} of {len(derivations)}: {d.name}")
        sheets.append(_content(d))
    show_progress("typesetting")
    whole = Collection(tuple(sheets), {d.name: d.rests_on for d in derivations})
    written = write_book(whole, options.to.split(","), options.output, options.template)
    show_progress("")
    say(options, {"book": [str(p) for p in written]}, "\n".join(map(str, written)))
    return tell_faults(catalogue)


def _content(d: Derivation) -> Sheet:
    from derive.sheet import Block, Sheet

    status, theorem = status_of(d)
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
        for setting, value in valued(d, _value_of(exact, wire, given)):
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
