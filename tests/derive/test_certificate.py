"""Certificates: a proof as plain data replays in a fresh process, and nothing that was changed in it passes."""

import copy
import json
import subprocess
import sys
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import proofs
from derive.catalogue import load
from derive.certificate import certificate, checked
from derive.errors import Tampered, Unreadable
from derive.kernel import Theorem, law, refl
from derive.notation import T, k, s, t
from derive.terms import ONE, AtMost, Equation, TimeSum
from derive.wire import MAX_DEPTH, encode

from .laws.witness import judge

CATALOGUE = load(proofs).derivations
FALSE = ["Equation", ["num", 0, 1], ["num", 1, 1]]
NAMES = ("score_function_identity", "past_reward_cancellation", "trajectory_probability", "bandit_variance_at_zero")


@cache
def text_of(name: str) -> str:
    return json.dumps(certificate(CATALOGUE[name].theorem))


def data_of(name: str) -> dict[str, Any]:
    return json.loads(text_of(name))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_certificate_gives_the_theorem_back(name: str) -> None:
    theorem, again = CATALOGUE[name].theorem, checked(data_of(name))
    assert isinstance(again, Theorem)
    assert (again.lhs, again.rhs, again.hypotheses) == (theorem.lhs, theorem.rhs, theorem.hypotheses)
    assert again.laws == theorem.laws


CHECK_ALL = """
import json, sys
from derive.certificate import checked
for line in sys.stdin:
    theorem = checked(json.loads(line))
strangers = ("derive.prove", "derive.book", "derive.models", "derive.catalogue", "proofs", "numpy", "numeric")
assert not [m for m in sys.modules if m.startswith(strangers)]
print("checked", sorted(map(str, theorem.laws)))
"""


def test_a_fresh_process_checks_every_certificate_without_search_or_reader() -> None:
    lines = "\n".join(text_of(name) for name in CATALOGUE)
    done = subprocess.run([sys.executable, "-c", CHECK_ALL], input=lines, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("checked")


def refused(data: Any) -> str:
    with pytest.raises((Tampered, Unreadable)) as caught:
        checked(data)
    return str(caught.value)


def test_another_claim_is_refused() -> None:
    data, other = data_of(NAMES[0]), data_of(NAMES[1])
    data["claim"] = other["claim"]
    assert "the steps prove" in refused(data)
    data["claim"] = encode(AtMost(0, T))
    assert "claim" in refused(data)


def test_a_claim_that_divides_by_zero_is_refused() -> None:
    # Up to the names of bound variables both are the sum of nothing, and SymPy makes x/x one.
    data = certificate(refl(ONE))
    data["claim"] = encode(Equation(TimeSum(1, k, 1, 0) / TimeSum(1, t, 1, 0), ONE))
    assert "the steps prove" in refused(data)


def test_a_claim_may_name_what_it_binds_otherwise() -> None:
    data = certificate(refl(TimeSum(k, k, 1, 2)))
    data["claim"] = encode(Equation(TimeSum(k, k, 1, 2), TimeSum(t, t, 1, 2)))
    assert checked(data).rhs == TimeSum(t, t, 1, 2)


def test_a_hypothesis_that_is_left_out_is_refused() -> None:
    for i in range(len(data_of(NAMES[1])["hypotheses"])):
        data = data_of(NAMES[1])
        del data["hypotheses"][i]
        assert "the steps prove" in refused(data)


def test_steps_that_are_left_out_or_changed_are_refused() -> None:
    for name in NAMES:
        for edit in (lambda steps: steps.pop(0), list.reverse, list.clear):
            data = data_of(name)
            edit(data["steps"])
            refused(data)
    data = data_of(NAMES[0])
    data["steps"][-1] = ["conjure", *data["steps"][-1][1:]]
    assert "no rule named 'conjure'" in refused(data)


@pytest.mark.parametrize("place", [-1, 10**6, "0", None, 0.5, True, [0]])
def test_a_place_that_is_none_is_refused(place: Any) -> None:
    for kind in ("thm", "term", "hyps"):
        data = data_of(NAMES[1])
        for step in data["steps"]:
            for argument in step[1:]:
                if argument[0] == kind:
                    argument[1] = place
        refused(data)


@pytest.mark.parametrize(
    "data",
    [
        {}, [], None, 5, "proof", {"kind": "proof"}, {"claim": None, "hypotheses": [], "steps": []},
        {"claim": FALSE, "hypotheses": [], "steps": [["refl", ["term", 0]]], "terms": 7},
        {"claim": FALSE, "hypotheses": [], "steps": [[]], "terms": []},
        {"claim": FALSE, "hypotheses": [], "steps": [["refl"]], "terms": [["atom"]]},
        {"claim": FALSE, "hypotheses": [], "steps": [["refl"]], "given": 3},
        {"claim": FALSE, "hypotheses": [], "steps": [["refl"]], "given": [[["AtMost"]]]},
        {"claim": FALSE, "hypotheses": 5, "steps": [["refl"]]},
        {"claim": ["Equation", ["num", 0, 1], ["num", 1, 0]], "hypotheses": [], "steps": [["refl"]]},
        {"claim": ["eval", "1"], "hypotheses": [], "steps": [["refl"]]},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_certificate_is_unreadable(data: Any) -> None:
    refused(data)


def test_deep_nesting_is_unreadable() -> None:
    wire: Any = ["num", 1, 1]
    for _ in range(MAX_DEPTH + 10):
        wire = ["Log", wire]
    data = data_of(NAMES[0])
    data["claim"] = ["Equation", wire, wire]
    assert "nested deeper" in refused(data)


def test_a_deep_table_is_refused_and_not_followed_to_the_end() -> None:
    rows: list[Any] = [["atom", ["num", 1, 1]]] + [["Log", i] for i in range(5000)]
    refused({"claim": FALSE, "hypotheses": [], "terms": rows, "steps": [["refl", ["term", 5000]]]})


def test_a_theorem_of_one_step_has_a_certificate() -> None:
    theorem = refl(s)
    assert checked(json.loads(json.dumps(certificate(theorem)))).lhs == s
    shorter = law("split", TimeSum(k, k, 0, T), t, given=[AtMost(0, t), AtMost(t, T)])
    assert checked(json.loads(json.dumps(certificate(shorter)))).hypotheses == shorter.hypotheses


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(p for key, value in inner for p in places(value, (*path, key)))]


@cache
def all_places(name: str) -> list[tuple[Any, ...]]:
    return places(data_of(name))[1:]


junk = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 40), st.floats(allow_nan=False), st.text(max_size=3),
    st.just([]), st.just({}),
    st.sampled_from(["term", "thm", "hyps", "refl", "sym", "ring", "law", "cong", "num", "time", "Positive", "AtMost"]),
)  # fmt: skip


@given(st.sampled_from(NAMES), st.data())
def test_a_mutated_certificate_proves_its_own_claim_or_is_refused(name: str, draw: st.DataObject) -> None:
    """Whatever is changed: either the steps still prove the claim that is written there, or the error says it."""
    data = data_of(name)
    for _ in range(draw.draw(st.integers(1, 2))):
        *above, last = draw.draw(st.sampled_from(all_places(name)))
        node: Any = data
        try:
            for key in above:
                node = node[key]
            swapped = draw.draw(st.one_of(junk, st.sampled_from([copy.deepcopy(node[last])])))
            if draw.draw(st.booleans()) and isinstance(node, list):
                del node[last]
            else:
                node[last] = swapped
        except (KeyError, IndexError, TypeError):
            continue
    try:
        theorem = checked(data)
    except (Tampered, Unreadable):
        return
    assert not judge(theorem, Random(0), 1).false
