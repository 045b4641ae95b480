"""That two printed terms are equal because arithmetic, at whatever depth, makes them so: a script that Coq checks.

Each side is a term and the names under which a proof has introduced its variables. Whatever is no arithmetic is an
atom; atoms of the two sides that are alike become one variable of a statement about the field, which `field` proves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from sympy import (
    Add,
    Basic,
    Dummy,
    Expr,
    Integer,
    Max,
    Min,
    Mul,
    Pow,
    Rational,
    Symbol,
    cancel,
    preorder_traversal,
    together,
)

from derive.binding import canonical, meaning, substitute, subterms
from derive.errors import Refused
from derive.export.coq import Names, Writer, place_of, places_in
from derive.ring import equal_by_arithmetic
from derive.terms import (
    AVERAGES_PATHS,
    Action,
    Apply,
    Cases,
    Defined,
    Definition,
    Domain,
    Draw,
    Exp,
    Expectation,
    Given,
    Gradient,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Process,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
    sort_of,
)
from derive.timeline import is_linear, linear

Script = list[str]
SLOTS = (State, Action, Draw)


@dataclass(frozen=True)
class Side:
    """A term, how it is written, and what its names stand for in the other side's terms."""

    term: Expr
    writer: Writer
    values: Mapping[Basic, Basic] = field(default_factory=dict)
    outer: Writer | None = None  # how the values are written

    @property
    def text(self) -> str:
        return self.writer.real(self.term)

    @property
    def spelling(self) -> str:
        """How it is written, whatever bound variables are called."""
        return self.writer.numbered.real(self.term)

    @property
    def sense(self) -> Basic:
        return canonical(valued(self.term, self.values) if self.values else self.term)

    def at(self, term: Basic, names: Names | None = None) -> Side:
        hidden = set(names or ())
        values = {k: v for k, v in self.values.items() if k not in hidden}
        outer = self.outer.within(names or {}) if self.outer is not None else None
        return Side(term, self.writer.within(names or {}), values, outer)

    def over_paths(self, term: Basic, names: Names) -> Side:
        """What stands below a sum over trajectories, where nothing is known of the states and actions above it."""
        values = {k: v for k, v in self.values.items() if not isinstance(k, SLOTS[:2])}
        outer = self.outer.over_paths(names) if self.outer is not None else None
        return Side(term, self.writer.over_paths(names), values, outer)

    def over_samples(self, term: Basic, domain: Domain, name: str) -> Side:
        """What stands below an average over samples, where nothing is known of those above it."""
        values = {k: v for k, v in self.values.items() if not (isinstance(k, Draw) and k.domain == domain)}
        outer = self.outer.over_samples(domain, name) if self.outer is not None else None
        return Side(term, self.writer.over_samples(domain, name), values, outer)


def valued(term: Basic, values: Mapping[Basic, Basic]) -> Basic:
    """The term with its names, and its states, actions and samples, replaced."""
    names = {k: v for k, v in values.items() if not isinstance(k, SLOTS)}
    slots = {substitute(k, names): v for k, v in values.items() if isinstance(k, SLOTS)}
    return _replaced_outside_averages(substitute(term, names), slots)


def _replaced_outside_averages(term: Basic, slots: Mapping[Basic, Basic]) -> Basic:
    if term in slots:
        return slots[term]
    if not slots or not term.args or isinstance(term, (*AVERAGES_PATHS, Process, Definition)):
        return term
    if isinstance(term, Samples):
        slots = {k: v for k, v in slots.items() if k.domain != term.var.domain}
    return term.func(*(_replaced_outside_averages(a, slots) for a in term.args))


def unfolding(writer: Writer, term: Basic) -> str:
    """The step that opens the definitions that speak of a trajectory or of samples; nothing where there are none."""
    found = {n for n in subterms(term) if isinstance(n, Definition) and places_in(n)}
    names = sorted(writer.define(d) for d in found)
    return f"cbv beta delta [{' '.join(names)}];" if names else ""


@dataclass
class Fresh:
    """Names that no term has."""

    numbers: count = field(default_factory=count)  # type: ignore[type-arg]

    def __call__(self, stem: str) -> str:
        return f"{stem}_i{next(self.numbers)}"


def block(script: Script) -> Script:
    return ["{", *(f"  {line}" for line in script), "}"]


def is_arithmetic(term: Basic) -> bool:
    return isinstance(term, (Rational, Add, Mul, Pow))


def equal(left: Side, right: Side, fresh: Fresh) -> Script:
    """A script that proves left = right."""
    if left.spelling == right.spelling:
        return ["reflexivity."]
    if is_arithmetic(left.term) or is_arithmetic(right.term):
        return _Arithmetic(left, right, fresh).script()
    return deep(left, right, fresh)


def deep(left: Side, right: Side, fresh: Fresh) -> Script:
    """Both sides are one node, and differ below it."""
    a, b = left.term, right.term
    if type(a) is not type(b):
        raise Refused("cannot compare {} with {}", a, b)
    if isinstance(a, (SumOver, Mean, Variance, Maximum)):
        return _under(left, right, fresh)
    if isinstance(a, (TimeSum, TimeProduct)):
        return _under_time(left, right, fresh)
    if isinstance(a, AVERAGES_PATHS):
        return _under_paths(left, right, fresh)
    if isinstance(a, Samples):
        return _under_samples(left, right, fresh)
    if isinstance(a, (Gradient, Log, Exp)):
        return [under(a), *equal(left.at(a.body), right.at(b.body), fresh)]
    if isinstance(a, (Apply, Symbol, PathProbability)) or sort_of(a) is not None:
        return ["places."]
    if isinstance(a, Defined) and a.definition == b.definition:
        return _arguments(left, right, fresh)
    if isinstance(a, (Max, Min)) and len(a.args) == len(b.args) == 2:
        return _extremes(left, right, fresh)
    if isinstance(a, Cases) and len(a.args) == len(b.args):
        return _cases(left, right, fresh)
    raise Refused("cannot compare two {} in the export", type(a).__name__)


def _arguments(left: Side, right: Side, fresh: Fresh) -> Script:
    """A definition at equal arguments, one after another."""
    params = left.term.definition.params
    if all(isinstance(p, Var) or p.is_integer for p in params):
        return ["places."]
    pairs = [(left.at(a), right.at(b)) for a, b in zip(left.term.args[1:], right.term.args[1:], strict=True)]
    texts = [[s.writer.argument(s.term, p) for s in pair] for pair, p in zip(pairs, params, strict=True)]
    head = left.text.removesuffix(")").removesuffix(" ".join(one for one, _ in texts))
    script: Script = []
    for i, (pair, (one, other)) in enumerate(zip(pairs, texts, strict=True)):
        if one == other:
            continue
        before, after = [t[1] for t in texts[:i]], [t[0] for t in texts[i + 1 :]]
        real, hole = not (isinstance(params[i], Var) or params[i].is_integer), fresh("z")
        sort = "K" if real else left.writer.words.kind(getattr(params[i], "domain", None))
        function = f"(fun {hole} : {sort} => {head}{' '.join([*before, hole, *after])}))"
        same = equal(*pair, fresh) if real else ["places."]
        changed = f"{head}{' '.join([*before, other, *after])})"
        script += [f"transitivity {changed}.", *block([f"apply: (f_equal {function}).", *same])]
    return [*script, "reflexivity."]


def under(node: Expr) -> str:
    """The step from f x = f y to x = y, for the gradient, the logarithm and the exponential function."""
    head = "D" if isinstance(node, Gradient) else "ln" if isinstance(node, Log) else "ex"
    return f"apply: (f_equal ({head} C))."


def _under(left: Side, right: Side, fresh: Fresh) -> Script:
    a, b = left.term, right.term
    name = fresh("x")
    inner_left, inner_right = ({side.term.var: name} for side in (left, right))
    lemma = {SumOver: "sum_eq", Mean: "mean_eq", Variance: "variance_eq", Maximum: "maximum_eq"}[type(a)]
    pairs = [(a.body, b.body)] if isinstance(a, (SumOver, Maximum)) else [(a.weight, b.weight), (a.body, b.body)]
    values = {a.var: b.var} if a.var != b.var else {}
    script = [f"apply: {lemma}."] if len(pairs) > 1 else []
    for one, other in pairs:
        inherited = {k: v for k, v in left.values.items() if k != a.var}
        side = Side(one, left.writer.within(inner_left), {**inherited, **values}, left.outer)
        proof = equal(side, right.at(other, inner_right), fresh)
        script += block([f"move=> {name}.", *proof]) if len(pairs) > 1 else [f"apply: {lemma} => {name}.", *proof]
    return script


def _under_time(left: Side, right: Side, fresh: Fresh) -> Script:
    a, b = left.term, right.term
    ends = [
        f"zrange {side.writer.time(side.term.lower)}%Z {side.writer.time(side.term.upper)}%Z" for side in (left, right)
    ]
    script = []
    if ends[0] != ends[1]:
        script = [f"first [rewrite (_ : {ends[0]} = {ends[1]}); last by (congr (zrange _ _); lia) | idtac]."]
    name, low, high = fresh("k"), fresh("low"), fresh("high")
    lemma = "time_eq" if isinstance(a, TimeSum) else "time_prod_eq"
    values = {k: v for k, v in left.values.items() if k != a.index} | ({a.index: b.index} if a.index != b.index else {})
    outer = (left.outer or left.writer).within({b.index: name})
    side = Side(a.body, left.writer.within({a.index: name}), values, outer)
    script += [f"apply: {lemma} => {name} {low} {high}.", *equal(side, right.at(b.body, {b.index: name}), fresh)]
    return script


def _under_paths(left: Side, right: Side, fresh: Fresh) -> Script:
    a, b = left.term, right.term
    if a.process.args[4:] != b.process.args[4:]:
        raise Refused("cannot compare averages over different trajectories, {} and {}", a, b)
    names = trajectory_names(a.process, fresh)
    inner = equal(left.over_paths(a.body, names), right.over_paths(b.body, names), fresh)
    lemma = {PathSum: "paths_same", Expectation: "expect_same", Given: "given_same"}[type(a)]
    times = [*block(["places."]), *(block(["places."]) if isinstance(a, Given) else [])]
    return [f"apply: {lemma}.", *times, f"move=> {' '.join(names.values())}.", *inner]


def _under_samples(left: Side, right: Side, fresh: Fresh) -> Script:
    a, b = left.term, right.term
    if a.var.domain != b.var.domain:
        raise Refused("cannot compare averages over samples of different sets, {} and {}", a, b)
    x, d = fresh("x"), fresh("d")
    renamed = {a.var: b.var} if a.var != b.var else {}
    inherited = {k: v for k, v in left.values.items() if k != a.var}
    chance = Side(a.weight, left.writer.within({a.var: x}), {**inherited, **renamed}, left.outer)
    weights = equal(chance, right.at(b.weight, {b.var: x}), fresh)
    one, other = (side.over_samples(side.term.body, a.var.domain, d) for side in (left, right))
    rest = [*block([f"move=> {x}.", *weights]), f"move=> {d}.", *equal(one, other, fresh)]
    return ["apply: samples_same.", *block(["places."]), *rest]


def trajectory_names(process: Process, fresh: Fresh) -> dict[Basic | str, str]:
    """Names for the states and the actions of one trajectory below a sum."""
    return {place_of(kind, domain): fresh(kind) for kind, domain in (("st", process.states), ("ac", process.actions))}


def _extremes(left: Side, right: Side, fresh: Fresh) -> Script:
    """The larger or the smaller of two, which may stand in another order."""
    head = "larger" if isinstance(left.term, Max) else "smaller"
    ones, others = ([side.at(a) for a in side.term.args] for side in (left, right))
    crossed = not equal_by_arithmetic(ones[0].sense, others[0].sense)
    turn = [f"rewrite /{head} {'maxC' if head == 'larger' else 'minC'} -/({head} _ _)."] if crossed else []
    pairs = zip(reversed(ones) if crossed else ones, others, strict=True)
    return [*turn, f"apply: (f_equal2 (@{head} K)).", *(line for pair in pairs for line in block(equal(*pair, fresh)))]


def _cases(left: Side, right: Side, fresh: Fresh) -> Script:
    subjects = [valued(side.term.subject, side.values) for side in (left, right)]
    if subjects[0] != subjects[1]:
        raise Refused("cannot compare distinctions of {} and of {} in the export", *subjects)
    script = []
    for one, other in zip(left.term.branches, right.term.branches, strict=True):
        tests = [side.writer.test(side.term.subject, value) for side, (value, _) in ((left, one), (right, other))]
        if tests[0] != tests[1]:
            script.append(f"rewrite (_ : {tests[0]} = {tests[1]}); last by places.")
        script += ["case: ifP => _.", *block(equal(left.at(one[1]), right.at(other[1]), fresh))]
    return [*script, *equal(left.at(left.term.default), right.at(right.term.default), fresh)]


def nonzero(side: Side) -> Script:
    """A proof that a term is not zero, because it is positive."""
    linear_sum = isinstance(side.term, TimeProduct) or (isinstance(side.term, Add) and is_linear(side.term))
    return ["apply: lt0r_neq0.", *positive(side)] if linear_sum or _needs_opening(side.term) else ["nonzero."]


def positive(side: Side) -> Script:
    """A proof of 0 < term: as it stands, or as a quotient of polynomials whose coefficients are positive."""
    if isinstance(side.term, Add) and is_linear(side.term):
        time = f"(zr K {side.writer.time(side.term)}%Z)"
        return [f"rewrite (_ : {side.text} = {time}); last by casts.", "by apply: zr_gt0; lia."]
    if isinstance(side.term, TimeProduct):
        factor = side.at(side.term.body, {side.term.index: "k_j"})
        return ["apply: time_prod_gt0 => k_j low_j high_j.", *positive(factor)]
    if not _needs_opening(side.term):
        return ["positive."]
    words, opened = side.writer.words, _opened(side.term)
    used = dict.fromkeys(n.definition for n in preorder_traversal(side.term) if isinstance(n, Defined))
    unfolding = (
        [f"rewrite {' '.join(f'/{words.definitions[d]}' for d in used if d in words.definitions)}."] if used else []
    )
    atoms = {a: Dummy() for a in sorted(_atoms(opened), key=str)}
    quotient = cancel(together(_replaced(opened, atoms)))
    back = {v: k for k, v in atoms.items()}
    text = side.at(_replaced(quotient, back)).text
    unfold = " ".join(unfolding).replace(".", ";")
    rewritten = f"(rewrite (_ : {side.text} = {text}); [positive | by ({unfold} fields)])"
    return [f"first [solve [{unfold} positive] | {rewritten}]."]


def _needs_opening(term: Expr) -> bool:
    if isinstance(term, Defined):
        return True
    if isinstance(term, Rational):
        return bool(term < 0)
    return isinstance(term, (Add, Mul, Pow)) and any(
        _needs_opening(a) for a in term.args[: 1 if isinstance(term, Pow) else None]
    )


def _has_negative(term: Expr) -> bool:
    """Whether a negative number is a summand or a factor; exponents do not count."""
    if isinstance(term, Rational):
        return bool(term < 0)
    return isinstance(term, (Add, Mul, Pow)) and any(
        map(_has_negative, term.args[: 1 if isinstance(term, Pow) else None])
    )


def _opened(term: Expr) -> Expr:
    if isinstance(term, Defined):
        opened = meaning(term)
        assert opened is not None
        return _opened(opened)
    return term.func(*map(_opened, term.args)) if isinstance(term, (Add, Mul, Pow)) else term


def _atoms(term: Expr) -> set[Expr]:
    if isinstance(term, (Add, Mul, Pow)):
        return set().union(*map(_atoms, term.args))
    return set() if isinstance(term, Rational) else {term}


def _replaced(term: Expr, values: Mapping[Expr, Expr]) -> Expr:
    if term in values:
        return values[term]
    return term.func(*(_replaced(a, values) for a in term.args)) if isinstance(term, (Add, Mul, Pow)) else term


def _product(powers: Iterable[tuple[str, int]]) -> str:
    return " * ".join(f"{base} ^{'+' if n >= 0 else '-'} {abs(n)}" for base, n in powers) or "1"


class _Arithmetic:
    """One use of `field`: atoms become variables, and powers with times in them products of powers of those times."""

    def __init__(self, left: Side, right: Side, fresh: Fresh) -> None:
        self.left, self.right, self.fresh = left, right, fresh
        self.atoms: list[tuple[Side, str]] = []
        self.given: list[tuple[str, str, Script]] = []  # premise about variables, the same about terms, its proof
        self.conditions: set[str] = set()

    def script(self) -> Script:
        if not equal_by_arithmetic(self.left.sense, self.right.sense):
            raise Refused("that {} is {} has no counterpart in the export", self.left.sense, self.right.sense)
        one, other = self._abstract(self.left), self._abstract(self.right)
        premises = "".join(f"{p} -> " for p, _, _ in self.given)
        variables = " ".join(v for _, v in self.atoms)
        names = [self.fresh("h") for _ in self.given]
        fact = self.fresh("fact")
        quantified = f"forall {variables} : K, " if variables else ""
        script = []
        for name, (_, actual, proof) in zip(names, self.given, strict=True):
            script += [f"have {name} : {actual}.", *block(proof)]
        inner = [self.fresh("h") for _ in self.given]
        rewrites = [f"rewrite ?{n}." for n, (p, _, _) in zip(inner, self.given, strict=True) if " = " in p]
        proof = [f"move=> {' '.join([v for _, v in self.atoms] + inner)}."] if variables or names else []
        proof += [*(r for r in reversed(rewrites)), "fields." if self._divides(one, other) else "ring."]
        script += [f"have {fact} : {quantified}{premises}{one} = {other}.", *block(proof)]
        values = " ".join(side.text for side, _ in self.atoms)
        return [*script, f"exact: ({fact} {values} {' '.join(names)})."]

    def _divides(self, *texts: str) -> bool:
        return any(" != " in p for p, _, _ in self.given) or any("/" in t or "^-" in t for t in texts)

    def _abstract(self, side: Side) -> str:
        term = side.term
        if side.outer is not None and is_arithmetic(side.values.get(term, term)) and not is_arithmetic(term):
            return self._at_value(side, Side(side.values[term], side.outer))
        if isinstance(term, Rational):
            return side.writer.number(term)
        if isinstance(term, Add):
            return f"({' + '.join(self._abstract(side.at(a)) for a in term.args)})"
        if isinstance(term, Mul):
            return f"({' * '.join(self._abstract(side.at(a)) for a in term.args)})"
        if isinstance(term, Pow) and isinstance(term.exp, Integer):
            return self._power(side)
        if isinstance(term, Pow):
            return self._symbolic(side)
        return self._variable(side)

    def _at_value(self, side: Side, value: Side) -> str:
        """What a name stands for; of a time, Coq has to be told that k + 1 is k + 1 among the numbers, too."""
        abstract = self._abstract(value)
        if side.text == value.text or not getattr(side.term, "is_integer", False):
            return abstract
        own = self.fresh("v")
        self.atoms.append((side, own))
        self.given.append((f"{own} = {abstract}", f"{side.text} = {value.text}", ["casts."]))
        return own

    def _power(self, side: Side) -> str:
        base, n = side.term.args
        text = self._abstract(side.at(base))
        if n >= 0:
            return f"({text} ^+ {n})"
        if not isinstance(base, Rational):
            self._nonzero(text, side.at(base).text, nonzero(side.at(base)))
            self._positive_parts(side.at(base))
        return f"({text} ^- {-n})"

    def _positive_parts(self, side: Side) -> None:
        """Of a sum below the line: `field` may ask for it with its summands in another order."""
        if isinstance(side.term, Add) and not _has_negative(side.term) and not is_linear(side.term):
            for atom in sorted(_atoms(side.term), key=str):
                part = side.at(atom)
                variable = self._variable(part)
                if f"0 < {variable}" not in self.conditions:
                    self.conditions.add(f"0 < {variable}")
                    self.given.append((f"0 < {variable}", f"0 < {part.text}", positive(part)))

    def _nonzero(self, abstract: str, actual: str, proof: Script | None = None) -> None:
        if abstract not in self.conditions:
            self.conditions.add(abstract)
            self.given.append((f"{abstract} != 0", f"{actual} != 0", proof or ["nonzero."]))

    def _variable(self, side: Side) -> str:
        sense, text, spelling = side.sense, side.text, side.spelling
        for other, variable in self.atoms:
            if other.spelling == spelling:
                return variable
        near = next(((o, v) for o, v in self.atoms if equal_by_arithmetic(o.sense, sense)), None)
        variable = self.fresh("v")
        self.atoms.append((side, variable))
        if near is not None:
            self.given.append((f"{variable} = {near[1]}", f"{text} = {near[0].text}", self._bridge(side, near[0])))
        return variable

    def _bridge(self, side: Side, other: Side) -> Script:
        if other.values and not side.values:
            return ["symmetry.", *equal(other, side, self.fresh)]
        return equal(side, other, self.fresh)

    def _symbolic(self, side: Side) -> str:
        """x^(n + m k), as a variable that equals a product of powers of x and x^k."""
        base, exponent = side.term.args
        plain_factors = all(isinstance(f, (Symbol, Rational)) for f in Mul.make_args(base))
        parts = [side.at(b) for b in (Mul.make_args(base) if plain_factors else (base,))]
        meant = valued(exponent, side.values) if side.values else exponent
        outer = side.outer or side.writer
        constant, terms = linear(meant)
        divides = plain_factors or constant < 0 or any(c < 0 for _, c in terms)
        if divides and not plain_factors:
            raise Refused("the power {} of what may vanish has no counterpart in the export", side.term)
        products = []
        for part in parts:
            text = part.text
            x = self._abstract(part)
            if divides and not isinstance(part.term, Rational):
                self._nonzero(x, text)
            powers = [(x, text, constant)] if constant else []
            for symbol, c in terms:
                name = self._time_power(part, symbol, x, outer, divides)
                powers.append((name, f"(powz {text} {outer.time(symbol)}%Z)", c))
            products += powers
        own = self.fresh("v")
        raw, plain = f"{side.writer.time(exponent)}%Z", f"{outer.time(meant)}%Z"
        proof = [f"rewrite (_ : {raw} = {plain}); last lia."] if raw != plain else []
        proof.append("powers.")
        self.atoms.append((side, own))
        abstract, actual = _product((v, n) for v, _, n in products), _product((t, n) for _, t, n in products)
        self.given.append((f"{own} = {abstract}", f"{side.text} = {actual}", proof))
        return own

    def _time_power(self, base: Side, symbol: Symbol, x: str, outer: Writer, divides: bool) -> str:
        """x^k for one time k; no symbol is zero."""
        text = f"(powz {base.text} {outer.time(symbol)}%Z)"
        for side, variable in self.atoms:
            if side.text == text:
                return variable
        variable = self.fresh("v")
        self.atoms.append((Side(Pow(base.term, symbol, evaluate=False), outer), variable))
        if divides:
            self._nonzero(variable, text)
        return variable
