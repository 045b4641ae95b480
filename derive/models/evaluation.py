"""evaluate(term, model) -> value: the exact meaning of a term on a finite model.

A rational number, or a ball that is certain to contain the value where log, exp or a root has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flint import arb, ctx
from sympy import Basic, Symbol

from derive.binding import drawn, free, subterms
from derive.errors import Unevaluable
from derive.models import curvatures, extremes, samples, slopes  # noqa: F401  (enter all values and derivatives)
from derive.models.compiling import Compiler
from derive.models.environment import Closure, Env, Key, set_trajectory
from derive.models.forms import usage
from derive.models.interpretation import Model, check_letter, elements_of, key_of
from derive.models.latest import last_draw, latest_position
from derive.models.numbers import BALLS, RATIONALS, Numbers, as_rational
from derive.models.tables import Entries, LogOf, Table
from derive.terms import Action, Domain, Draw, Letter, Process, State, Var

__all__ = ["LogOf", "Model", "Program", "Table", "compiled", "evaluate", "run"]

FUEL = 200_000
PRECISION = 128


class Program:
    """Several terms compiled over the same slots, ready for any model."""

    def __init__(self, terms: Sequence[Basic], watch: bool = False) -> None:
        self.terms = tuple(terms)
        self._compiler = Compiler(watch)
        self.functions: list[Closure] = [self._compiler.value(t) for t in self.terms]
        for node in {n: None for t in self.terms for n in subterms(t)}:
            self._register(node)
        self.latest = [latest_position(self._compiler, t) for t in self.terms]
        self.draws = self._draws()
        self.times = sorted({n for t in terms for n in free(t) if n.is_Symbol and n.is_integer}, key=str)
        self.vars = sorted({n for t in terms for n in free(t) if isinstance(n, Var)}, key=str)
        _told_apart([*self.vars, *(domain for domain, _, _ in self.draws)])
        plain, exped = (frozenset().union(*(usage(t)[i] for t in terms)) for i in (0, 1))
        self.plain, self.exped = sorted(plain, key=str), sorted(exped, key=str)
        self.needs_balls = "balls" in self._compiler.needs or bool(plain & exped)
        self.needs_second = "second" in self._compiler.needs
        self.needs_order = "order" in self._compiler.needs

    def _register(self, node: Basic) -> None:
        """Give a model's letters and sets a place, also where a derivative vanishes and nothing reads them."""
        if isinstance(node, Letter):
            self._compiler.letter(node)
        elif isinstance(node, (Var, State, Action, Draw)):
            self._compiler.domain(node.domain)
        elif isinstance(node, Process):
            self._compiler.domain(node.states)
            self._compiler.domain(node.actions)

    def _draws(self) -> list[tuple[Domain, int, list[Closure]]]:
        """The domains whose samples are free: where they are kept, and the largest index read."""
        free_ones = sorted({d for t in self.terms for d in drawn(t)}, key=str)
        lasts = {d: [f for t in self.terms if (f := last_draw(self._compiler, t, d))] for d in free_ones}
        return [(d, self._compiler.domain(d), lasts[d]) for d in free_ones]

    @property
    def letters(self) -> list[Letter]:
        """The letters of the terms; no two with one key, for a model holds one table for it."""
        found: dict[str, Letter] = {}
        for letter in self._compiler.letters:
            if found.setdefault(key_of(letter), letter) != letter:
                raise Unevaluable(f"two different letters are named {key_of(letter)}: rename one of them")
        return list(found.values())

    @property
    def places(self) -> dict[Letter, int]:
        """Where the tables of the letters are kept."""
        return dict(self._compiler.letters)

    @property
    def domains(self) -> list[Domain]:
        """The sets of the terms."""
        return list(self._compiler.domains)

    def slot(self, name: Basic) -> int | None:
        """Where the value of a free name is kept."""
        return self._compiler.slots.get(name)

    def env(self, model: Model, numbers: Numbers) -> Env:
        """Everything the functions read, in one kind of numbers; the names of the model are set."""
        c, env = self._compiler, Env()
        env.numbers, env.zero, env.one = numbers, numbers.of(0), numbers.of(1)
        env.slots = [self._named(name, model) for name in c.slots]
        env.consts = [numbers.of(_fraction(q)) for q in c.consts]
        env.reals = [_real(model.reals.get(s.name), numbers) for s in c.reals]
        env.exps = [_exp(model.reals.get(s.name), numbers) for s in c.reals]
        env.domains = [elements_of(d, model.domains) for d in c.domains]
        env.draws = [model.samples.get(d.name) for d in c.domains]
        tables = [_table(model, letter) for letter in c.letters]
        env.tables = [_convert(t.values, numbers) for t in tables]
        env.tangents = [_convert(t.tangents, numbers) for t in tables]
        env.seconds = [_convert(t.seconds, numbers) for t in tables] if "second" in c.needs else []
        env.cache, env.fuel, env.touched, env.choices = {}, FUEL, False, None
        set_trajectory(env, model.trajectory)
        return env

    def _named(self, name: Basic, model: Model) -> int | None:
        values = model.indices if isinstance(name, Symbol) else model.elements
        return values.get(name.name)

    def check(self, model: Model) -> None:
        """Refuse a model that leaves a name or letter of these terms without a proper value."""
        for kind, names, values in (
            ("time", self.times, model.indices),
            ("variable", self.vars, model.elements),
            ("real", [*self.plain, *self.exped], model.reals),
        ):
            for name in names:
                if name.name not in values:
                    raise Unevaluable(f"the model gives no value to the {kind} {name}; it has {sorted(values)}")
        for var in self.vars:
            if model.elements[var.name] not in elements_of(var.domain, model.domains):
                raise Unevaluable(f"{var} = {model.elements[var.name]} is not in the domain {var.domain}")
        for domain, _, _ in self.draws:
            if domain.name not in model.samples:
                raise Unevaluable(f"the model gives no samples of {domain}; it has {sorted(model.samples)}")
        for letter in self.letters:
            check_letter(model, letter)


def _told_apart(names: Sequence[Var | Domain]) -> None:
    """Refuse two of one spelling: a model holds one value, or one row of samples, for it."""
    for i, name in enumerate(names):
        if name.name in {other.name for other in names[:i] if type(other) is type(name)}:
            raise Unevaluable(f"two different names are spelt {name.name}: rename one of them")


def _fraction(q: Any) -> Any:
    return as_rational(str(q))


def _table(model: Model, letter: Letter) -> Table:
    if key_of(letter) not in model.letters:
        raise Unevaluable(f"the model has no letter {key_of(letter)!r}; it has {sorted(model.letters)}")
    return model.letters[key_of(letter)]


def _convert(table: Mapping[Key, Any], numbers: Numbers) -> dict[Key, Any]:
    if isinstance(table, Entries):
        return table.converted(numbers.of)
    return {k: numbers.of(v) for k, v in table.items()}


def _real(value: Any, numbers: Numbers) -> Any:
    if isinstance(value, LogOf):
        return numbers.log(numbers.of(value.argument)) if numbers is BALLS else None
    return None if value is None else numbers.of(value)


def _exp(value: Any, numbers: Numbers) -> Any:
    if isinstance(value, LogOf):
        return numbers.of(value.argument)
    return numbers.exp(numbers.of(value)) if value is not None and numbers is BALLS else None


@lru_cache(maxsize=2_000)
def compiled(terms: tuple[Basic, ...], watch: bool = False) -> Program:
    """The program of some terms, built once."""
    return Program(terms, watch)


def evaluate(term: Basic, model: Model, precision: int = PRECISION) -> Any:
    """The exact value of a term on a model: a rational, or a ball where log, exp or a root has a value."""
    program = compiled((term,))
    program.check(model)
    logs = any(isinstance(model.reals[s.name], LogOf) for s in program.plain)
    fractions = any(not isinstance(model.reals[s.name], LogOf) for s in program.exped)
    numbers = BALLS if program.needs_balls or logs or fractions else RATIONALS
    with ctx.workprec(precision):
        return run(program.functions[0], program.env(model, numbers))


def run(function: Closure, env: Env) -> Any:
    """The value of a compiled term; a division by zero, or what is not a finite number, has none."""
    try:
        found = function(env)
    except ZeroDivisionError:
        raise Unevaluable("division by zero") from None
    if isinstance(found, arb) and not found.is_finite():
        raise Unevaluable("division by zero, or by a ball that contains zero")
    return found
