"""A statement in the language of Coq with mathcomp: one term of ours, one term of theirs.

Letters are functions into an ordered field K, a domain is a finite type (or a list of integers), s_t and a_t are
functions of a time, the gradient is a derivation D of K. The same table of names reads the text back (coq_reader.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Add, Basic, Integer, Max, Min, Mul, Pow, Rational, Symbol

from derive.binding import drawn, free, is_random, subterms
from derive.errors import Refused
from derive.terms import (
    ACTIONS,
    HISTORIES,
    STATES,
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
    History,
    Letter,
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
from derive.timeline import is_linear

Names = Mapping[Basic | str, str]
RESERVED = {
    "K", "C", "D", "ln", "ex", "fun", "forall", "if", "then", "else", "mean", "variance", "powz", "zr", "zrange", "in",
    "path", "exists", "let", "match", "end", "Set", "Prop", "Type", "as", "at", "return", "using", "with", "st", "ac",
    "of", "is", "fix", "where", "for", "paths", "expect", "given", "history", "upd", "samples",
    "maximum", "larger", "smaller", "Z", "S", "O", "I",
}  # fmt: skip
_GREEK_FREE = re.compile(r"[^A-Za-z0-9_]")


@dataclass
class Vocabulary:
    """The names that a file gives to letters, domains and definitions; each thing has one, and no two have the same."""

    names: dict[Basic | str, str] = field(default_factory=dict)
    definitions: dict[Definition, str] = field(default_factory=dict)
    parameter: Basic | None = None
    paths: set[tuple[str, Domain]] = field(default_factory=set)

    def name(self, thing: Basic | str, wish: str) -> str:
        if thing not in self.names:
            words = wish.replace("'", "_next").replace("^*", "_star").replace("*", "_star")
            stem = _GREEK_FREE.sub("_", words).strip("_") or "x"
            stem = stem if stem[0].isalpha() else f"x{stem}"
            taken, n, text = RESERVED | set(self.names.values()), 0, stem
            while text in taken or text.endswith("_i"):
                n += 1
                text = f"{stem}{n}"
            self.names[thing] = text
        return self.names[thing]

    def domain(self, domain: Domain) -> str:
        return self.name(domain, f"{domain.name}_set")

    def elements(self, domain: Domain) -> str:
        """The list that a sum over the domain runs through."""
        return f"(index_enum {self.domain(domain)})" if domain.elements is None else self.domain(domain)

    def witness(self, domain: Domain) -> str:
        """An element, for what lies beyond a horizon."""
        return f"{self.domain(domain)}_witness" if domain.elements is None else f"({domain.elements[0]})%Z"

    def kind(self, domain: Domain | None) -> str:
        if domain == HISTORIES:
            return f"(seq {self.kind(STATES)} * seq {self.kind(ACTIONS)})"
        return "Z" if domain is None or domain.elements is not None else self.domain(domain)

    def letter(self, letter: Letter) -> str:
        return self.name(letter, letter.name)

    def variable(self, name: Basic) -> str:
        return self.name(name, str(name))

    def place(self, kind: str, domain: Domain) -> str:
        """The function from times to the states, actions or samples of a pointwise statement."""
        self.paths.add((kind, domain))
        return self.name(f"{kind} {domain.name}", f"{kind}_{domain.name}")


@dataclass
class Writer:
    """Terms as Coq text. `here` renames what a proof has introduced under another name."""

    words: Vocabulary
    here: Mapping[Basic, str] = field(default_factory=dict)
    depth: int | None = None  # where bound variables are numbered from, so that their names play no part

    def within(self, names: Mapping[Basic, str]) -> Writer:
        return Writer(self.words, {**self.here, **names}, self.depth)

    def without(self, name: Basic) -> Writer:
        return Writer(self.words, {k: v for k, v in self.here.items() if k != name}, self.depth)

    def place(self, kind: str, domain: Domain) -> str:
        """The function that a state, an action or a sample is a value of."""
        own = self.words.place(kind, domain)
        return self.here.get(place_of(kind, domain), own)

    def trajectory(self, process: Process) -> tuple[str, Writer]:
        """The two functions of time that a sum over trajectories binds, and the writer below it."""
        pairs = (("st", process.states), ("ac", process.actions))
        names = " ".join(self.words.place(*pair) for pair in pairs)
        return names, self.over_paths({place_of(*pair): self.words.place(*pair) for pair in pairs})

    def over_paths(self, names: Names) -> Writer:
        """The writer below a sum over trajectories, where nothing is known of the states and actions above it."""
        kept = {k: v for k, v in self.here.items() if not isinstance(k, (State, Action))}
        return Writer(self.words, {**kept, **names}, self.depth)

    def over_samples(self, domain: Domain, name: str) -> Writer:
        """The writer below an average over samples, where nothing is known of those above it."""
        kept = {k: v for k, v in self.here.items() if not (isinstance(k, Draw) and k.domain == domain)}
        return Writer(self.words, {**kept, place_of("dr", domain): name}, self.depth)

    @property
    def numbered(self) -> Writer:
        """The same writer, blind to the names of bound variables."""
        return Writer(self.words, self.here, 0)

    def number(self, value: Rational) -> str:
        """An element of K."""
        if not isinstance(value, Integer):
            return f"({self.number(Integer(value.p))} / {self.number(Integer(value.q))})"
        if value < 0:
            return f"(- {self.number(-value)})"
        return str(value) if value in (0, 1) else f"{value}%:R"

    def time(self, term: Basic) -> str:
        """An integer."""
        if isinstance(term, (Symbol, Var)):
            return self.here.get(term) or self.words.variable(term)
        if isinstance(term, Integer):
            return str(term) if term >= 0 else f"({term})"
        if isinstance(term, Add):
            return f"({' + '.join(map(self.time, term.args))})"
        if isinstance(term, Mul):
            return f"({' * '.join(map(self.time, term.args))})"
        return self.element(term)

    def element(self, term: Basic) -> str:
        """An element of a finite set."""
        if isinstance(term, (State, Action, Draw)) and term in self.here:
            return self.here[term]
        if isinstance(term, History):
            places = f"{self.place('st', STATES)} {self.place('ac', ACTIONS)}"
            return f"(history {places} {self.time(term.time)}%Z)"
        if isinstance(term, (State, Action, Draw)):
            kind, time = ("dr", term.index) if isinstance(term, Draw) else _kind_of(term)
            return f"({self.place(kind, term.domain)} {self.time(time)}%Z)"
        if isinstance(term, (Symbol, Var)):
            return self.here.get(term) or self.words.variable(term)
        if isinstance(term, (Integer, Add, Mul)):
            return f"{self.time(term)}%Z"
        raise Refused("{} has no counterpart in the export", type(term).__name__)

    def real(self, term: Basic) -> str:
        """An element of K."""
        if isinstance(term, Rational):
            return self.number(term)
        if isinstance(term, (Symbol, Var)):
            text = self.here.get(term) or self.words.variable(term)
            if not (isinstance(term, Var) or term.is_integer):
                return text
            return f"(zr K {text})" if text.isidentifier() or text.endswith("%Z") else f"(zr K {text}%Z)"
        if isinstance(term, Add):
            return f"({' + '.join(map(self.real, term.args))})"
        if isinstance(term, Mul):
            return f"({' * '.join(map(self.real, term.args))})"
        if isinstance(term, Pow):
            return self._power(term)
        for kind, write in _WRITERS.items():
            if isinstance(term, kind):
                return str(write(self, term))
        if sort_of(term) is not None and sort_of(term).elements is not None:  # type: ignore[union-attr]
            return f"(zr K {self.element(term)})"
        raise Refused("{} has no counterpart in the export", type(term).__name__)

    def _power(self, term: Pow) -> str:
        base, exponent = term.args
        if isinstance(exponent, Integer):
            sign = "^+" if exponent >= 0 else "^-"
            return f"({self.real(base)} {sign} {abs(int(exponent))})"
        if is_linear(exponent):
            return f"(powz {self.real(base)} {self.time(exponent)}%Z)"
        raise Refused("the power {} has no counterpart in the export", term)

    def binder(self, name: Basic) -> tuple[str, Writer]:
        """A bound variable as it is printed, and the writer below it."""
        if self.depth is not None:
            text = f"bound_{self.depth}"
            return text, Writer(self.words, {**self.here, name: text}, self.depth + 1)
        return self.words.variable(name), self.without(name)

    def function(self, name: Basic, body: Basic) -> str:
        text, inside = self.binder(name)
        return f"(fun {text} => {inside.real(body)})"

    def sum_over(self, term: SumOver) -> str:
        text, inside = self.binder(term.var)
        return f"(\\sum_({text} <- {self.words.elements(term.var.domain)}) {inside.real(term.body)})"

    def over_time(self, term: TimeSum | TimeProduct) -> str:
        text, inside = self.binder(term.index)
        sign = "sum" if isinstance(term, TimeSum) else "prod"
        ends = f"{self.time(term.lower)}%Z {self.time(term.upper)}%Z"
        return f"(\\{sign}_({text} <- zrange {ends}) {inside.real(term.body)})"

    def average(self, term: Mean | Variance) -> str:
        head = "mean" if isinstance(term, Mean) else "variance"
        functions = f"{self.function(term.var, term.weight)} {self.function(term.var, term.body)}"
        return f"({head} {self.words.elements(term.var.domain)} {functions})"

    def calculus(self, head: str, body: Basic) -> str:
        return f"({head} C {self.real(body)})"

    def gradient(self, term: Gradient) -> str:
        if self.words.parameter not in (None, term.parameter):
            raise Refused(
                "gradients by two parameters, {} and {}, have no counterpart in the export",
                self.words.parameter,
                term.parameter,
            )
        self.words.parameter = term.parameter
        return self.calculus("D", term.body)

    def application(self, term: Apply) -> str:
        domains = term.letter.domains
        places = (
            self.element(a) if d is not None else f"{self.time(a)}%Z"
            for a, d in zip(term.args[1:], domains, strict=True)
        )
        return f"({' '.join((self.words.letter(term.letter), *places))})" if domains else self.words.letter(term.letter)

    def cases(self, term: Cases) -> str:
        text = self.real(term.default)
        for value, then in reversed(term.branches):
            text = f"(if {self.test(term.subject, value)} then {self.real(then)} else {text})"
        return text

    def test(self, subject: Basic, value: Basic) -> str:
        domain = sort_of(subject)
        listed = domain is None or domain.elements is not None
        sign = "=?" if listed else "=="
        return f"({self.element(subject)} {sign} {self.element(value)})" + ("%Z" if listed else "")

    def use(self, term: Defined) -> str:
        extra = extras(term.definition)
        head = self.define(term.definition)
        pairs = [*zip(extra, extra, strict=True), *zip(term.args[1:], term.definition.params, strict=True)]
        around = [self.place(*pair) for pair in places_in(term.definition)]
        places = [*around, *(self.argument(a, p) for a, p in pairs)]
        return f"({' '.join((head, *places))})" if places else head

    def argument(self, term: Basic, parameter: Basic) -> str:
        """What is put for a parameter of a definition: an element, a time or a real number."""
        if isinstance(parameter, Var):
            return self.element(term)
        return f"{self.time(term)}%Z" if parameter.is_integer else self.real(term)

    def define(self, definition: Definition) -> str:
        """The name of a definition; what it means is printed before the statement."""
        if definition not in self.words.definitions:
            text = self.words.name(definition, definition.name)
            Writer(self.words).real(definition.body)  # refuses here what cannot be printed, and names what it needs
            self.words.definitions[definition] = text
        return self.words.definitions[definition]

    def path(self, term: PathProbability) -> str:
        p = term.process
        places = f"{self.place('st', p.states)} {self.place('ac', p.actions)}"
        return f"(path {self.laws(p)} {self.time(p.horizon)}%Z {places})"

    def laws(self, process: Process) -> str:
        """The initial distribution, the policy and the dynamics, as functions."""
        return " ".join(map(self._law, (process.initial, process.policy, process.transition)))

    def _law(self, law: Basic) -> str:
        if isinstance(law, Letter):
            return self.words.letter(law)
        if not isinstance(law, Definition) or places_in(law):
            raise Refused("a process drawn from {} has no counterpart in the export", law)
        extra = [self.argument(e, e) for e in extras(law)]
        head = self.define(law)
        return f"({' '.join((head, *extra))})" if extra else head

    def sets(self, process: Process) -> str:
        """The sets that states and actions are drawn from."""
        return f"{self.words.elements(process.states)} {self.words.elements(process.actions)}"

    def beyond(self, process: Process) -> str:
        """What stands for the states and actions after the horizon."""
        return f"{self.words.witness(process.states)} {self.words.witness(process.actions)}"

    def path_sum(self, term: PathSum) -> str:
        p = term.process
        names, inside = self.trajectory(p)
        body = f"(fun {names} => {inside.real(term.body)})"
        return f"(paths {self.sets(p)} {self.beyond(p)} {self.time(p.horizon)}%Z {body})"

    def expectation(self, term: Expectation) -> str:
        p = term.process
        names, inside = self.trajectory(p)
        body = f"(fun {names} => {inside.real(term.body)})"
        return f"(expect {self.sets(p)} {self.beyond(p)} {self.laws(p)} {self.time(p.horizon)}%Z {body})"

    def conditional(self, term: Given) -> str:
        p = term.process
        names, inside = self.trajectory(p)
        body = f"(fun {names} => {inside.real(term.body)})"
        here = f"{self.place('st', p.states)} {self.place('ac', p.actions)}"
        times = f"{self.time(p.horizon)}%Z {self.time(term.position)}%Z"
        return f"(given {self.sets(p)} {self.laws(p)} {times} {body} {here})"

    def maximum(self, term: Maximum) -> str:
        if term.var.domain.elements is not None:
            raise Refused("a maximum over listed elements has no counterpart in the export")
        return f"(maximum {self.words.witness(term.var.domain)} {self.function(term.var, term.body)})"

    def extreme(self, term: Max | Min) -> str:
        """The larger or the smaller of several, written from right to left."""
        head = "larger" if isinstance(term, Max) else "smaller"
        *others, text = map(self.real, term.args)
        for other in reversed(others):
            text = f"({head} {other} {text})"
        return text

    def samples(self, term: Samples) -> str:
        domain = term.var.domain
        name = self.words.place("dr", domain)
        body = f"(fun {name} => {self.over_samples(domain, name).real(term.body)})"
        sets = f"{self.words.elements(domain)} {self.words.witness(domain)}"
        return f"(samples {sets} {self.function(term.var, term.weight)} {self.time(term.count)}%Z {body})"


def place_of(kind: str, domain: Domain) -> str:
    """The key under which a writer keeps the name of the function of time that gives the elements of a set."""
    return f"{kind} {domain.name}"


def places_in(node: Basic) -> list[tuple[str, Domain]]:
    """The trajectory or the samples that a term speaks of, as functions: passed first to what a definition names."""
    found: set[tuple[str, Domain]] = set()
    if is_random(node):
        found |= {(_kind_of(n)[0], n.domain) for n in subterms(node) if isinstance(n, (State, Action))}
        processes = [n for n in subterms(node) if isinstance(n, Process)]
        found |= {pair for p in processes for pair in (("st", p.states), ("ac", p.actions))}
        if any(isinstance(n, History) for n in subterms(node)):
            found |= {("st", STATES), ("ac", ACTIONS)}
    return sorted(found | {("dr", d) for d in drawn(node)}, key=str)


def extras(definition: Definition) -> list[Basic]:
    """The names that a definition mentions beside its parameters: passed to it first, in alphabetical order."""
    letters = {f.parameter for f in definition.body.atoms(Letter) if f.parameter is not None}
    body = free(definition.body) - frozenset(definition.params)
    return sorted((n for n in body if n not in letters and isinstance(n, (Symbol, Var))), key=str)


def _kind_of(term: State | Action) -> tuple[str, Basic]:
    return ("st" if isinstance(term, State) else "ac"), term.time


_WRITERS = {
    SumOver: Writer.sum_over,
    TimeSum: Writer.over_time,
    TimeProduct: Writer.over_time,
    Mean: Writer.average,
    Variance: Writer.average,
    Gradient: Writer.gradient,
    Log: lambda self, term: self.calculus("ln", term.body),
    Exp: lambda self, term: self.calculus("ex", term.body),
    Apply: Writer.application,
    Cases: Writer.cases,
    Defined: Writer.use,
    PathProbability: Writer.path,
    PathSum: Writer.path_sum,
    Expectation: Writer.expectation,
    Given: Writer.conditional,
    Samples: Writer.samples,
    Maximum: Writer.maximum,
    Max: Writer.extreme,
    Min: Writer.extreme,
}
