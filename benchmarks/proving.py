"""Proving: the prover and the replay over the whole catalogue, and whole processes from a cold start.

The prover and the replay have no peer. A process is timed from start to end, against one that only imports SymPy.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import proofs
from benchmarks.caches import forget
from benchmarks.claims import entries, steps
from benchmarks.measure import Row, Timed, times
from benchmarks.registry import benchmark
from derive.catalogue import Derivation, load
from derive.kernel import replay
from derive.prove import prove

ROOT = Path(__file__).resolve().parent.parent


def _derivations() -> list[Derivation]:
    return list(load(proofs).derivations.values())


@benchmark("prove_catalogue", group="proving", slow=True)
def prove_catalogue(name: str, budget: float) -> Row:
    """Every claim of the catalogue given to the prover, without its lines; the time counts those it does not find."""
    derivations = _derivations()
    found = Timed(lambda: [prove(d.claim, d.assuming) for d in derivations], right=any, before=forget)
    return times(name, found, None, budget)


@benchmark("entries_found", group="proving", slow=True)
def entries_found(name: str, budget: float) -> Row:
    """How many percent of the finite entries the prover finds without their lines; each is told on standard error."""
    score = entries(_derivations())
    for trial in score.trials:
        print(
            f"{'found' if trial.found else 'not found':10} {1e3 * trial.seconds:7.1f} ms  {trial.name}", file=sys.stderr
        )
    print(f"entries: {score}", file=sys.stderr)
    return Row(name, score.share, None, None, "%")


@benchmark("one_step_claims_found", group="proving", slow=True)
def one_step_claims_found(name: str, budget: float) -> Row:
    """How many percent of the lines of all chains the prover finds as claims about the line before."""
    score = steps(_derivations())
    for trial in score.trials:
        if not trial.found:
            print(f"not found  {1e3 * trial.seconds:7.1f} ms  {trial.name}", file=sys.stderr)
    print(f"one-step claims: {score}", file=sys.stderr)
    return Row(name, score.share, None, None, "%")


@benchmark("one_step_claim", group="proving", slow=True)
def one_step_claim(name: str, budget: float) -> Row:
    """The median time of one such claim, found or given up."""
    return Row(name, steps(_derivations()).milliseconds, None, None, "ms")


@benchmark("replay_catalogue", group="proving")
def replay_catalogue(name: str, budget: float) -> Row:
    """Every theorem of the catalogue rebuilt from nothing."""
    theorems = [d.theorem for d in _derivations()]
    rebuilt = Timed(lambda: [replay(theorem) for theorem in theorems], before=forget)
    return times(name, rebuilt, None, budget)


def _process(*arguments: str) -> Timed:
    return Timed(
        partial(subprocess.run, [sys.executable, *arguments], cwd=ROOT, capture_output=True),
        right=lambda done: done.returncode == 0,
    )


def _cold_start(name: str, budget: float, *, arguments: tuple[str, ...]) -> Row:
    return times(name, _process(*arguments), _process("-c", "import sympy"), budget)


PROCESSES = {
    "cold_start_import": ("-c", "import derive"),
    "cold_start_help": ("-m", "derive.cli", "--help"),
    "cold_start_prove_all": ("-m", "derive.cli", "prove", "--all", "--no-cache"),
}
for title, command in PROCESSES.items():
    benchmark(title, group="proving", slow="--no-cache" in command)(partial(_cold_start, arguments=command))
