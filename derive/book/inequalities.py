"""≤ ≥ < > between two expressions: numbers, or a claim that models may refute and the kernel may prove.

Most inequalities of a text are conditions: γ < 1, r ≤ 1, KL ≤ δ. One that fails is refuted only where both sides are
averages, sums or maxima, and the words before it suppose, want or require nothing. That ≤ is proved says nothing of <.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sympy import Max, Min

from derive.book import arithmetic, judge
from derive.book.claims import claim, readings
from derive.book.elaborate import decimal
from derive.book.granted import unfolded
from derive.book.judge import Judgement, Judges
from derive.book.sorts import closed
from derive.book.tokens import Stopped
from derive.book.tree import Node, Num, Sym
from derive.book.verdict import PASSED, Judged, Setting, judge_claim
from derive.terms import Expectation, Inequality, Maximum, Mean, PathSum, Samples, SumOver, TimeSum

_SUPPOSES = re.compile(
    r"\b(?:if|when|whenever|where|unless|until|provided|suppos\w*|assum\w*|requir\w*|need\w*|constrain\w*|subject|"
    r"such that|wants?|would like|ensur\w*|guarant\w*|condition\w*|bounded|choos\w*|satisf\w*|let)\b",
    re.I,
)
_ASSUMES = re.compile(r"\b(?:suppos\w*|assum\w*|subject to|constrain\w*|such that|requir\w*)\b", re.I)
SUPPOSED = Judgement("not-a-claim", "D033", "a condition, which the sentence before it supposes")
_TOTALS = (Expectation, Maximum, Mean, PathSum, Samples, SumOver, TimeSum, Max, Min)


def supposed(left: Node, right: Node, words: str) -> bool:
    """E[…] ≤ ε behind “suppose”, “subject to”: the bound is a number or a letter, and the words make it a condition."""
    bounds = (isinstance(side, Num) or (isinstance(side, Sym) and side.sup is None) for side in (left, right))
    both = closed(left) and closed(right)
    return not both and any(bounds) and _ASSUMES.search(words) is not None


def judge_order(left: Node, operator: str, right: Node, setting: Setting, words: str) -> Judged:
    """The verdict on an inequality; `words` are the sentence that leads to it."""
    if closed(left) and closed(right):
        return _of_numbers(left, operator, right, setting.judges), None
    setting = replace(setting, relation=operator)
    judgement, read_as = judge_claim(left, right, setting)
    if judgement.verdict in PASSED and operator in ("<", ">"):
        message = f"that it is at most as great is {judgement.verdict}; that it is less is not decided"
        return Judgement("unknown", "D050", message), read_as
    if judgement.verdict in ("refuted", "inconsistent") and (
        _SUPPOSES.search(words) or not _compares_totals(left, right, setting)
    ):
        message = f"fails for some processes, and may be meant as a condition: {judgement.message}"
        return replace(judgement, verdict="unknown", code="D069", message=message, counterexample=None), read_as
    return judgement, read_as


def _compares_totals(left: Node, right: Node, setting: Setting) -> bool:
    """Whether both sides are made of averages, sums or maxima."""
    try:
        one = claim(left, right, setting.scope, readings(setting.scope, [left, right])[0][0]).equation
    except Stopped:
        return False
    return all(any(isinstance(n, _TOTALS) for n in unfolded(side)) for side in (one.lhs, one.rhs))


def _of_numbers(left: Node, operator: str, right: Node, judges: Judges) -> Judgement:
    """Exact numbers are compared as they stand."""
    if not (arithmetic.rational(left) and arithmetic.rational(right)):
        return Judgement("unknown", "D050", "numbers that are not rational are compared in equations only")
    one, two = arithmetic.value(left), arithmetic.value(right)
    low, high = (one, two) if operator in ("<", "<=") else (two, one)
    if low > high:
        found = judge.judge(Inequality(decimal(str(low)), decimal(str(high))), (), judges)
        return replace(found, code="D011") if found.verdict == "refuted" else found
    if low == high and operator in ("<", ">"):
        return Judgement("unknown", "D050", "both sides are equal, to the digits printed")
    return Judgement("holds", "D003", f"{low} {'<' if low < high else '='} {high}")
