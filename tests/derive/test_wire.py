"""Terms as plain data and back: nothing is lost, and nothing else is read."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Max, Rational, Symbol, oo, pi, sin, zoo

from derive.errors import DeriveError, Unreadable
from derive.notation import T, a, gamma, k, objective, policy, process, s, sigmoid, theta
from derive.terms import AtMost, Definition, Domain, Equation, Letter, Positive, Possible, Var
from derive.wire import ARITHMETIC, MAX_DEPTH, NODES, Table, decode, encode, untable

from .laws.terms import Maker


def there_and_back(term: Any) -> Any:
    return decode(json.loads(json.dumps(encode(term))))


@given(st.integers(0, 2**32), st.integers(0, 4))
def test_every_term_comes_back(seed: int, depth: int) -> None:
    try:
        term = Maker(Random(seed)).term(depth)
    except DeriveError:
        return
    assert there_and_back(term) == term
    table = Table()
    place = table.add(term)
    assert untable(json.loads(json.dumps(table.rows)))[place] == term


@pytest.mark.parametrize(
    "thing",
    [
        AtMost(k, T), Equation(gamma, 1), Positive(policy), Possible(process), policy, process, objective,
        sigmoid(theta),
        Domain("N", (3, -1)), Var("i", Domain("N", (3, -1))), Rational(-3, 7), Max(gamma, Integer(1)), None,
        Letter("f", (None, Domain("N", (1,)))),
    ],
    ids=str,
)  # fmt: skip
def test_hypotheses_letters_and_names_come_back(thing: Any) -> None:
    assert there_and_back(thing) == thing


def test_a_letter_keeps_what_kind_of_symbol_it_depends_on() -> None:
    real = Letter("q", (a.domain,), parameter=theta)
    integer = Letter("q", (a.domain,), parameter=Symbol("theta", integer=True))
    assert real != integer
    assert there_and_back(real) == real
    assert there_and_back(integer) == integer


@pytest.mark.parametrize("node", [sin(gamma), oo, zoo, pi, Symbol, 1.5, "text"], ids=str)
def test_what_is_no_node_of_the_language_is_not_written(node: Any) -> None:
    with pytest.raises((Unreadable, AttributeError)):
        encode(node)


@pytest.mark.parametrize(
    "wire",
    [
        5, "x", [], [5], [[]], ["eval", "1"], ["__class__"], ["num", 1], ["num", 1, 0], ["num", 1, -2], ["num", 1.5, 1],
        ["num", True, 1], ["time"], ["time", ""], ["time", 5], ["time", "x" * 81], ["var", "a"], ["domain", "N", [0.5]],
        ["letter", "f", 5, False, None], ["definition", "d", [], None], ["add", 5], ["add", None],
        ["pow", ["num", 1, 1]],
        ["State"], ["Apply", ["num", 1, 1]], ["SumOver", ["num", 1, 1], ["num", 2, 1]], ["Equation", ["num", 1, 1]],
        ["Term", ["num", 1, 1]], ["_Range", ["num", 1, 1]], ["TimeSum"], ["Process"], {"num": 1},
    ],
    ids=str,
)  # fmt: skip
def test_anything_else_is_unreadable(wire: Any) -> None:
    with pytest.raises(DeriveError):
        decode(wire)


def test_nesting_is_bounded() -> None:
    wire: Any = ("num", 1, 1)
    for _ in range(MAX_DEPTH + 2):
        wire = ("Exp", wire)
    with pytest.raises(Unreadable, match="nested deeper"):
        decode(wire)


def test_a_number_to_a_huge_power_is_not_written_out() -> None:
    assert decode(["pow", ["num", 2, 1], ["num", -3, 1]]) == Rational(1, 8)
    with pytest.raises(Unreadable, match="is not written out"):
        decode(["pow", ["num", 3, 1], ["num", 10**15, 1]])


NO_TABLES = (5, [5], [[]], [["atom"]], [["Exp", 0]], [["Exp", -1]], [["Exp", True]], [["no", 0]], None)


@pytest.mark.parametrize("rows", NO_TABLES, ids=str)
def test_a_table_that_is_none_is_refused(rows: Any) -> None:
    with pytest.raises((DeriveError, TypeError, IndexError)):
        untable(rows)


def test_a_node_is_rebuilt_by_its_own_constructor() -> None:
    assert set(NODES) & set(ARITHMETIC) == set()
    assert "Term" not in NODES
    named = Definition("d", (s,), gamma, "index")
    assert there_and_back(named(s)).definition.form == "index"
