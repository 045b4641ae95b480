"""Entailment on the time line: never more than brute force finds in a box, and rarely less."""

from itertools import permutations, product
from random import Random

import pytest
from sympy import Integer, Rational

from derive.errors import Refused
from derive.notation import T, gamma, k, n, t
from derive.terms import AtMost, State
from derive.timeline import Linear, as_linear, entailed, infeasible, is_linear, linear, needed

BOX = range(-4, 5)
SYMBOLS = (k, n, t)


def random_form(rng: Random) -> Linear:
    return linear(sum((rng.randint(-2, 2) * s for s in SYMBOLS), Integer(rng.randint(-4, 4))))


def holds(form: Linear, at: dict) -> bool:
    return form[0] + sum(c * at[s] for s, c in form[1]) >= 0


def test_what_is_entailed_is_true_at_every_point_of_a_box() -> None:
    rng, yes, no, missed = Random(0), 0, 0, 0
    box = [linear(s + BOX[-1]) for s in SYMBOLS] + [linear(BOX[-1] - s) for s in SYMBOLS]
    points = [dict(zip(SYMBOLS, values, strict=True)) for values in product(BOX, repeat=3)]
    for _ in range(300):
        facts, goal = [random_form(rng) for _ in range(rng.randint(1, 3))], random_form(rng)
        inside = [at for at in points if all(holds(f, at) for f in facts)]
        true = all(holds(goal, at) for at in inside)
        claimed = entailed([*facts, *box], goal)
        assert true or not claimed, (facts, goal)
        yes, no, missed = yes + claimed, no + (not true), missed + (true and not claimed)
    assert yes > 15
    assert no > 20
    assert missed <= 20  # incomplete over the integers, and only a little


def test_integers_are_tightened() -> None:
    assert entailed([linear(3 * t - 3 * k - 2)], linear(t - k - 1))
    assert infeasible(frozenset({linear(2 * k - 1), linear(1 - 2 * k)}))  # 2k = 1
    assert not entailed([linear(2 * k - 1)], linear(k - 2))


def test_a_smallest_part_of_the_facts_is_needed() -> None:
    facts = [AtMost(0, k), AtMost(k, t), AtMost(t, T), AtMost(n, 3)]
    assert set(needed(facts, [], linear(T)) or ()) == {AtMost(0, k), AtMost(k, t), AtMost(t, T)}
    assert needed(facts, [linear(t - 5)], linear(T - 5)) == [AtMost(t, T)]
    assert needed(facts, [], linear(Integer(0))) == []
    assert needed(facts, [], linear(k - 1)) is None


@pytest.mark.parametrize("expr", [Rational(1, 2) + k, k * t, gamma, k**2, State(0), 2**k, k / 2])
def test_what_is_not_an_integer_form_is_refused(expr: object) -> None:
    assert not is_linear(expr)
    with pytest.raises(Refused, match=r"is not (an integer linear form|linear in time symbols)"):
        linear(expr)


def test_a_form_collects_its_symbols() -> None:
    assert linear(2 * (k - t) + t + 3) == (3, ((k, 2), (t, -1)))
    assert as_linear(AtMost(k, t - 1)) == (-1, ((k, -1), (t, 1)))
    assert linear(k - k) == (0, ())


def test_of_two_parts_that_do_the_same_one_is_needed_in_any_order() -> None:
    facts = [AtMost(1, n), AtMost(1, k), AtMost(k, n)]
    assert all(needed(order, [], linear(n - 1)) == [AtMost(1, n)] for order in permutations(facts))
