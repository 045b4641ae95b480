"""What a letter means in the field when a text says nothing else: data, no rules.

A text's own definitions come first (scope.py). A letter that is neither here nor defined is unknown, never guessed.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Symbol

from derive.terms import ACTIONS, STATES, Domain, Letter

ELEMENTS: dict[str, Domain] = {
    "s": STATES, "S": STATES, "a": ACTIONS, "A": ACTIONS, "x": Domain("X"), "y": Domain("Y"),
}  # fmt: skip
TIMES = frozenset("tklh")
COUNTERS = frozenset("ijnm")  # times only where a sum over them says from where to where
HORIZONS = frozenset(["T", "H"])
PARAMETERS = frozenset(["theta", "phi", "psi", "omega", "vartheta", "w"])
SCALARS = frozenset(["gamma", "lambda", "alpha", "beta", "eta", "epsilon", "varepsilon"])
POLICIES = frozenset({"pi", "mu"})
DISTRIBUTIONS = frozenset({"P", "p", "q", "rho", "d", "cal:P"})
REWARDS = frozenset({"r", "R"})
FUNCTIONS = frozenset(["f", "g", "h", "b", "c"])
VALUES = frozenset(["V", "Q", "A"])  # functions of states and actions that may depend on the parameter
TRAJECTORY = "tau"
LABELS = frozenset(
    {
        "old",
        "new",
        "ref",
        "k",
        "*",
        "init",
        "target",
        "base",
        "beta",
        "behavior",
        "behaviour",
        "prev",
        "b",
        "max",
        "min",
    }
)


@lru_cache(maxsize=100)
def element_sort(name: str) -> Domain:
    """The finite set that a letter runs over; equal ones are one object."""
    return {"S": STATES, "A": ACTIONS}.get(name) or Domain(name)


@lru_cache(maxsize=1_000)
def law(name: str, domains: tuple[Domain, ...], parameter: Symbol | None = None) -> Letter:
    """A probability mass function; equal ones are one object, so that SymPy can put terms in order."""
    return Letter(name, domains, pmf=True, parameter=parameter)


@lru_cache(maxsize=1_000)
def function(name: str, domains: tuple[Domain, ...]) -> Letter:
    """An arbitrary function; equal ones are one object."""
    return Letter(name, domains)


@lru_cache(maxsize=1_000)
def positive(name: str, parameter: Symbol) -> Letter:
    """A number that depends on a parameter; equal ones are one object."""
    return Letter(name, (), parameter=parameter)


@lru_cache(maxsize=1_000)
def listed(name: str, elements: tuple[int, ...]) -> Domain:
    """A finite set whose elements a text lists."""
    return Domain(name, elements)
