"""What prove() finds is true: random claims of every kind, judged on random models.

The default profile looks at a hundred claims; `--hypothesis-profile deep` at more than twenty thousand.
"""

from collections import Counter
from itertools import islice
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from derive.kernel import Theorem, replay
from derive.prove import search

from .claims import KINDS, Claim, claims
from .witness import judge_equation

EFFORT = 200
DEEP = 1000  # examples of the deep profile


def outcome(claim: Claim, rng: Random) -> str:
    """How a claim fares; an assertion fails where one is proved that a model refutes."""
    theorem = search(claim.equation, claim.assuming, effort=EFFORT)
    if not isinstance(theorem, Theorem):
        return "not found"
    assert theorem.hypotheses <= set(claim.assuming)
    replay(theorem)
    if claim.equation.lhs == claim.equation.rhs:
        return "the same term"
    verdict = judge_equation(theorem.lhs, theorem.rhs, theorem.hypotheses, rng, 2)
    assert not verdict.false, f"{theorem}\nis false on {verdict.counterexample}"
    return "proved and true on models" if verdict.true else "proved, without a value on the models tried"


def tally(seeds: range, each: int) -> Counter[tuple[str, str]]:
    """How many claims of each kind fared how."""
    counts: Counter[tuple[str, str]] = Counter()
    for seed in seeds:
        rng = Random(seed)
        for claim in islice(claims(rng), each):
            counts[claim.kind, outcome(claim, rng)] += 1
    return counts


@given(st.integers(0, 2**32))
def test_nothing_is_proved_that_a_model_refutes(seed: int) -> None:
    rng, wanted = Random(seed), 24 if settings.default.max_examples >= DEEP else 1
    while wanted > 0:
        drawn = list(claims(rng))
        for claim in rng.sample(drawn, min(wanted, len(drawn))):
            outcome(claim, rng)
            wanted -= 1


def test_the_fuzz_proves_claims_of_each_kind() -> None:
    # A fuzz in which nothing is proved would find nothing.
    counts = tally(range(10), 12)
    assert counts[KINDS[0], "proved and true on models"] >= 5, counts
    assert sum(counts.values()) >= 25, counts
