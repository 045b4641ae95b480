"""What is at most what: the laws of derive/axioms/order.py, that a term is not negative, and how a context rises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Add, Expr, Max, Min, Mul

from derive.binding import bound_name
from derive.errors import Refused
from derive.export.coq import Writer
from derive.export.coq_equal import Fresh, Script, Side, block, equal, positive, trajectory_names
from derive.terms import (
    AVERAGES_PATHS,
    Defined,
    Exp,
    Expectation,
    Given,
    Maximum,
    Mean,
    PathSum,
    Samples,
    SumOver,
    TimeSum,
)

Law = Callable[[Side, Side, tuple[Any, ...], Fresh], Script]
Pair = tuple[Expr, Expr]
Below = Callable[[Writer], Script]
_LEMMA = {SumOver: "sum_le", TimeSum: "time_le", Mean: "mean_le", Samples: "samples_le", Maximum: "maximum_le"}


def joined(text: str, first: Script, rest: Script) -> Script:
    """x <= z from x <= y and y <= z."""
    return [f"apply: (@le_join K _ ({text} : K)).", *block(first), *rest]


def as_equal(script: Script) -> Script:
    """x <= y from x = y."""
    return ["apply: le_of_eq.", *script]


def not_negative(side: Side) -> Script:
    """A proof of 0 <= term."""
    return ["apply: ltW.", *positive(side)] if isinstance(side.term, Defined) else ["nonneg."]


def _below_maximum(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    maximum, at = args
    w, var = term.writer, maximum.var
    value = Side(maximum.body, w.within({var: w.element(at)}), {var: at}, w)
    witness = w.words.witness(var.domain)
    last = f"exact: (below_maximum {witness} {w.function(var, maximum.body)} {w.element(at)})."
    if value.text == term.text:
        return [last]
    return joined(value.text, as_equal(["symmetry.", *equal(value, term, fresh)]), [last])


def _log_at_most(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    body = term.at(term.term.body)
    raw = term.at(Add(body.term, -1, evaluate=False))
    return joined(raw.text, ["apply: ln_le.", *positive(body)], as_equal(equal(raw, end, fresh)))


BELOW: dict[str, Law] = {
    "nonnegative": lambda term, end, args, fresh: not_negative(end),
    "below_maximum": _below_maximum,
    "below_larger": lambda term, end, args, fresh: ["by rewrite /larger !le_maxr lexx ?orbT."],
    "smaller_below": lambda term, end, args, fresh: ["by rewrite /smaller !le_minl lexx ?orbT."],
    "log_at_most": _log_at_most,
}


def rise(node: Expr, place: int, pairs: tuple[Pair, Pair], below: Below, writer: Writer, fresh: Fresh) -> Script:
    """f x <= f y from x <= y, for a node f that binds something, or is a function of numbers without arithmetic."""
    if isinstance(node, Exp):
        return ["apply: ex_le.", *below(writer)]
    if isinstance(node, AVERAGES_PATHS):
        names = trajectory_names(node.process, fresh)
        head = {PathSum: "paths", Expectation: "expect", Given: "given"}[type(node)]
        weights = [] if isinstance(node, PathSum) else ["1-3: by move=> *; nonneg."]
        return [f"apply: {head}_le.", *weights, f"move=> {' '.join(names.values())}.", *below(writer.over_paths(names))]
    if isinstance(node, (Max, Min)):
        return _between(node, place, pairs, below(writer), writer)
    if type(node) not in _LEMMA or place != 0:
        raise Refused("that {} rises has no counterpart in the export", type(node).__name__)
    lemma = _LEMMA[type(node)]
    weights = [*block(["move=> *; nonneg."])] if isinstance(node, (Mean, Samples)) else []
    if isinstance(node, Samples):
        d = fresh("d")
        return [f"apply: {lemma}.", *weights, f"move=> {d}.", *below(writer.over_samples(node.var.domain, d))]
    x = fresh("x")
    intros = [x, fresh("low"), fresh("high")] if isinstance(node, TimeSum) else [x]
    return [f"apply: {lemma}.", *weights, f"move=> {' '.join(intros)}.", *below(writer.within({bound_name(node): x}))]


def extremes(node: Expr, place: int, pairs: tuple[Pair, Pair], writer: Writer) -> tuple[str, str, list[str]]:
    """max or min, the other arguments of it, and what it is before and after as SymPy may not write it."""
    head = "larger" if isinstance(node, Max) else "smaller"
    other = writer.real(node.func(*(a for i, a in enumerate(node.args) if i != place)))
    return head, other, [f"({head} {writer.real(value)} {other})" for value in pairs[1]]


def regrouped(text: str, other: str) -> Script:
    return ["reflexivity."] if text == other else ["lattice."]


def _between(node: Expr, place: int, pairs: tuple[Pair, Pair], below: Script, writer: Writer) -> Script:
    head, _, raw = extremes(node, place, pairs, writer)
    before, after = (as_equal(regrouped(writer.real(whole), text)) for whole, text in zip(pairs[0], raw, strict=True))
    return joined(raw[0], before, joined(raw[1], [f"apply: {head}_le; last exact: lexx.", *below], after))


def rise_beside(
    node: Expr, place: int, pairs: tuple[Pair, Pair], below: Script, writer: Writer, fresh: Fresh
) -> Script:
    """A sum or a product in which one argument rises, and which SymPy may write otherwise."""
    func, (pair, inner) = type(node), pairs
    if func not in (Add, Mul):
        raise Refused("that {} rises has no counterpart in the export", func.__name__)
    rest = func(*(a for i, a in enumerate(node.args) if i != place))
    raw = [Side(func(rest, value, evaluate=False), writer) for value in inner]
    if func is Add:
        step = ["apply: add_le; first exact: lexx.", *below]
    else:
        step = ["apply: mul_le.", *block(not_negative(Side(rest, writer))), *below]
    first = as_equal(equal(Side(pair[0], writer), raw[0], fresh))
    last = as_equal(equal(raw[1], Side(pair[1], writer), fresh))
    return joined(raw[0].text, first, joined(raw[1].text, step, last))
