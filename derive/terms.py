"""The nodes that SymPy lacks. A statement of policy-gradient mathematics is one term built of these.

A term is an inert SymPy expression: nothing evaluates itself, and users may go on with SymPy. Arithmetic
(`+ * **`), numbers and symbols are SymPy's own. The rest is here, in five groups:

* sorts        `Domain` (a finite set), `Var` (a variable over one), times (integer symbols), reals
* letters      `Letter` (a primitive function, perhaps a probability mass function), `Definition` (a name for a term)
* trajectory   `State(t)`, `Action(t)`, `History(t)`: random variables of one trajectory s_0 a_0 … s_T of a `Process`
* samples      `Draw(i, X)`: x_i, the i-th of several independent samples, averaged over by `Samples`
* operators    sums, products, expectations, maxima, gradient, logarithm: those that bind a name say which
* statements   `Equation` and `Inequality`, and the hypotheses `AtMost`, `Positive`, `Possible`, `Coincide`, `Always`

An expectation over a process binds no name: s_t and a_t are functions of the trajectory, so that "depends only
on the past of t" is a comparison of positions on the time line (`position` in derive/timeline.py). An expectation over
samples binds none either: "does not depend on x_i" is a comparison of indices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import AtomicExpr, Basic, Expr, Integer, Symbol, sympify

from derive.errors import IllFormed


def time_symbol(name: str) -> Symbol:
    """An index on the time line (or of a sample): an integer."""
    return Symbol(name, integer=True)


def real_symbol(name: str) -> Symbol:
    """A real number that is not a parameter of the policy."""
    return Symbol(name, real=True)


class Domain(AtomicExpr):
    """A finite set, non-empty: abstract (any size) when `elements` is None, else these integers, in order."""

    name: str
    elements: tuple[int, ...] | None

    def __new__(cls, name: str, elements: tuple[int, ...] | None = None) -> Domain:
        if elements is not None and not elements:
            raise IllFormed(f"domain {name} is empty; a distribution over nothing would sum to zero and to one")
        if elements is not None and len(set(elements)) != len(elements):
            raise IllFormed(f"domain {name} lists an element twice: {elements}")
        if elements is not None and not all(type(e) is int for e in elements):
            raise IllFormed(f"domain {name} lists what is no integer: {elements}; number its elements")
        node = AtomicExpr.__new__(cls)
        node.name, node.elements = name, None if elements is None else tuple(elements)
        return node

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.name, repr(self.elements))  # SymPy orders by these, so they must be comparable

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.name, self.elements)

    def _sympystr(self, printer: Any) -> str:
        return self.name


STATES = Domain("S")
ACTIONS = Domain("A")
HISTORIES = Domain("H")  # the histories h_t = (s_0, a_0, …, a_{t-1}, s_t) of all lengths; only `History` names one


class Var(AtomicExpr):
    """A variable over a finite domain. Over integers it may stand in arithmetic."""

    name: str
    domain: Domain

    def __new__(cls, name: str, domain: Domain) -> Var:
        if domain == HISTORIES:
            raise IllFormed(f"{name}: nothing runs over histories; write History(t)")
        node = AtomicExpr.__new__(cls)
        node.name, node.domain = name, domain
        return node

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.name, self.domain)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.name, self.domain)

    @property
    def free_symbols(self) -> set[Basic]:
        return {self}

    def _sympystr(self, printer: Any) -> str:
        return self.name


class Letter(AtomicExpr):
    """A primitive function symbol; arbitrary unless a hypothesis says more.

    `domains` are the sorts of its arguments, None for a time. A probability mass function (`pmf`) is
    non-negative and sums to one over its first argument, for all values of the others. `parameter` is the
    symbol it depends on differentiably, or None: then its gradient is zero.
    """

    name: str
    domains: tuple[Domain | None, ...]
    pmf: bool
    parameter: Symbol | None

    def __new__(
        cls,
        name: str,
        domains: tuple[Domain | None, ...],
        *,
        pmf: bool = False,
        parameter: Symbol | None = None,
    ) -> Letter:
        if pmf and (not domains or domains[0] is None):
            raise IllFormed(f"the distribution {name} needs a finite domain for its first argument")
        node = AtomicExpr.__new__(cls)
        node.name, node.domains, node.pmf, node.parameter = name, tuple(domains), pmf, parameter
        return node

    def _hashable_content(self) -> tuple[Any, ...]:
        sorts = [(d.name, d.elements) if d is not None else None for d in self.domains]
        return (self.name, repr(sorts), self.pmf, repr(self.parameter), _kind(self.parameter))

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.domains), {"pmf": self.pmf, "parameter": self.parameter}

    @property
    def free_symbols(self) -> set[Basic]:
        return {self.parameter} if self.parameter is not None else set()

    def __call__(self, *args: Any) -> Apply:
        return Apply(self, *args)

    def _sympystr(self, printer: Any) -> str:
        return self.name


def _kind(symbol: Symbol | None) -> str:
    """What tells symbols of one name apart: an integer θ is not a real one."""
    return "" if symbol is None else repr(sorted(symbol.assumptions0.items()))


class Term(Expr):
    """An inert node. `binds` names the positions of (bound name, scopes) in `args`, or is None."""

    is_commutative = True
    binds: ClassVar[tuple[int, tuple[int, ...]] | None] = None

    def __new__(cls, *args: Any) -> Any:
        return Expr.__new__(cls, *(sympify(a, strict=True) for a in args))

    def _eval_derivative(self, s: Any) -> Expr:
        raise IllFormed(f"SymPy cannot differentiate {self}; write Gradient(…) and let a rule do it")

    def doit(self, **hints: Any) -> Expr:
        return self


def sort_of(node: Basic) -> Domain | None:
    """The finite domain of an element expression, or None for a time or a real."""
    return node.domain if isinstance(node, (Var, State, Action, History, Draw)) else None


def fits(node: Basic, wanted: Domain | None) -> bool:
    """Whether an expression may stand for an element of a domain (None: for a time or a real)."""
    found = sort_of(node)
    if wanted is None:
        return found is None
    if found is not None:
        return found == wanted
    if wanted.elements is None:
        return False
    return node in wanted.elements if isinstance(node, Integer) else True  # s + a may name an element of a listed set


def is_element(node: Basic, domain: Domain) -> bool:
    """Whether an expression is an element of a domain whatever its names stand for: s + a may lie outside."""
    return sort_of(node) == domain or node in (domain.elements or ())


class Apply(Term):
    """f(x, …) for a letter f: π(a|s) is Apply(π, a, s), P(s'|s,a) is Apply(P, s', s, a)."""

    def __new__(cls, letter: Letter, *args: Any) -> Apply:
        if len(args) != len(letter.domains):
            raise IllFormed(f"{letter.name} takes {len(letter.domains)} arguments, not {len(args)}: {args}")
        values = [sympify(a, strict=True) for a in args]
        for value, domain in zip(values, letter.domains, strict=True):
            if not fits(value, domain):
                raise IllFormed(
                    f"{letter.name}: argument {value} is not in {domain.name if domain else 'the integers'}"
                )
        return Term.__new__(cls, letter, *values)

    @property
    def letter(self) -> Letter:
        return self.args[0]


class Definition(Basic):
    """A name for a term: `name(params) := body`. A conservative extension; the term carries its own meaning.

    `form` says how it is written: "index" G_t, "call" f(x), "bare" J, "path" R(τ), "given" π(a|s).
    """

    def __new__(cls, name: str, params: tuple[Any, ...], body: Any, form: str = "call") -> Definition:
        from sympy.core.containers import Tuple
        from sympy.core.symbol import Str

        if isinstance(name, Str):  # rebuilt by SymPy from its own args
            name, form = name.name, form.name if isinstance(form, Str) else form
        return Basic.__new__(cls, Str(name), Tuple(*params), sympify(body, strict=True), Str(form))

    @property
    def name(self) -> str:
        return self.args[0].name

    @property
    def params(self) -> tuple[Basic, ...]:
        return tuple(self.args[1])

    @property
    def body(self) -> Expr:
        return self.args[2]

    @property
    def form(self) -> str:
        return self.args[3].name

    def __call__(self, *args: Any) -> Defined:
        return Defined(self, *args)

    def _sympystr(self, printer: Any) -> str:
        return self.name


class Defined(Term):
    """A use of a definition, at arguments."""

    def __new__(cls, definition: Definition, *args: Any) -> Defined:
        if len(args) != len(definition.params):
            raise IllFormed(f"{definition.name} takes {len(definition.params)} arguments, not {len(args)}: {args}")
        return Term.__new__(cls, definition, *args)

    @property
    def definition(self) -> Definition:
        return self.args[0]


class State(Term):
    """s_t, the state before action t; s_T is the last."""

    def __new__(cls, t: Any, domain: Domain = STATES) -> State:
        return Term.__new__(cls, t, domain)

    time = property(lambda self: self.args[0])
    domain = property(lambda self: self.args[1])


class Action(Term):
    """a_t, for t = 0 … T-1."""

    def __new__(cls, t: Any, domain: Domain = ACTIONS) -> Action:
        return Term.__new__(cls, t, domain)

    time = property(lambda self: self.args[0])
    domain = property(lambda self: self.args[1])


class History(Term):
    """h_t = (s_0, a_0, …, a_{t-1}, s_t), all that was seen before action t."""

    time = property(lambda self: self.args[0])
    domain = property(lambda self: HISTORIES)


class Draw(Term):
    """x_i, the i-th of independent samples of one distribution, i = 1 … N."""

    def __new__(cls, index: Any, domain: Domain) -> Draw:
        if domain == HISTORIES:
            raise IllFormed("samples are drawn from a finite set, not from histories")
        return Term.__new__(cls, index, domain)

    index = property(lambda self: self.args[0])
    domain = property(lambda self: self.args[1])


class Process(Basic):
    """A Markov decision process under a policy: s_0 ~ initial, a_t ~ policy(·|s_t), s_{t+1} ~ transition.

    `initial`, `policy` and `transition` are letters or definitions, called as initial(s), policy(a, s),
    transition(s', s, a); `horizon` is the number of actions.
    """

    def __new__(
        cls,
        initial: Any,
        policy: Any,
        transition: Any,
        horizon: Any,
        states: Domain = STATES,
        actions: Domain = ACTIONS,
    ) -> Process:
        return Basic.__new__(cls, initial, policy, transition, sympify(horizon), states, actions)

    initial = property(lambda self: self.args[0])
    policy = property(lambda self: self.args[1])
    transition = property(lambda self: self.args[2])
    horizon = property(lambda self: self.args[3])
    states = property(lambda self: self.args[4])
    actions = property(lambda self: self.args[5])

    def until(self, horizon: Any) -> Process:
        """The same process, stopped after `horizon` actions."""
        return Process(self.initial, self.policy, self.transition, horizon, self.states, self.actions)


class PathProbability(Term):
    """P(τ) of the trajectory under a process: the product of the probabilities of what happened, up to its horizon."""

    process = property(lambda self: self.args[0])


class PathSum(Term):
    """Σ_τ body, over all trajectories of a process's horizon (its probabilities play no part)."""

    body = property(lambda self: self.args[0])
    process = property(lambda self: self.args[1])


class Expectation(Term):
    """E_τ[body] under a process. Binds no name: it averages over every s_t and a_t of its body."""

    body = property(lambda self: self.args[0])
    process = property(lambda self: self.args[1])


class Given(Term):
    """E[body | the trajectory up to `position`]: position 2t is the history h_t (ends with s_t), 2t+1 adds a_t."""

    body = property(lambda self: self.args[0])
    position = property(lambda self: self.args[1])
    process = property(lambda self: self.args[2])


class Mean(Term):
    """E_{x ~ weight}[body] = Σ_x weight·body, for a variable x over a finite domain. Binds x."""

    binds = (1, (0, 2))
    body = property(lambda self: self.args[0])
    var = property(lambda self: self.args[1])
    weight = property(lambda self: self.args[2])

    def __new__(cls, body: Any, var: Var, weight: Any) -> Mean:
        _need_var(cls, var)
        return Term.__new__(cls, body, var, weight)


class Variance(Term):
    """Var_{x ~ weight}[body] = E[body²] − (E[body])². Binds x."""

    binds = (1, (0, 2))
    body = property(lambda self: self.args[0])
    var = property(lambda self: self.args[1])
    weight = property(lambda self: self.args[2])

    def __new__(cls, body: Any, var: Var, weight: Any) -> Variance:
        _need_var(cls, var)
        return Term.__new__(cls, body, var, weight)


class Samples(Term):
    """E_{x_1, …, x_N ~ weight}[body], N = count independent samples; x_i is Draw(i, domain). Binds x in weight alone.

    It averages over every x_i of its domain in the body, and over nothing else; the trajectory stays as it is.
    """

    binds = (1, (2,))
    body = property(lambda self: self.args[0])
    var = property(lambda self: self.args[1])
    weight = property(lambda self: self.args[2])
    count = property(lambda self: self.args[3])

    def __new__(cls, body: Any, var: Var, weight: Any, count: Any) -> Samples:
        _need_var(cls, var)
        return Term.__new__(cls, body, var, weight, count)


class Maximum(Term):
    """max_x body, over the whole domain of the variable x. Binds x."""

    binds = (1, (0,))
    body = property(lambda self: self.args[0])
    var = property(lambda self: self.args[1])

    def __new__(cls, body: Any, var: Var) -> Maximum:
        _need_var(cls, var)
        return Term.__new__(cls, body, var)


class SumOver(Term):
    """Σ_x body, over the whole domain of the variable x. Binds x."""

    binds = (1, (0,))
    body = property(lambda self: self.args[0])
    var = property(lambda self: self.args[1])

    def __new__(cls, body: Any, var: Var) -> SumOver:
        _need_var(cls, var)
        return Term.__new__(cls, body, var)


class _Range(Term):
    binds = (1, (0,))
    body = property(lambda self: self.args[0])
    index = property(lambda self: self.args[1])
    lower = property(lambda self: self.args[2])
    upper = property(lambda self: self.args[3])

    def __new__(cls, body: Any, index: Symbol, lower: Any, upper: Any) -> Any:
        if not (isinstance(index, Symbol) and index.is_integer):
            raise IllFormed(f"{cls.__name__} runs over a time symbol, not {index}")
        return Term.__new__(cls, body, index, lower, upper)


class TimeSum(_Range):
    """Σ_{index=lower}^{upper} body, both ends included; zero when upper < lower. Binds index."""


class TimeProduct(_Range):
    """∏_{index=lower}^{upper} body, both ends included; one when upper < lower. Binds index."""


class Gradient(Term):
    """∇_θ body: one arbitrary component (or direction) of the gradient; the derivative where θ is a number."""

    body = property(lambda self: self.args[0])
    parameter = property(lambda self: self.args[1])

    def __new__(cls, body: Any, parameter: Symbol) -> Gradient:
        _need_parameter(cls, parameter)
        return Term.__new__(cls, body, parameter)


class At(Term):
    """body with its parameter set to `value`, after all gradients in it were taken."""

    body = property(lambda self: self.args[0])
    parameter = property(lambda self: self.args[1])
    value = property(lambda self: self.args[2])

    def __new__(cls, body: Any, parameter: Symbol, value: Any) -> At:
        _need_parameter(cls, parameter)
        return Term.__new__(cls, body, parameter, value)


class Log(Term):
    """The natural logarithm, of something positive."""

    body = property(lambda self: self.args[0])


class Exp(Term):
    """e^body."""

    body = property(lambda self: self.args[0])


class Cases(Term):
    """`subject` compared with values: Cases(x, v1, e1, v2, e2, …, default)."""

    subject = property(lambda self: self.args[0])
    default = property(lambda self: self.args[-1])

    @property
    def branches(self) -> tuple[tuple[Expr, Expr], ...]:
        middle = self.args[1:-1]
        return tuple(zip(middle[::2], middle[1::2], strict=True))


def _need_var(cls: type, var: Any) -> None:
    if not isinstance(var, Var):
        raise IllFormed(f"{cls.__name__} runs over a variable of a finite domain, not {var!r}")


def _need_parameter(cls: type, parameter: Any) -> None:
    if not isinstance(parameter, Symbol) or parameter.is_integer:
        raise IllFormed(f"{cls.__name__} varies a number; its parameter is a real symbol, not {parameter!r}")


RANDOM = (State, Action, History, PathProbability, Given)  # functions of the trajectory
CLOSED = (Expectation, PathSum)  # no longer functions of it
AVERAGES_PATHS = (
    Expectation,
    PathSum,
    Given,
)  # replace the trajectory by others: nothing of it may be put inside


@dataclass(frozen=True)
class Equation:
    """lhs = rhs, for every value of the free letters."""

    relation: ClassVar[str] = "="
    lhs: Expr
    rhs: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "lhs", sympify(self.lhs, strict=True))
        object.__setattr__(self, "rhs", sympify(self.rhs, strict=True))

    def __str__(self) -> str:
        return f"{self.lhs} = {self.rhs}"


@dataclass(frozen=True)
class Inequality:
    """lesser ≤ greater, for real expressions: a statement for every value of the free letters, or a hypothesis."""

    relation: ClassVar[str] = "<="
    lesser: Expr
    greater: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "lesser", sympify(self.lesser, strict=True))
        object.__setattr__(self, "greater", sympify(self.greater, strict=True))

    lhs = property(lambda self: self.lesser)
    rhs = property(lambda self: self.greater)

    def __str__(self) -> str:
        return f"{self.lesser} <= {self.greater}"


@dataclass(frozen=True)
class AtMost:
    """lesser ≤ greater, for integer expressions that are linear in time symbols."""

    lesser: Expr
    greater: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "lesser", sympify(self.lesser, strict=True))
        object.__setattr__(self, "greater", sympify(self.greater, strict=True))

    def __str__(self) -> str:
        return f"{self.lesser} <= {self.greater}"


@dataclass(frozen=True)
class Positive:
    """Every value of a probability mass function is positive, for every value of the parameter."""

    letter: Letter

    def __str__(self) -> str:
        return f"{self.letter.name} > 0"


@dataclass(frozen=True)
class Possible:
    """The trajectory has positive probability under the process, for every value of the parameter."""

    process: Process

    def __str__(self) -> str:
        return "P(tau) > 0"


@dataclass(frozen=True)
class Coincide:
    """Two letters have the same values at the parameter in question, though not the same gradients: π_θ = π_old."""

    letter: Letter
    other: Letter

    def __post_init__(self) -> None:
        if self.letter.domains != self.other.domains or self.letter.pmf != self.other.pmf:
            raise IllFormed(f"{self.letter.name} and {self.other.name} are not functions of one kind")

    @property
    def equation(self) -> Equation:
        """letter(x, …) = other(x, …), the arguments standing for all of their kind."""
        names = [time_symbol(f"_{i}") if d is None else Var(f"_{i}", d) for i, d in enumerate(self.letter.domains)]
        return Equation(self.other(*names), self.letter(*names))

    def __str__(self) -> str:
        return f"{self.letter.name} = {self.other.name}"


@dataclass(frozen=True)
class Always:
    """lhs = rhs for every element that its variables may stand for and every value of the parameters of its letters.

    This is how a letter is said to solve an equation, such as V(s) = Σ_a π(a|s) (r(s,a) + γ Σ_s' P(s'|s,a) V(s')).
    Times and real numbers in it are those of the statement.
    """

    lhs: Expr
    rhs: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "lhs", sympify(self.lhs, strict=True))
        object.__setattr__(self, "rhs", sympify(self.rhs, strict=True))

    def __str__(self) -> str:
        return f"{self.lhs} = {self.rhs}, always"


Statement = Equation | Inequality
Hypothesis = Inequality | Always | AtMost | Positive | Possible | Coincide | Equation
ZERO, ONE = Integer(0), Integer(1)
