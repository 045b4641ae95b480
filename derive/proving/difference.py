"""A difference is zero: what stands on both sides cancels, sums over time range by range. Untrusted.

The index of each sum is moved until its first letter stands at the index itself; sums of one shape are cut where any
of them begins or ends; then the summands of each piece are added up, and vanish, given where the index is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Add, Basic, Expr, Mul, Pow, Symbol

from derive import kernel
from derive.binding import canonical, free, fresh, names, remade, substitute
from derive.context import Context
from derive.errors import DeriveError, IllFormed, Refused
from derive.kernel import Theorem, law
from derive.proving.normal import Normaliser
from derive.rewriting import HOLE, Given, below
from derive.ring import equal_by_arithmetic
from derive.rules.ranges import replaced
from derive.terms import ZERO, AtMost, TimeSum, time_symbol
from derive.timeline import is_linear, linear

SLOT = time_symbol("·")
MAX_DEPTH = 6
COST = 25  # of one way to take sums together, in attempts at a rule


class Leftover(DeriveError):
    """What remains of a difference, and where: on the range of an index, or anywhere."""

    def __init__(self, rest: Expr, where: tuple[AtMost, ...]) -> None:
        super().__init__("{} remains", rest)
        self.rest, self.where = rest, where


@dataclass(frozen=True)
class _Sum:
    """number · Σ_{index=lower}^{upper} body, one summand of a difference."""

    number: Expr
    total: TimeSum

    @property
    def term(self) -> Expr:
        return self.number * self.total

    @property
    def shape(self) -> str:
        return str(canonical(shape_of(self.total.body)))


def vanishing(term: Expr, given: Given, form: Normaliser, where: tuple[AtMost, ...] = ()) -> Theorem:
    """⊢ term = 0. Raises Leftover with what does not cancel."""
    theorem = form.normal(term, given)
    theorem = _then(theorem, _aligned(theorem.rhs, given))
    while theorem.rhs != 0:
        if equal_by_arithmetic(theorem.rhs, ZERO):
            return _then(theorem, kernel.ring(theorem.rhs, ZERO, given))
        step = next(_steps(theorem.rhs, given, form, where), None)
        if step is None:
            raise Leftover(theorem.rhs, where)
        theorem = _then(theorem, step)
    return theorem


def _then(theorem: Theorem, step: Theorem) -> Theorem:
    return kernel.trans(theorem, step)


# one index for each sum


def _aligned(term: Expr, given: Given) -> Theorem:
    """Each sum over time moved so that its first letter stands at its index, all with one name for it."""
    theorem = kernel.refl(term)
    for part in Add.make_args(term):
        found = _as_sum(part)
        if found is None:
            continue
        moved = _moved(found.total, given)
        if moved.rhs != found.total:
            theorem = _then(
                theorem, _at(theorem.rhs, part, kernel.cong(moved, found.number * HOLE, HOLE, given), given)
            )
    return theorem


def _as_sum(part: Expr) -> _Sum | None:
    number, rest = part.as_coeff_Mul()
    return _Sum(number, rest) if isinstance(rest, TimeSum) else None


def _at(whole: Expr, part: Expr, theorem: Theorem, given: Given) -> Theorem:
    return theorem if whole == part else replaced(whole, theorem, given)


def _moved(total: TimeSum, given: Given) -> Theorem:
    offset = _anchor(total)
    theorem = law("shift", total, offset, given=given) if offset != 0 else kernel.refl(total)
    moved = theorem.rhs
    name = fresh(time_symbol(f"i{_depth(moved)}"), free(moved))
    renamed = TimeSum(substitute(moved.body, {moved.index: name}), name, moved.lower, moved.upper)
    inner = _below_aligned(renamed, given)
    return _then(_then(theorem, kernel.ring(moved, renamed, given)), inner)


def _below_aligned(total: TimeSum, given: Given) -> Theorem:
    inside = _aligned(total.body, below(total, 0, given))
    return kernel.cong(inside, TimeSum(HOLE, *total.args[1:]), HOLE, given)


def _depth(total: Expr) -> int:
    return 1 + max((_depth(f) for f in Mul.make_args(total.body)), default=0) if isinstance(total, TimeSum) else 0


def _offset(place: Expr, index: Symbol) -> Expr | None:
    """The d with which a time c·index + e is c·(index + d) plus less than c, for a positive number c."""
    constant, terms = linear(place)
    times = dict(terms).get(index, 0)
    if times < 1 or any(c % times for s, c in terms if s != index):
        return None
    return Add(constant // times, *(s * (c // times) for s, c in terms if s != index))


def _anchor(total: TimeSum) -> Expr:
    """How far from its index the first letter with the index stands; without such a letter, the first power."""
    letters = [(str(shape_of(node)), place) for node, place in _places(total.body, total.index)]
    powers = [(str(base), place) for base, place in _exponents(total.body) if total.index in free(place)]
    for found in (letters, powers):
        offsets = [(shape, _offset(place, total.index)) for shape, place in found if is_linear(place)]
        told = [(shape, offset) for shape, offset in offsets if offset is not None]
        if told:
            return min(told, key=lambda t: (t[0], str(t[1])))[1]
    return ZERO


def _exponents(body: Expr) -> list[tuple[Expr, Expr]]:
    """The bases of the powers γ^k of a product, each with all of its exponents added up."""
    total: dict[Expr, Expr] = {}
    for factor in Mul.make_args(body):
        base, exponent = factor.as_base_exp()
        if isinstance(base, Symbol) or _is_discount(factor):
            total[base] = total.get(base, ZERO) + exponent
    return list(total.items())


def _places(node: Basic, index: Symbol) -> Iterator[tuple[Basic, Expr]]:
    """The times that mention the index, outside powers, each with the node that it stands in."""
    for part in node.args:
        if index not in free(part):
            continue
        if isinstance(part, Expr) and is_linear(part) and not isinstance(node, (Pow, Add, Mul)):
            yield node, part
        elif not isinstance(node, Pow):
            yield from _places(part, index)


def shape_of(node: Basic) -> Basic:
    """The node with every time in it blotted out, and no power of a constant."""
    if isinstance(node, Expr) and is_linear(node) and not node.is_Integer:
        return SLOT
    if isinstance(node, Mul) or _is_discount(node):
        factors = (f for f in Mul.make_args(node) if not (f.is_Rational or isinstance(f, Symbol) or _is_discount(f)))
        return Mul(*(shape_of(f) for f in factors))
    if isinstance(node, TimeSum):
        return TimeSum(shape_of(node.body), time_symbol("_"), 0, SLOT)
    return remade(node, tuple(map(shape_of, node.args))) if node.args else node


def _is_discount(factor: Basic) -> bool:
    return isinstance(factor, Pow) and all(isinstance(f, Symbol) for f in Mul.make_args(factor.base))


# ranges


def _steps(term: Expr, given: Given, form: Normaliser, where: tuple[AtMost, ...]) -> Iterator[Theorem]:
    """⊢ term = term without the sums of one shape, or with what is left of them."""
    fault: Leftover | None = None
    for several in _groups(term):
        for way in (_by_pieces, _by_hull):
            form.effort.spend(COST)
            try:
                yield _regrouped(term, several, way(several, given), given, form, where)
            except Leftover as leftover:
                fault = fault or leftover
            except (Refused, IllFormed):
                continue
    if fault is not None:
        raise fault


def _groups(term: Expr) -> Iterator[list[_Sum]]:
    """The sums that may cancel: those of equal summands, those of one shape, all."""
    sums = [found for found in map(_as_sum, Add.make_args(term)) if found is not None]
    shapes: dict[str, list[_Sum]] = {}
    for found in sums:
        shapes.setdefault(found.shape, []).append(found)
    for several in shapes.values():
        classes = list[list[_Sum]]()
        for found in several:
            same = (c for c in classes if equal_by_arithmetic(c[0].total.body, found.total.body))
            here = next(same, None)
            if here is None:
                classes.append([found])
            else:
                here.append(found)
        yield from (c for c in classes if 1 < len(c) < len(several))
        yield several
    if len(shapes) > 1:
        yield sums


def _by_pieces(several: list[_Sum], given: Given) -> list[Theorem]:
    """Each sum cut wherever any of them begins or ends."""
    marks = _sorted([m for s in several for m in (s.total.lower, s.total.upper + 1)], given)
    return [_cut(s.total, marks, given) for s in several]


def _sorted(marks: list[Expr], given: Given) -> list[Expr]:
    """The different ones among the marks, in their order; refused where that is not known."""
    context, ordered = Context(given), list[Expr]()
    for mark in marks:
        place = 0
        while place < len(ordered) and context.shows(ordered[place] + 1, mark):
            place += 1
        if place < len(ordered) and _same(ordered[place], mark, context):
            continue
        if place < len(ordered) and not context.shows(mark + 1, ordered[place]):
            place = _weakly(ordered, mark, context)
        ordered.insert(place, mark)
    return ordered


def _weakly(ordered: list[Expr], mark: Expr, context: Context) -> int:
    """Where the mark belongs if it may coincide with a neighbour."""
    for place in range(len(ordered) + 1):
        before, after = ordered[:place], ordered[place:]
        if all(context.shows(b, mark) for b in before) and all(context.shows(mark, a) for a in after):
            return place
    raise Refused("cannot tell where {} lies among {}", mark, ordered)


def _same(one: Expr, other: Expr, context: Context) -> bool:
    return linear(one - other) == (0, ()) or (context.shows(one, other) and context.shows(other, one))


def _cut(total: TimeSum, marks: list[Expr], given: Given) -> Theorem:
    """Σ_{a}^{b} = the sum of its pieces between the marks."""
    context = Context(given)
    inside = [m for m in marks if _strictly(total.lower, m, context) and _strictly(m, total.upper + 1, context)]
    theorem = kernel.refl(total)
    rest = total
    for mark in inside:
        step = law("split", rest, mark, given=given)
        theorem = _then(theorem, _at(theorem.rhs, rest, step, given))
        rest = TimeSum(rest.body, rest.index, mark, rest.upper)
    return theorem


def _strictly(one: Expr, other: Expr, context: Context) -> bool:
    return linear(one - other) != (0, ()) and context.shows(one, other)


def _by_hull(several: list[_Sum], given: Given) -> list[Theorem]:
    """Each sum as the sum over a range that holds them all, less what lies before and after."""
    context = Context(given)
    lower = _least([s.total.lower for s in several], context)
    upper = -_least([-s.total.upper for s in several], context)
    return [_extended(s.total, lower, upper, given) for s in several]


def _least(values: list[Expr], context: Context) -> Expr:
    for value in values:
        if all(context.shows(value, other) for other in values):
            return value
    raise Refused("none of {} is the least", values)


def _extended(total: TimeSum, lower: Expr, upper: Expr, given: Given) -> Theorem:
    """Σ_{a}^{b} = Σ_{lower}^{upper} − Σ_{lower}^{a-1} − Σ_{b+1}^{upper}."""
    whole = TimeSum(total.body, total.index, lower, upper)
    theorem = kernel.refl(whole)
    rest = whole
    if linear(total.lower - lower) != (0, ()):
        theorem = law("split", whole, total.lower, given=given)
        rest = TimeSum(total.body, total.index, total.lower, upper)
    if linear(upper - total.upper) != (0, ()):
        theorem = _then(theorem, _at(theorem.rhs, rest, law("split", rest, total.upper + 1, given=given), given))
    others = theorem.rhs - total
    shown = kernel.cong(kernel.sym(theorem), HOLE - others, HOLE, given)
    return _then(kernel.ring(total, shown.lhs, given), shown)


def _regrouped(
    term: Expr, several: list[_Sum], pieces: list[Theorem], given: Given, form: Normaliser, where: tuple[AtMost, ...]
) -> Theorem:
    """⊢ term = term with the sums in pieces, those of few terms written out, those over one range shown to vanish."""
    theorem = kernel.refl(term)
    for found, cut in zip(several, pieces, strict=True):
        step = kernel.cong(cut, found.number * HOLE, HOLE, given)
        opened = kernel.trans(step, kernel.ring(step.rhs, step.rhs.expand(deep=False), given))
        theorem = _then(theorem, _at(theorem.rhs, found.term, opened, given))
    shapes, before = {found.shape for found in several}, theorem.rhs
    for bounds in _ranges(theorem.rhs, shapes):
        for way in (_without_empty, _written_out):
            try:
                theorem = _then(theorem, way(theorem.rhs, _of_range(theorem.rhs, bounds, shapes), given, form))
                break
            except (Refused, IllFormed):
                continue
    for bounds in _ranges(theorem.rhs, shapes):
        theorem = _then(
            theorem, _range_vanishes(theorem.rhs, _of_range(theorem.rhs, bounds, shapes), given, form, where)
        )
    if theorem.rhs == before == term:
        raise Refused("nothing of {} can be added up", term)
    return theorem


def _ranges(term: Expr, shapes: set[str]) -> list[tuple[Expr, Expr]]:
    found = (_as_sum(part) for part in Add.make_args(term))
    return list(dict.fromkeys((s.total.lower, s.total.upper) for s in found if s is not None and s.shape in shapes))


def _of_range(term: Expr, bounds: tuple[Expr, Expr], shapes: set[str]) -> list[_Sum]:
    found = (_as_sum(part) for part in Add.make_args(term))
    here = (s for s in found if s is not None and (s.total.lower, s.total.upper) == bounds)
    return [s for s in here if s.shape in shapes]


def _without_empty(term: Expr, several: list[_Sum], given: Given, form: Normaliser) -> Theorem:
    theorem = kernel.refl(term)
    for found in several:
        step = kernel.cong(law("empty", found.total, given=given), found.number * HOLE, HOLE, given)
        theorem = _then(theorem, _at(theorem.rhs, found.term, step, given))
    return theorem


def _written_out(term: Expr, several: list[_Sum], given: Given, form: Normaliser) -> Theorem:
    """Σ_{k=a}^{a+1} f(k) = f(a) + f(a+1), brought to its form."""
    if any(linear(s.total.upper - s.total.lower)[1] for s in several):
        raise Refused("{} have no fixed number of terms", several)
    theorem = kernel.refl(term)
    for found in several:
        written = form.normal(found.total, given)
        step = kernel.cong(_then(written, _aligned(written.rhs, given)), found.number * HOLE, HOLE, given)
        step = kernel.trans(step, kernel.ring(step.rhs, step.rhs.expand(deep=False), given))
        theorem = _then(theorem, _at(theorem.rhs, found.term, step, given))
    return theorem


def _range_vanishes(
    term: Expr, several: list[_Sum], given: Given, form: Normaliser, where: tuple[AtMost, ...]
) -> Theorem:
    """The sums over one range added up: Σ_k (f + g + …) = Σ_k 0 = 0."""
    bounds = (several[0].total.lower, several[0].total.upper)
    name = fresh(several[0].total.index, frozenset().union(*(names(s.total) - {s.total.index} for s in several)))
    bodies = [s.number * substitute(s.total.body, {s.total.index: name}) for s in several]
    total = TimeSum(Add(*bodies), name, *bounds)
    inside = below(total, 0, given)
    if len(where) >= MAX_DEPTH:
        raise Refused("{} holds too many sums in one another", total)
    local = tuple(h for h in inside if h not in given and isinstance(h, AtMost))
    zero = vanishing(total.body, inside, form, (*where, *local))
    whole = kernel.cong(zero, TimeSum(HOLE, name, *bounds), HOLE, given)
    whole = _then(whole, law("vanishing", whole.rhs, given=given))
    added = _then(kernel.sym(_taken_apart(total, several, given)), whole)
    rest = term - Add(*(s.term for s in several))
    shown = kernel.cong(added, rest + HOLE, HOLE, given)
    return _then(kernel.ring(term, shown.lhs, given), shown)


def _taken_apart(total: TimeSum, several: list[_Sum], given: Given) -> Theorem:
    """Σ_k (2 f + g) = 2 Σ_k f + Σ_k g."""
    if total.body == 0 or len(several) == 1:
        return _numbers_out(total, several, given)
    theorem = law("additivity", total, given=given)
    for part in Add.make_args(theorem.rhs):
        if not isinstance(part, TimeSum):
            continue
        number, rest = part.body.as_coeff_Mul()
        if number != 1:
            out = law("homogeneity", part, number, rest, given=given)
            theorem = _then(theorem, _at(theorem.rhs, part, out, given))
    return _then(theorem, kernel.ring(theorem.rhs, Add(*(s.term for s in several)), given))


def _numbers_out(total: TimeSum, several: list[_Sum], given: Given) -> Theorem:
    if total.body == 0:
        zero = law("vanishing", total, given=given)
        return _then(zero, kernel.ring(zero.rhs, Add(*(s.term for s in several)), given))
    number, rest = total.body.as_coeff_Mul()
    out = law("homogeneity", total, number, rest, given=given) if number != 1 else kernel.refl(total)
    return _then(out, kernel.ring(out.rhs, several[0].term, given))
