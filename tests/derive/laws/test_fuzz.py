"""Whatever the kernel grants is true: random terms, random rules at random places, judged on random models.

The default profile checks a few hundred theorems; `--hypothesis-profile deep` several thousand.
"""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

import derive.axioms  # noqa: F401  (admits the laws)
from derive.kernel import replay

from .fuzz import theorems
from .witness import judge


@given(st.integers(0, 2**32), st.integers(1, 3))
def test_what_the_kernel_grants_is_true(seed: int, depth: int) -> None:
    rng = Random(seed)
    for theorem in theorems(rng, depth, tries=15):
        verdict = judge(theorem, rng, 2)
        assert not verdict.false, f"{theorem}\nlaws {sorted(theorem.laws)}\nis false on {verdict.counterexample}"


def test_the_fuzz_decides_most_laws() -> None:
    # A fuzz whose theorems have no value on any model would find nothing.
    decided: set[str] = set()
    for seed in range(45):
        rng = Random(seed)
        for theorem in theorems(rng, 3, tries=25):
            if judge(theorem, rng, 1).true:
                decided |= theorem.laws
    assert len(decided) >= 12, sorted(decided)


@given(st.integers(0, 2**32))
def test_what_the_kernel_grants_replays(seed: int) -> None:
    for theorem in theorems(Random(seed), 2, tries=10):
        again = replay(theorem)
        assert (again.lhs, again.rhs, again.hypotheses) == (theorem.lhs, theorem.rhs, theorem.hypotheses)
