"""`derive list`, `prove`, `graph`: the catalogue, and the three witnesses of each entry."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from derive.cli.output import say, write_json, write_text

if TYPE_CHECKING:
    from derive.catalogue import Catalogue, Derivation


def load_catalogue() -> Catalogue:
    import proofs
    from derive.catalogue import load

    return load(proofs)


def named_in(options: argparse.Namespace, catalogue: Catalogue) -> list[Derivation]:
    if not options.names and not options.all:
        raise ValueError("name derivations, or give --all; `derive list` shows them")
    return catalogue.named([] if options.all else options.names)


def run_list(options: argparse.Namespace) -> int:
    from derive.printing import latex, text

    catalogue = load_catalogue()
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for d in catalogue.derivations.values():
        status, theorem = status_of(d)
        laws = sorted(theorem.laws) if theorem else []
        rows.append({
            "name": d.name, "title": d.title, "statement": latex(d.claim), "hypotheses": [latex(h) for h in d.assuming],
            "laws": laws, "axioms": [c.name for c in d.admitting], "source": d.source, "status": status,
            "rests_on": list(d.rests_on) if theorem else [],
        })  # fmt: skip
        lines += [f"{d.name}  ({status})", f"    {text(d.claim)}"]
        lines += [f"    if {', '.join(map(text, d.assuming))}"] if d.assuming else []
        lines += [f"    by {axiom.name}, admitted without proof: {axiom.source}" for axiom in d.admitting]
    if options.tree:
        from derive.graph import tree

        lines = tree(_with_axioms(catalogue.derivations.values(), {row["name"]: row["rests_on"] for row in rows}))
    rows += [_fault_row(name) for name in catalogue.faults]
    say(options, {"derivations": rows}, "\n".join(lines))
    return tell_faults(catalogue)


def _with_axioms(derivations: Iterable[Derivation], rests: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What rests on what, axioms beyond the laws among it."""
    found = {d.name: [*rests[d.name], *(axiom.name for axiom in d.admitting)] for d in derivations}
    return found | {axiom.name: [] for d in derivations for axiom in d.admitting}


def _fault_row(name: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"hypotheses": [], "laws": [], "axioms": []}
    return {"name": name, "title": "", "statement": "", "source": "", "status": "failed"} | empty


def status_of(derivation: Derivation) -> tuple[str, Any]:
    """The status, and the theorem: `proved` needs a replay, a model that agrees and a second evaluator that does."""
    from derive.errors import DeriveError
    from derive.kernel import replay

    try:
        theorem = replay(derivation.theorem)
        refuted, obstacle = _tested(derivation)
    except DeriveError as fault:
        return f"failed: {fault}", None
    if refuted or not _worlds_agree(derivation):
        return "internal-disagreement", theorem
    return (f"no model: {obstacle}" if obstacle else "proved"), theorem


def _tested(derivation: Derivation) -> tuple[bool, str]:
    """Whether a small model refutes what is proved besides, and why none tells of it if none does."""
    from derive.models import agreeing, decide
    from derive.terms import Inequality

    if isinstance(derivation.claim, Inequality):
        models = agreeing(derivation.claim, derivation.assuming, max_actions=2, max_horizon=2)
        return models is None, "" if models else "none was found that satisfies the hypotheses"
    outcome = decide(derivation.claim, derivation.assuming, max_actions=2, max_horizon=2)
    return outcome.verdict == "refuted", "" if outcome.verdict == "holds" else outcome.reason


def _worlds_agree(derivation: Derivation) -> bool:
    """The second evaluator finds the statement true in the world of the worked example."""
    from derive.wire import encode
    from numeric.examples import agree

    claim, given = encode(derivation.claim), tuple(map(encode, derivation.assuming))
    found = valued(derivation, lambda setting: agree(claim, setting, *given))
    return bool(found) and all(agreed for _, agreed in found)


def valued(derivation: Derivation, evaluate: Callable[[Any], Any]) -> list[tuple[Any, Any]]:
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


def tell_faults(catalogue: Catalogue) -> int:
    for name, fault in catalogue.faults.items():
        print(f"derive: proofs/{name}.py did not load: {fault}", file=sys.stderr)
    return 1 if catalogue.faults else 0


def run_prove(options: argparse.Namespace) -> int:
    from derive import cache

    name = cache.key("prove", options.all, *options.names)
    rows = None if options.no_cache or options.certificate else cache.recall(name)
    if rows is None:
        catalogue = load_catalogue()
        chosen = named_in(options, catalogue)
        rows = [_proof_row(d) for d in chosen]
        if options.certificate:
            _write_certificate(options.certificate, chosen)
        if tell_faults(catalogue):
            rows.append({**_fault_row("proofs"), "text_hypotheses": [], "text_axioms": [], "seconds": 0.0})
        elif all(row["status"] == "proved" for row in rows):
            cache.store(name, rows)
    shown = [{k: v for k, v in row.items() if not k.startswith("text_")} for row in rows]
    say(options, {"proofs": shown}, "\n".join(line for row in rows for line in _proof_lines(row, options.axioms)))
    return int(any(row["status"] != "proved" for row in rows))


def _proof_row(d: Derivation) -> dict[str, Any]:
    from derive.printing import latex, text

    start = time.perf_counter()
    status, theorem = status_of(d)
    return {
        "name": d.name, "status": status, "hypotheses": [latex(h) for h in d.assuming],
        "laws": sorted(theorem.laws) if theorem else [], "axioms": [c.name for c in d.admitting],
        "seconds": round(time.perf_counter() - start, 4), "text_hypotheses": [text(h) for h in d.assuming],
        "text_axioms": [f"{c.name}: {text(c.claim)}; admitted without proof: {c.source}" for c in d.admitting],
    }  # fmt: skip


def _proof_lines(row: dict[str, Any], with_laws: bool) -> Iterator[str]:
    yield f"{row['name']}: {row['status']}  ({row['seconds']:.3f} s)"
    yield f"    hypotheses: {', '.join(row['text_hypotheses']) or 'none'}"
    yield f"    laws: {', '.join(row['laws']) or 'none'}; axioms beyond them: {', '.join(row['axioms']) or 'none'}"
    if with_laws:
        import derive.axioms  # noqa: F401  (admits the laws)
        from derive.kernel import LAWS

        yield from (f"        {name}: {' '.join((LAWS[name].__doc__ or '').split())}" for name in row["laws"])
        yield from (f"        {said}" for said in row["text_axioms"])


def _write_certificate(path: str, chosen: list[Derivation]) -> None:
    from derive.certificate import certificate

    if len(chosen) != 1:
        raise ValueError(f"a certificate is of one derivation; {len(chosen)} were named")
    write_json(path, certificate(chosen[0].theorem))


def run_graph(options: argparse.Namespace) -> int:
    from derive.graph import mermaid, svg

    catalogue = load_catalogue()
    derivations = catalogue.derivations.values()
    rests = _with_axioms(derivations, {d.name: d.rests_on for d in derivations})
    drawn = svg(rests) if options.to == "svg" else mermaid(rests)
    if options.output:
        write_text(options.output, drawn)
    say(options, {"rests_on": rests, options.to: drawn}, options.output or drawn.rstrip())
    return tell_faults(catalogue)
