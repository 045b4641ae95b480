"""What an elaboration carries along: scope, reading, the names bound so far, and what it had to assume."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sympy import Basic, Expr, Integer, Rational, Symbol

from derive.book.letters import COUNTERS, ELEMENTS, HORIZONS, TIMES, TRAJECTORY, element_sort, law, listed
from derive.book.naming import written
from derive.book.scope import Binding, Scope
from derive.book.tokens import Stopped
from derive.book.tree import Add, Group, Mul, Node, Nothing, Num, Relation, Size, Sym, walk
from derive.terms import Always, AtMost, Domain, Letter, Process, real_symbol, time_symbol

MAX_BITS = 4_000


@dataclass(frozen=True)
class Reading:
    """One way, licensed by the text, to take its conventions."""

    reward: str = "sas"  # what r_t depends on: s, sa, sas
    last: tuple[str, int] = ("T", -1)  # the index of the last action
    values: bool = True  # V, Q and A are those of the process, else any functions
    listed: bool = False  # actions run over the set that the text lists, and its instance rules apply
    stationary: bool = False  # V, Q, A, J and d are those without a horizon
    on_policy: bool = False  # E_π[X_t] is an average over the times too

    def horizon(self, first: int) -> Expr:
        """How many actions there are."""
        return time_symbol(self.last[0]) + (self.last[1] + 1 - first)

    def __str__(self) -> str:
        inside = {"s": "s_t", "sa": "s_t,a_t", "sas": "s_t,a_t,s_{t+1}"}[self.reward]
        name, c = self.last
        return f"r_t = r({inside}), last action index {name}{c if c else ''}"


@dataclass
class Notes:
    """What one elaboration rested on."""

    assumed: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    bindings: set[Binding] = field(default_factory=set)
    facts: set[Always] = field(default_factory=set)  # the equations that its letters solve


@dataclass(frozen=True)
class Context:
    scope: Scope
    reading: Reading
    read: Callable[[Node, Context], Expr]
    notes: Notes = field(default_factory=Notes)
    bound: Mapping[str, Basic] = field(default_factory=dict)
    facts: tuple[AtMost, ...] = ()
    number: tuple[str, Symbol] | None = None  # what stands for θ in σ(θ) := …, a function of a number
    anchor: Expr | None = None  # the moment at which a statement for all s and a is read
    depth: int = 0
    differentiated: bool = False  # inside a gradient, where a letter may not be assumed constant
    around: tuple[Node, ...] = ()  # the sides of the statement
    numbering: frozenset[str] = frozenset()  # the indices in force that number samples
    averaged: bool = False  # inside an expectation

    def binding(self, name: str, value: Basic) -> Context:
        return replace(self, bound={**self.bound, name: value})

    def with_facts(self, *facts: AtMost) -> Context:
        return replace(self, facts=(*self.facts, *facts))

    @property
    def horizon(self) -> Expr:
        return self.reading.horizon(self.scope.survey.first)

    @property
    def theta(self) -> Symbol:
        """The policy's parameter."""
        name = self.scope.survey.parameter
        if name is None:
            raise Stopped(
                "which parameter is meant is not clear", 0, 1, ", ".join(sorted(self.scope.survey.parameters))
            )
        return real_symbol(name)

    def real_parameter(self, name: str) -> Symbol:
        """θ; or the number that stands for it in the definition of a function of numbers."""
        if self.number is not None and self.number[0] == name:
            return self.number[1]
        return real_symbol(name)

    def domain(self, letter: str) -> Domain:
        """What a letter for an element runs over."""
        domain = ELEMENTS.get(letter) or element_sort(dict(self.scope.survey.elements).get(letter, letter.upper()))
        elements = self.scope.elements(letter) if self.reading.listed else None
        return listed(domain.name, elements) if elements is not None else domain

    def process(self, policy: Letter) -> Process:
        """The decision process of the text, under a policy."""
        self.notes.used.add("process")
        states, actions = self.domain("s"), self.domain("a")
        initial, transition = law("rho_0", (states,)), law("P", (states, states, actions))
        return Process(initial, policy, transition, self.horizon, states, actions)

    def policy(self, parameter: str | None = None) -> Letter:
        """π_θ(a|s), of the parameter named, or of the text's only one."""
        theta = real_symbol(parameter) if parameter is not None else self.theta
        name = f"pi_{theta.name}" if theta.name.endswith("'") else "pi"  # π_θ' is another policy than π_θ
        return law(name, (self.domain("a"), self.domain("s")), theta)


def stop(why: str, node: Node) -> Stopped:
    """Reading stops at a node."""
    token = node.text if isinstance(node, Num) else node.head if isinstance(node, Sym) else type(node).__name__.lower()
    return Stopped(why, node.start, node.end, token)


def undecided(why: str, node: Node) -> Stopped:
    """A part that is read, and whose value the text leaves open or no finite model has."""
    found = stop(why, node)
    return Stopped(why, found.start, found.end, found.token, open=True)


def bounded(value: Expr, node: Node) -> Expr:
    """A value that is not a number out of bounds."""
    if isinstance(value, Rational) and max(value.p.bit_length(), value.q.bit_length()) > MAX_BITS:
        raise stop(f"a number of more than {MAX_BITS} bits", node)
    return value


def time(node: Node, ctx: Context) -> Expr:
    """An index on the time line: a whole number, a time letter, or a sum of them."""
    if isinstance(node, Num) and "." not in node.text and len(node.text) <= 3:
        return Integer(int(node.text))
    if isinstance(node, Sym) and node.sub is None and node.sup is None and not node.accents and not node.font:
        value = ctx.bound.get(node.head)
        if isinstance(value, (Symbol, Integer)) and value.is_integer:
            return value
        if value is None and (node.name in TIMES or (node.name in HORIZONS and not node.primes)):
            return time_symbol(node.head)
        if value is None and (node.name in COUNTERS or (node.head in ctx.scope.survey.counts)):
            return time_symbol(node.head)
    if isinstance(node, Add):
        return sum((sign * time(term, ctx) for sign, term in node.terms), Integer(0))
    if isinstance(node, Mul) and len(node.factors) == 2 and isinstance(node.factors[0], Num):
        return time(node.factors[0], ctx) * time(node.factors[1], ctx)
    if isinstance(node, Group) and node.items.only is not None:
        return time(node.items.only, ctx)
    if isinstance(node, Size) and is_sized(node.body, ctx):
        assert isinstance(node.body, Sym)
        marks = [str(getattr(part, "name", "")) for part in (node.body.sub.parts if node.body.sub is not None else ())]
        return time_symbol(f"|{'_'.join([node.body.head, *marks])}|")
    if isinstance(node, Size) or (isinstance(node, Sym) and node.name in HORIZONS and node.sub is not None):
        raise undecided("a length that is not the same for all", node)
    if isinstance(node, Sym) and node.name == "infty":
        raise stop("infinite sums are not supported", node)
    raise stop("this is no index of time that is known here", node)


def is_sized(node: Node, ctx: Context) -> bool:
    """Whether |X| says how many X holds: a set, or a sequence of tokens X_1, X_2, … that nothing binds."""
    if not isinstance(node, Sym) or node.sup is not None:
        return False
    if is_spelt_out(node, ctx):
        return True
    if node.sub is not None or node.accents:
        return False
    sets = node.font in ("cal", "bb") or (not node.font and node.name.isupper())
    return sets or (node.name in ELEMENTS and node.head not in ctx.bound)


def is_spelt_out(node: Sym, ctx: Context) -> bool:
    """Whether the statement writes the tokens of X, or of the one sample X_i: X_{<t}, X_{i,<t}."""
    own = node.sub.parts if node.sub is not None else ()
    if any(not isinstance(part, Sym) or part.head in ctx.bound for part in own):
        return False
    for other in (n for side in ctx.around for n in walk(side) if isinstance(n, Sym) and n.head == node.head):
        parts = other.sub.parts if other.sub is not None else ()
        before = isinstance(parts[-1], Relation) and parts[-1].sides[0] is None if parts else False
        if before and [written(p) for p in parts[:-1]] == [written(p) for p in own]:
            return True
    return False


def is_path(node: Node, ctx: Context) -> bool:
    """τ, or τ_{0:T} for all T steps of it."""
    if not isinstance(node, Sym) or node.head != TRAJECTORY or node.sup is not None:
        return False
    if node.sub is None:
        return True
    if node.sub.separators != (":",) or any(isinstance(part, Nothing) for part in node.sub.parts):
        return False
    start, end = (time(part, ctx) for part in node.sub.parts)
    return bool(start == ctx.scope.survey.first and end == ctx.horizon)
