"""The letters of one model, and the evaluation of nodes in scopes.

A node is evaluated once in all scopes that look the same to it, so that nested sums cost no more than their
different terms. What each node means is in meanings.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import UnevaluableError
from numeric.evaluation import irrationals, jets, tables
from numeric.evaluation.jets import Jet
from numeric.evaluation.paths import Histories, Integers, Paths, grown
from numeric.evaluation.scopes import Bound, Scope
from numeric.evaluation.statements import Name, Node, is_histories
from numeric.evaluation.tables import Table

__all__ = ["Interpretation", "Meaning"]

MOST_KEPT = 4_000_000  # entries of arrays that are remembered


class Interpretation:
    """A model and the meanings of the nodes; `exact` in fractions, otherwise in float64."""

    def __init__(self, model: Mapping[str, Any], meanings: Mapping[str, Meaning], exact: bool) -> None:
        self.model, self.meanings, self.exact = model, meanings, exact
        self.tables: dict[Node, Table] = {}
        self.histories = Histories()
        self.kept: dict[Any, Any] = {}
        self.alive: dict[int, Any] = {}  # what the keys of `kept` name by identity
        self.room = MOST_KEPT

    def jet(self, node: Node, scope: Scope) -> Jet:
        """The value of a node at every trajectory of the scope."""
        if node.tag not in self.meanings:
            raise UnevaluableError(f"a {node.tag} is no term and has no value")
        if scope.direction is not None and not _moves(node, scope):
            scope = replace(scope, direction=None, order=0)
        key = self.key(node, scope)
        if key in self.kept:
            return self.kept[key]
        result = self.meanings[node.tag](self, node, scope)
        if self.room >= len(result.value):
            self.room -= len(result.value)
            self.kept[key] = result
        return result

    def number(self, node: Node, scope: Scope) -> Jet:
        """The value as real numbers."""
        if node.tag == "History":
            raise UnevaluableError("a history is no number; only a letter takes it")
        return jets.numbers(self.jet(node, scope), self.exact)

    def integer(self, node: Node, scope: Scope, what: str) -> int:
        """A value that is one integer, the same on every trajectory."""
        values = jets.integers(self.jet(node, scope), what)
        if (values != values[0]).any():
            raise UnevaluableError(f"{what} differs between trajectories: {sorted(set(values.tolist()))[:5]}")
        return int(values[0])

    def constant(self, number: irrationals.Number | int) -> Jet:
        """A number, the same on every trajectory."""
        return jets.constant(Fraction(number) if isinstance(number, int) else number, self.exact)

    def elements(self, domain: Node) -> Integers:
        """The elements of a domain."""
        name, listed = domain.args
        if listed is None:
            listed = tables.part(tables.part(self.model, "domains"), name, (tuple, list))
        elements = [tables.integer(e, f"an element of {name}") for e in listed]
        if not elements or len(set(elements)) < len(elements):
            raise UnevaluableError(f"the domain {name} is empty or lists an element twice: {listed}")
        return np.array(elements, dtype=np.int64)

    def call(self, function: Node, arguments: Sequence[Jet], scope: Scope) -> Jet:
        """f(x, …) for a letter or a definition."""
        if function.tag == "definition":
            return self.unfold(function, [Bound(a) for a in arguments], scope)
        name, sorts, _, parameter = function.args
        if len(arguments) != len(sorts):
            raise UnevaluableError(f"{name} takes {len(sorts)} arguments, not {len(arguments)}")
        order = scope.order if parameter is not None and parameter.args[0] == scope.direction else 0
        values = [jets.integers(a, f"an argument of {name}") for a in arguments]
        return self.table(function).at(values, order)

    def table(self, letter: Node) -> Table:
        """The table of a letter, checked when it is read."""
        if letter not in self.tables:
            name, sorts, law, _ = letter.args
            law_over = self.elements(sorts[0]).tolist() if law else None
            kinds = [self.histories if sort is not None and is_histories(sort) else None for sort in sorts]
            letters = tables.part(self.model, "letters")
            self.tables[letter] = Table.read(letters, name, kinds, law_over, self.exact)
        return self.tables[letter]

    def unfold(self, definition: Node, values: Sequence[Bound | None], scope: Scope) -> Jet:
        """The body of a definition, its parameters bound to the values of the arguments; None where it has no use."""
        name, params, body = definition.args
        if len(values) != len(params):
            raise UnevaluableError(f"{name} takes {len(params)} arguments, not {len(values)}")
        for param, value in zip(params, values, strict=True):
            if value is None:
                continue
            if param.tag == "real":
                jet = jets.numbers(value.jet, self.exact)
            else:
                jet = Jet(jets.integers(value.jet, f"the argument {param.args[0]} of {name}"))
            scope = scope.bind(param.name, replace(value, jet=jet))
        return self.jet(body, scope)

    def horizon(self, process: Node, scope: Scope) -> int:
        """The number of actions of a process."""
        horizon = self.integer(process.args[3], scope, "the horizon of a process")
        if horizon < 0:
            raise UnevaluableError(f"the horizon of a process is {horizon}; it is at least 0")
        return horizon

    def support(self, process: Node, scope: Scope) -> tuple[Paths, Jet]:
        """The trajectories that a process can take, and their probabilities."""
        key = ("support", *self.key(process, scope))
        if key not in self.kept:
            self.kept[key] = self._support(process, scope)
        return self.kept[key]

    def _support(self, process: Node, scope: Scope) -> tuple[Paths, Jet]:
        initial, policy, transition, _, states, actions = process.args
        steps, weight = np.zeros((1, 0), dtype=np.int64), self.constant(1)
        for position in range(1 + 2 * self.horizon(process, scope)):
            elements = self.elements(actions if position % 2 else states)
            parents = np.repeat(np.arange(len(steps)), len(elements))
            steps = grown(steps, elements)
            here = scope.along(Paths(steps))
            if position == 0:
                factor = self.call(initial, [Jet(steps[:, 0])], here)
            elif position % 2:  # a_t, s_t
                factor = self.call(policy, [Jet(steps[:, -1]), Jet(steps[:, -2])], here)
            else:  # s_{t+1}, s_t, a_t
                factor = self.call(transition, [Jet(steps[:, -i]) for i in (1, 3, 2)], here)
            weight = jets.times(weight.rows(parents), jets.numbers(factor, self.exact)).spread(len(steps))
            live = weight.live()
            steps, weight = steps[live], weight.rows(live)
            if len(steps) == 0:
                raise UnevaluableError("every trajectory of the process has probability zero")
        return Paths(steps), weight

    def restricted(self, scope: Scope, chosen: NDArray[np.bool_]) -> Scope:
        """The scope on some of its trajectories."""
        if scope.paths is None or chosen.all():
            return scope
        key = ("rows", id(scope.paths), chosen.tobytes())
        if key not in self.kept:
            self.alive[id(scope.paths)] = scope.paths
            self.kept[key] = Paths(scope.paths.steps[chosen])
        bound = {name: replace(b, jet=b.jet.rows(chosen)) if b.varies else b for name, b in scope.bound.items()}
        return replace(scope, paths=self.kept[key], bound=bound)

    def sampled(self, scope: Scope, name: Name, tuples: Integers, parents: Integers, codes: Integers) -> Scope:
        """The scope whose rows are rows of this one, each with samples of its own: those of tuples[code]."""
        steps = np.zeros((len(parents), 0), dtype=np.int64) if scope.paths is None else scope.paths.steps[parents]
        bound = {n: replace(b, jet=b.jet.rows(parents)) for n, b in scope.bound.items()}
        return replace(scope, paths=Paths(steps), bound={**bound, name: Bound(Jet(codes), tuples=tuples)})

    def by_value(self, node: Node, scope: Scope, evaluate: Callable[[Scope], Jet]) -> Jet:
        """Evaluate where the names that are free in the node have one value, and put the pieces together.

        An operator with trajectories of its own sees only the values of the names that are bound outside it.
        """
        varying = [name for name in node.free if name in scope.bound and scope.bound[name].varies]
        if not varying:
            return evaluate(scope)
        found = [scope.bound[name].jet for name in varying]
        columns = [part for jet in found for part in jet.parts]
        groups: dict[Any, list[int]] = {}
        for row, values in enumerate(zip(*columns, strict=True)):
            groups.setdefault(values, []).append(row)
        pieces = []
        for rows in groups.values():
            chosen = np.zeros(scope.size, dtype=bool)
            chosen[rows] = True
            inner = self.restricted(scope, chosen)
            for name in varying:
                one = scope.bound[name].jet.rows(np.array(rows[:1]))
                inner = inner.bind(name, replace(scope.bound[name], jet=one))
            pieces.append((chosen, jets.numbers(evaluate(inner), self.exact)))
        return jets.scatter(scope.size, pieces)

    def depends(self, node: Node, scope: Scope) -> frozenset[str]:
        """The parameters that a node's value may vary with."""
        found = node.depends | {name[1] for name in node.free if name[0] == "real" and name not in scope.bound}
        return found.union(*(scope.bound[name].depends for name in node.free if name in scope.bound))

    def key(self, node: Node, scope: Scope) -> tuple[Any, ...]:
        """What a node sees of a scope: (node, trajectories, direction and order, value of each free name)."""
        bound = [scope.bound.get(name) for name in node.free]
        varying = [b for b in bound if b is not None and b.varies]
        here = scope.paths if node.random or varying else None
        self.alive.update((id(kept), kept) for kept in (here, *varying))
        values = (None if b is None else b.key() for b in bound)
        return (id(node), id(here), scope.direction, scope.order, *values)


Meaning = Callable[[Interpretation, Node, Scope], Jet]


def _moves(node: Node, scope: Scope) -> bool:
    """Whether the node's derivative along the direction can be other than zero."""
    if scope.direction in node.depends or ("real", scope.direction) in node.free:
        return True
    bound = (scope.bound.get(name) for name in node.free)
    return any(b is not None and b.jet.tangent is not None for b in bound)
