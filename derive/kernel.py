"""The kernel: the only place where a theorem can be made. TRUSTED.

A theorem says: under these hypotheses, lhs = rhs (or lhs ≤ rhs), for every finite domain, every letter that satisfies
the hypotheses, every trajectory and every value of the free names. Rules are functions from theorems to theorems:

    refl      ⊢ x = x                             symmetry and transitivity: sym, trans
    ring      ⊢ x = y, where arithmetic alone gives it
    define    ⊢ x = what x abbreviates
    cong      x = y  ⊢  C[x] = C[y], under binders too
    monotone  x ≤ y  ⊢  C[x] ≤ C[y], where C rises with its hole
    inst      replace free names by terms
    weaken    inequalities by others that entail them
    assume    an equation or inequality as a hypothesis; always: an equation that a letter solves, at all elements
    induct    from 0 and from n to n+1
    either    from x ≤ y and from y ≤ x
    law       an axiom of derive/axioms: its side condition is checked here and now

Nothing else makes a theorem. Each carries its proof as data, so that `replay` rebuilds it from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sympy import Add, Basic, Expr, Max, Min, Mul, Pow, Rational, Symbol, Tuple, sympify
from sympy.core.symbol import Str

from derive import terms
from derive.binding import (
    alike,
    bound_name,
    drawn,
    free,
    is_random,
    meaning,
    names,
    respell,
    sampled,
    substitute,
    subterms,
)
from derive.context import Context
from derive.errors import DeriveError, Refused, Tampered
from derive.ring import divides, equal_by_arithmetic, symbolic_powers, taken_nonzero
from derive.terms import (
    AVERAGES_PATHS,
    HISTORIES,
    ZERO,
    Action,
    Always,
    At,
    AtMost,
    Coincide,
    Definition,
    Domain,
    Draw,
    Equation,
    Gradient,
    Hypothesis,
    Inequality,
    Letter,
    Possible,
    Process,
    Samples,
    State,
    Statement,
    Term,
    TimeProduct,
    TimeSum,
    Var,
    fits,
    is_element,
    real_symbol,
    time_symbol,
)
from derive.timeline import as_linear, is_linear, linear, needed

Law = Callable[..., Expr | Inequality]
LAWS: Final[dict[str, Law]] = {}
_SEAL: Final = object()
PASSING: Final = (
    Equation,
    Inequality,
    Always,
    AtMost,
    Coincide,
)  # what may hold at one value of a parameter, not beside


def axiom(law: Law) -> Law:
    """Admit a law under its function's name. Its docstring is its statement; a name is admitted once."""
    if law.__name__ in LAWS:
        raise Tampered(f"there is a law named {law.__name__} already")
    LAWS[law.__name__] = law
    return law


class Theorem:
    """hypotheses ⊢ lhs = rhs, with the laws leaned on and the proof. Only the rules below can make one.

    The relation is "=" or "<=". `nonzero` are the numbers γ that the proof takes to be other than zero, for γ^k with a
    k that may be negative. No hypothesis may speak of one: then both sides are continuous in it, and agree at zero too
    if they have a value there; where γ y = 0 is assumed, y = 0 follows but for γ = 0.
    """

    __slots__ = ("hypotheses", "laws", "lhs", "nonzero", "proof", "relation", "rhs")
    hypotheses: frozenset[Hypothesis]
    lhs: Expr
    rhs: Expr
    laws: frozenset[str]
    nonzero: frozenset[Symbol]
    proof: tuple[Any, ...]
    relation: str

    def __init__(
        self,
        seal: object,
        hypotheses: Iterable[Hypothesis],
        lhs: Expr,
        rhs: Expr,
        laws: Any,
        proof: Any,
        relation: str = Equation.relation,
        nonzero: Iterable[Symbol] = (),
    ):
        if seal is not _SEAL:
            raise Tampered("a theorem is made by the rules of derive.kernel only; there is no constructor")
        sets = {"hypotheses": frozenset(hypotheses), "laws": frozenset(laws), "nonzero": frozenset(nonzero)}
        for part in (lhs, rhs, *(part for h in sets["hypotheses"] for part in vars(h).values())):
            if not _in_language(part):
                raise Refused("{} is no term of the language: it holds a foreign node, or has no finite value", part)
        for hypothesis in sets["hypotheses"]:
            if isinstance(hypothesis, PASSING) and sets["nonzero"] & free_in(hypothesis):
                raise Refused(
                    "{} speaks of a number that is taken to be other than zero, in {} = {}", hypothesis, lhs, rhs
                )
        for name, value in (sets | {"lhs": lhs, "rhs": rhs, "proof": proof, "relation": relation}).items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise Tampered(f"a theorem cannot be changed (tried to set {name})")

    def __str__(self) -> str:
        shown = ", ".join(sorted(map(str, self.hypotheses)))
        return f"{shown} ⊢ {self.lhs} {self.relation} {self.rhs}".lstrip()

    __repr__ = __str__

    @property
    def claim(self) -> Statement:
        """What it says, without its hypotheses."""
        return (Equation if self.relation == Equation.relation else Inequality)(self.lhs, self.rhs)


_NODES = frozenset(c for c in vars(terms).values() if isinstance(c, type) and issubclass(c, Term))
_COMPOUND = _NODES | {Process, Definition, Add, Mul, Pow, Max, Min, Tuple}


@lru_cache(maxsize=200_000)
def _in_language(node: Any) -> bool:
    """Whether a term is built of the nodes of derive/terms.py, numbers and arithmetic: no 1/0, no foreign functions."""
    if isinstance(node, Symbol):
        return bool(node == time_symbol(node.name) or node == real_symbol(node.name))
    if isinstance(node, Letter):
        return node.parameter is None or node.parameter == real_symbol(node.parameter.name)
    if type(node) in _COMPOUND:  # and not of a class made of one of these
        return all(map(_in_language, node.args))
    return isinstance(node, (Rational, Var, Domain, Str))


def refl(term: Expr) -> Theorem:
    """⊢ x = x."""
    return Theorem(_SEAL, (), term, term, (), ("refl", term))


def sym(theorem: Theorem) -> Theorem:
    """x = y ⊢ y = x."""
    _need_equal(theorem, "sym")
    proof = ("sym", theorem)
    return Theorem(_SEAL, theorem.hypotheses, theorem.rhs, theorem.lhs, theorem.laws, proof, nonzero=theorem.nonzero)


def _need_equal(theorem: Theorem, rule: str) -> None:
    if theorem.relation != Equation.relation:
        raise Refused("{}: {} is an inequality", rule, theorem)


def trans(first: Theorem, second: Theorem) -> Theorem:
    """x = y, y = z ⊢ x = z (≤ where one of them is); the two y may differ in the names of bound variables."""
    if not alike(first.rhs, second.lhs):
        raise Refused("trans: the first ends with {}, the second begins with {}", first.rhs, second.lhs)
    hypotheses, laws = first.hypotheses | second.hypotheses, first.laws | second.laws
    nonzero = first.nonzero | second.nonzero
    if first.rhs != second.lhs:  # up to names, SymPy makes x/x' one, whether x may vanish or not
        nonzero |= _defined(hypotheses, first.rhs, second.lhs).nonzero
    relation = first.relation if second.relation == Equation.relation else second.relation
    return Theorem(_SEAL, hypotheses, first.lhs, second.rhs, laws, ("trans", first, second), relation, nonzero)


def ring(lhs: Expr, rhs: Expr, given: Iterable[Hypothesis] = ()) -> Theorem:
    """⊢ x = y where both are the same rational function of their atoms, and nothing in a denominator can vanish."""
    context, lhs, rhs = Context(given), sympify(lhs, strict=True), sympify(rhs, strict=True)
    if not equal_by_arithmetic(lhs, rhs):
        raise Refused("arithmetic does not make {} equal to {}", lhs, rhs)
    context.defined(lhs)
    context.defined(rhs)
    return Theorem(_SEAL, context.used, lhs, rhs, (), ("ring", lhs, rhs, tuple(given)), nonzero=context.nonzero)


def define(term: Expr, given: Iterable[Hypothesis] = ()) -> Theorem:
    """⊢ x = the meaning of x, for a node that abbreviates; what stands in a denominator is positive."""
    body, given = meaning(term), tuple(given)
    if body is None:
        raise Refused("{} abbreviates nothing", term)
    needs = _defined(given, term, body)
    return Theorem(_SEAL, needs.used, term, body, (), ("define", term, given), nonzero=needs.nonzero)


class _Needs(NamedTuple):
    """What a term takes to have a value: hypotheses, and numbers that are not zero."""

    used: frozenset[Hypothesis]
    nonzero: frozenset[Symbol]


def _defined(given: Iterable[Hypothesis], *terms: Expr) -> _Needs:
    """What shows that nothing divides by zero: else x/x = 1, which SymPy does unasked, proves 0 = 1."""
    given = tuple(given)
    needs = [_what_defines(term, given) for term in terms]
    return _Needs(frozenset().union(*(n.used for n in needs)), frozenset().union(*(n.nonzero for n in needs)))


@lru_cache(maxsize=100_000)
def _what_defines(term: Expr, given: tuple[Hypothesis, ...]) -> _Needs:
    context = Context(given)
    context.defined(term)
    return _Needs(frozenset(context.used), frozenset(context.nonzero))


def assume(claim: Statement) -> Theorem:
    """x = y ⊢ x = y, and x ≤ y ⊢ x ≤ y."""
    if not isinstance(claim, (Equation, Inequality)):
        raise Refused("assume: {} is neither an equation nor an inequality", claim)
    return Theorem(_SEAL, (claim,), claim.lhs, claim.rhs, (), ("assume", claim), claim.relation)


def always(equation: Always, given: Iterable[Hypothesis] = ()) -> Theorem:
    """(x = y, always) ⊢ x = y; what stands in a denominator is positive."""
    if not isinstance(equation, Always):
        raise Refused("always: {} is not said to hold always", equation)
    if is_random(equation.lhs) or is_random(equation.rhs) or drawn(equation.lhs) or drawn(equation.rhs):
        raise Refused("always: {} speaks of one trajectory or of one sample", equation)
    given = tuple(given)
    needs, proof = _defined(given, equation.lhs, equation.rhs), ("always", equation, given)
    hypotheses = {equation, *needs.used}
    return Theorem(_SEAL, hypotheses, equation.lhs, equation.rhs, (), proof, nonzero=needs.nonzero)


def law(name: str, term: Expr, *args: Any, given: Iterable[Hypothesis] = ()) -> Theorem:
    """⊢ term = what the named axiom makes of it (or term ≤ it); the hypotheses are those its side condition used."""
    if name not in LAWS:
        raise Refused("no law named {}; there are {}", name, ", ".join(sorted(LAWS)))
    given = tuple(given)
    context, args = Context(given), tuple(sympify(a, strict=True) for a in args)
    needs = _defined(given, term, *args)
    context.used |= needs.used
    factors = name == "homogeneity" and symbolic_powers(Tuple(*args)) <= symbolic_powers(term)
    context.nonzero |= (
        _defined(given, term).nonzero if factors else needs.nonzero
    )  # looked at with the body they are of
    result = LAWS[name](context, term, *args)
    if not isinstance(result, Inequality):
        result = Equation(term, result)
    if result.lhs != term:
        raise Tampered(f"the law {name} speaks of {result.lhs}, not of {term}")
    if result.relation != Equation.relation:
        context.real(result.lhs, result.rhs)
    proof = ("law", name, term, args, given)
    return Theorem(_SEAL, context.used, term, result.rhs, {name}, proof, result.relation, context.nonzero)


def inst(theorem: Theorem, values: Mapping[Basic, Basic]) -> Theorem:
    """Replace free names in hypotheses and conclusion alike; what becomes a true fact about numbers is dropped.

    A letter stands for every function of its kind, and an abstract domain for every finite set: these may be
    replaced too, and are replaced first (so a variable is named here with its new domain).
    """
    values = {k: sympify(v, strict=True) for k, v in values.items()}
    spelling = {k: v for k, v in values.items() if isinstance(k, (Letter, Domain))}
    respelt = _respelt(theorem, spelling) if spelling else theorem
    free_values = {k: v for k, v in values.items() if k not in spelling}
    for name, value in free_values.items():
        fitting = is_element(value, name.domain) if isinstance(name, Var) else fits(value, None)
        if not fitting or (getattr(name, "is_integer", False) and not is_linear(value)):
            raise Refused("inst: {} is not of the sort of {}", value, name)
    hypotheses = {_with_values(h, free_values) for h in respelt.hypotheses}
    kept = (h for h in hypotheses if not (isinstance(h, AtMost) and needed((), (), as_linear(h)) == []))
    nonzero = theorem.nonzero | _defined(theorem.hypotheses, theorem.lhs, theorem.rhs).nonzero
    nonzero = _may_replace(theorem, nonzero, free_values)
    lhs, rhs = substitute(respelt.lhs, free_values), substitute(respelt.rhs, free_values)
    proof = ("inst", theorem, tuple(values.items()))
    return Theorem(_SEAL, kept, lhs, rhs, theorem.laws, proof, theorem.relation, nonzero)


def _respelt(theorem: Theorem, spelling: Mapping[Basic, Basic]) -> Theorem:
    for old, new in spelling.items():
        if isinstance(old, Letter) and not _may_stand_for(new, respell_domains(old, spelling)):
            raise Refused("inst: {} is not a function of the kind of {}", new, old)
        if isinstance(old, Domain) and not (
            old.elements is None and isinstance(new, Domain) and HISTORIES not in (old, new)
        ):
            raise Refused("inst: {} cannot stand for {}, which is not an arbitrary set", new, old)
    parts = [theorem.lhs, theorem.rhs, *(part for h in theorem.hypotheses for part in vars(h).values())]
    before = frozenset[Basic]().union(*map(names, parts))
    if len({respell(name, spelling) for name in before}) != len(before):
        raise Refused("inst: two names of {} become one", theorem)
    sets = frozenset[Domain]().union(*map(sampled, parts))
    if len({respell(domain, spelling) for domain in sets}) != len(sets):
        raise Refused("inst: samples of two sets of {} become samples of one", theorem)
    hypotheses = []
    for hypothesis in theorem.hypotheses:
        hypotheses.append(_changed(hypothesis, lambda part: respell(part, spelling)))
    lhs, rhs = respell(theorem.lhs, spelling), respell(theorem.rhs, spelling)
    return Theorem(_SEAL, hypotheses, lhs, rhs, theorem.laws, theorem.proof, theorem.relation, theorem.nonzero)


def respell_domains(letter: Letter, spelling: Mapping[Basic, Basic]) -> Letter:
    """A letter over the domains that its own are replaced by."""
    only_domains = {k: v for k, v in spelling.items() if isinstance(k, Domain)}
    return respell(letter, only_domains)


def _may_stand_for(new: Basic, old: Letter) -> bool:
    """A letter is arbitrary of its kind: a distribution stays one, and what is constant in θ stays constant."""
    if not isinstance(new, Letter) or new.domains != old.domains:
        return False
    return (new.pmf or not old.pmf) and new.parameter in (None, old.parameter)


def _may_replace(theorem: Theorem, nonzero: frozenset[Symbol], values: Mapping[Basic, Basic]) -> frozenset[Symbol]:
    """What must not be zero once the values, which are real and divide by nothing that vanishes, are put in."""
    needs = _defined((), *values.values())
    Context().real(*values.values())
    parts = (theorem.lhs, theorem.rhs, *(part for h in theorem.hypotheses for part in vars(h).values()))
    bases = frozenset[Symbol]().union(*(taken_nonzero(power) for part in parts for power in symbolic_powers(part)))
    Context().nonzero_at(bases, values)
    return Context().nonzero_at(nonzero, values) | needs.nonzero


def cong(theorem: Theorem, context: Expr, hole: Basic, given: Iterable[Hypothesis] = ()) -> Theorem:
    """x = y ⊢ C[x] = C[y] for a term C with one hole, which binders of C may capture.

    A hypothesis may not mention what a binder above the hole binds; under a sum over t the range of t is known.
    Where a product or power around the hole may cancel, what stands in a denominator must be positive. `given` are
    further hypotheses that may be used to show these things.
    """
    _need_equal(theorem, "cong")
    return _inside(theorem, context, hole, tuple(given), "cong")


def monotone(theorem: Theorem, context: Expr, hole: Basic, given: Iterable[Hypothesis] = ()) -> Theorem:
    """x ≤ y ⊢ C[x] ≤ C[y] for a term C whose every node above the hole rises with it: as `cong`, and a factor beside
    the hole, or a weight that it is averaged with, is shown to be at least zero."""
    return _inside(theorem, context, hole, tuple(given), "monotone")


def _inside(theorem: Theorem, context: Expr, hole: Basic, given: tuple[Hypothesis, ...], rule: str) -> Theorem:
    path = path_to(context, hole)
    lhs, rhs, hypotheses, nonzero = theorem.lhs, theorem.rhs, theorem.hypotheses, theorem.nonzero
    for depth in reversed(range(len(path))):
        node, place = path[depth]
        powers = _meeting(node, place, lhs) | _meeting(node, place, rhs)
        if powers or rule == "monotone":
            ranges = [AtMost(*pair) for above, i in path[:depth] for pair in _bounds(above, i)]
            checks = Context((*hypotheses, *given, *ranges))
            for power in powers:
                checks.power(power)
            if rule == "monotone":
                checks.real(node)
                checks.rises(node, place)
            hypotheses |= checks.used
            nonzero |= checks.nonzero
        lhs, rhs = (node.func(*(v if i == place else a for i, a in enumerate(node.args))) for v in (lhs, rhs))
        hypotheses = _discharge(hypotheses, node, place, given)
        if isinstance(node, At):
            there = Context((*hypotheses, *given))
            nonzero = there.nonzero_at(nonzero, {node.parameter: node.value})
            hypotheses |= there.used
    proof = (rule, theorem, context, hole, given)
    return Theorem(_SEAL, hypotheses, lhs, rhs, theorem.laws, proof, theorem.relation, nonzero)


def weaken(theorem: Theorem, given: Iterable[Hypothesis]) -> Theorem:
    """Γ ⊢ φ and Δ ⊢ γ for each inequality γ of Γ that Δ does not hold itself: then Δ ⊢ φ."""
    given = tuple(given)
    kept: set[Hypothesis] = set()
    for hypothesis in theorem.hypotheses:
        if hypothesis in given or not isinstance(hypothesis, AtMost):
            kept.add(hypothesis)
            continue
        context = Context(given)
        context.at_most(hypothesis.lesser, hypothesis.greater)
        kept |= context.used
    proof = ("weaken", theorem, given)
    return Theorem(_SEAL, kept, theorem.lhs, theorem.rhs, theorem.laws, proof, theorem.relation, theorem.nonzero)


def induct(base: Theorem, step: Theorem, claim: Statement, index: Basic, start: Expr = ZERO) -> Theorem:
    """claim[start];  start ≤ n, claim[n] ⊢ claim[n+1].  Hence start ≤ n ⊢ claim[n]."""
    nonzero = base.nonzero | step.nonzero
    for theorem, value in ((base, start), (step, index + 1)):
        if theorem.relation not in (claim.relation, Equation.relation):
            raise Refused("induct: the claim {} is an equation, the theorem {} an inequality", claim, theorem)
        for found, wanted in ((theorem.lhs, claim.lhs), (theorem.rhs, claim.rhs)):
            expected = substitute(wanted, {index: value})
            if not alike(found, expected):
                raise Refused("induct: at {} = {} the claim reads {}, the theorem {}", index, value, expected, found)
            if found != expected:  # as in trans
                nonzero |= _defined(theorem.hypotheses, found, expected).nonzero
    bound = AtMost(start, index)
    if index in free(start):
        raise Refused("induct: the start {} mentions {}", start, index)
    nonzero |= _defined((*step.hypotheses, bound), claim.lhs, claim.rhs).nonzero
    rest = _without(step.hypotheses - {claim}, index, [as_linear(bound)], ())
    if any(index in free_in(h) for h in base.hypotheses):
        raise Refused("induct: the base case assumes something of {}", index)
    hypotheses, laws = base.hypotheses | rest | {bound}, base.laws | step.laws
    proof = ("induct", base, step, claim, index, start)
    return Theorem(_SEAL, hypotheses, claim.lhs, claim.rhs, laws, proof, claim.relation, nonzero)


def either(first: Theorem, second: Theorem, order: Inequality, given: Iterable[Hypothesis] = ()) -> Theorem:
    """x ≤ y ⊢ φ;  y ≤ x ⊢ φ.  Hence ⊢ φ, for two real numbers x and y stand one way or the other."""
    if not isinstance(order, Inequality):
        raise Refused("either: {} is no order of two numbers", order)
    if first.claim != second.claim:
        raise Refused("either: one case proves {}, the other {}", first, second)
    given = tuple(given)
    context = Context(given)
    context.real(order.lesser, order.greater)
    needs = _defined(given, order.lesser, order.greater)
    other = Inequality(order.greater, order.lesser)
    hypotheses = (first.hypotheses - {order}) | (second.hypotheses - {other}) | context.used | needs.used
    nonzero = first.nonzero | second.nonzero | needs.nonzero
    laws, proof = first.laws | second.laws, ("either", first, second, order, given)
    return Theorem(_SEAL, hypotheses, first.lhs, first.rhs, laws, proof, first.relation, nonzero)


def free_in(hypothesis: Hypothesis) -> frozenset[Basic]:
    """The free names of a hypothesis; what holds always speaks of no element in particular."""
    found = frozenset[Basic]().union(*(free(part) for part in vars(hypothesis).values()))
    return frozenset(n for n in found if not isinstance(n, Var)) if isinstance(hypothesis, Always) else found


def _run_through(hypothesis: Hypothesis) -> frozenset[Basic]:
    """The parameters for all values of which a hypothesis holds: of what holds always, those of its letters."""
    if not isinstance(hypothesis, Always):
        return frozenset()
    letters = (n for part in vars(hypothesis).values() for n in subterms(part) if isinstance(n, Letter))
    return frozenset(f.parameter for f in letters if f.parameter is not None)


def _with_values(hypothesis: Hypothesis, values: Mapping[Basic, Basic]) -> Hypothesis:
    live = {k: v for k, v in values.items() if k in free_in(hypothesis)}
    bound = _run_through(hypothesis)
    if isinstance(hypothesis, Always) and any(isinstance(n, Var) or n in bound for v in live.values() for n in free(v)):
        raise Refused("inst: {} would be captured by {}, which speaks of every element and parameter", live, hypothesis)
    return _changed(hypothesis, lambda part: substitute(part, live))


def _changed(hypothesis: Hypothesis, change: Callable[[Basic], Basic]) -> Hypothesis:
    changed = type(hypothesis)(*(change(part) for part in vars(hypothesis).values()))
    if (_run_through(hypothesis) - _run_through(changed)) & free_in(changed):
        raise Refused("inst: {} would hold at one value of what {} holds for all values of", changed, hypothesis)
    return changed


_Step = tuple[Expr, int]


def path_to(context: Expr, hole: Basic) -> list[_Step]:
    """The nodes above the one hole, outermost first, each with the argument that leads to it."""
    path: list[_Step] = []
    node: Basic = context
    while node != hole:
        inside = [i for i, a in enumerate(node.args) if hole in free(a)]
        if len(inside) != 1 or not isinstance(node, Expr) or not isinstance(node.args[inside[0]], Expr):
            raise Refused("cong: {} does not stand just once, as a term, in {}", hole, node)
        if _names_a_sort(node, inside[0]):
            raise Refused("cong: {} names what is bound, differentiated by or run over in {}", hole, node)
        path.append((node, inside[0]))
        node = node.args[inside[0]]
    return path


def _names_a_sort(node: Expr, place: int) -> bool:
    """Whether an argument is no value: a bound name, a parameter, the set of a random variable."""
    bound = isinstance(node, Term) and node.binds is not None and place == node.binds[0]
    return bound or (isinstance(node, (Gradient, At, State, Action, Draw)) and place == 1)


def _meeting(node: Expr, place: int, value: Expr) -> set[Pow]:
    """The powers that meet, and may cancel, when `value` is put into a product or a power."""
    if isinstance(node, Mul):
        factors = [f for i, a in enumerate(node.args) for f in ((a,) if i != place else Mul.make_args(value))]
    elif isinstance(node, Pow) and place == 0:
        factors = [node.func(value, node.exp), *Mul.make_args(value), Pow(value, node.exp, evaluate=False)]
    else:
        return set()
    return {f for f in factors if isinstance(f, Pow) and (divides(f) or taken_nonzero(f))}


def _bounds(node: Basic, place: int) -> list[tuple[Expr, Expr]]:
    """What is known of the index inside a sum or product over time."""
    if isinstance(node, (TimeSum, TimeProduct)) and place == 0:
        pairs = ((node.lower, node.lower, node.index), (node.upper, node.index, node.upper))
        return [(lesser, greater) for end, lesser, greater in pairs if node.index not in free(end)]  # Σ_{t=t+1}^2
    return []


def _discharge(
    hypotheses: frozenset[Hypothesis], node: Expr, place: int, given: tuple[Hypothesis, ...]
) -> frozenset[Hypothesis]:
    """What remains of the hypotheses of an argument of a node, for the node."""
    name = bound_name(node)
    if name is not None and place in node.binds[1]:
        local = [linear(high - low) for low, high in _bounds(node, place) if is_linear(high - low)]
        hypotheses = _without(hypotheses, name, local, given)
    if isinstance(node, (Gradient, At)):
        _refuse(hypotheses, node, lambda h: isinstance(h, PASSING) and node.parameter in free_in(h) - _run_through(h))
    if isinstance(node, AVERAGES_PATHS):
        _refuse(hypotheses, node, _speaks_of_the_trajectory)
    if isinstance(node, Samples):
        _refuse(hypotheses, node, lambda h: any(node.var.domain in drawn(part) for part in vars(h).values()))
    return hypotheses


def _speaks_of_the_trajectory(hypothesis: Hypothesis) -> bool:
    if isinstance(hypothesis, (Equation, Inequality, Always)):
        return any(map(is_random, vars(hypothesis).values()))
    return isinstance(hypothesis, Possible)


def _refuse(hypotheses: Iterable[Hypothesis], node: Basic, bad: Callable[[Hypothesis], bool]) -> None:
    for hypothesis in hypotheses:
        if bad(hypothesis):
            raise Refused("cong: the hypothesis {} does not hold throughout {}", hypothesis, node)


def _without(
    hypotheses: Iterable[Hypothesis], name: Basic, local: list[Any], given: Iterable[Hypothesis]
) -> frozenset[Hypothesis]:
    """The hypotheses that remain when `name` is bound and `local` is known of it."""
    kept = {h for h in hypotheses if name not in free_in(h)}
    usable = [h for h in (*kept, *given) if isinstance(h, AtMost) and name not in free_in(h)]
    for hypothesis in hypotheses:
        if name not in free_in(hypothesis):
            continue
        used = needed(usable, local, as_linear(hypothesis)) if isinstance(hypothesis, AtMost) else None
        if used is None:
            raise Refused("{} mentions {}, which is bound here, and does not follow from its range", hypothesis, name)
        kept.update(used)
    return frozenset(kept)


def replay(theorem: Theorem) -> Theorem:
    """Rebuild a theorem from its proof alone, and refuse it where the result differs."""
    done: dict[int, Theorem] = {}
    for node in _order_of(theorem):
        rule: Any = None
        try:
            rule, *args = node.proof
            rebuilt = rerun(rule, [done[id(a)] if isinstance(a, Theorem) else a for a in args])
        except DeriveError:
            raise
        except Exception as fault:
            raise Tampered(f"{rule!r} cannot be replayed: {fault}") from fault
        same = (rebuilt.hypotheses, rebuilt.claim, rebuilt.laws, rebuilt.nonzero)
        if same != (node.hypotheses, node.claim, node.laws, node.nonzero):
            raise Tampered(f"replaying {rule} gives {rebuilt}, but the theorem says {node}")
        done[id(node)] = rebuilt
    return done[id(theorem)]


def _order_of(theorem: Theorem) -> list[Theorem]:
    try:
        return premises_first(theorem)
    except (AttributeError, TypeError) as fault:
        raise Tampered(f"a theorem without a proof: {fault}") from fault


def rerun(rule: str, args: list[Any]) -> Theorem:
    """Run a rule by its name, as a proof records it."""
    if rule == "law":
        name, term, extra, given = args
        return law(name, term, *extra, given=given)
    if rule == "inst":
        return inst(args[0], dict(args[1]))
    if rule not in RULES:
        raise Tampered(f"no rule named {rule!r}")
    return RULES[rule](*args)


def premises_first(theorem: Theorem) -> list[Theorem]:
    """Every theorem that a proof passes through, each after those it was made from."""
    order: list[Theorem] = []
    seen: set[int] = set()
    stack: list[tuple[Theorem, bool]] = [(theorem, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((a, False) for a in node.proof[1:] if isinstance(a, Theorem))
    return order


RULES: Final[dict[str, Callable[..., Theorem]]] = {
    "refl": refl, "sym": sym, "trans": trans, "ring": ring, "define": define, "assume": assume, "always": always,
    "cong": cong, "monotone": monotone, "inst": inst, "weaken": weaken, "induct": induct, "either": either, "law": law,
}  # fmt: skip
