"""A proof as plain data, and the theorem rebuilt from it in a process that has neither the reader nor the search.

    {"kind": "proof", "claim": equation, "hypotheses": [hypothesis, …],
     "terms": [row, …], "given": [[hypothesis, …], …], "steps": [[rule, argument, …], …]}

An argument is ["thm", i] for the theorem of an earlier step, ["term", i] for a term of the table, ["hyps", i] for
hypotheses on offer, ["equation", wire], ["name", text], ["terms", [i, …]] or ["values", [[i, i], …]]. Each step is run
by the kernel; the last must prove the claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Basic

import derive.axioms  # noqa: F401  (admits the laws)
from derive import kernel
from derive.errors import DeriveError, Refused, Tampered, Unreadable
from derive.kernel import Theorem
from derive.terms import Always, AtMost, Coincide, Equation, Inequality, Positive, Possible
from derive.wire import Table, decode, encode, untable

_HYPOTHESES = (Equation, Inequality, Always, AtMost, Positive, Possible, Coincide)
MAX_PROOF_STEPS = 100_000


def certificate(theorem: Theorem) -> dict[str, Any]:
    """A theorem's proof as JSON-able data."""
    order = kernel.premises_first(theorem)
    packer = _Packer({id(node): i for i, node in enumerate(order)})
    steps = [[node.proof[0], *map(packer.packed, node.proof[1:])] for node in order]
    return {
        "kind": "proof",
        "claim": encode(theorem.claim),
        "hypotheses": sorted((encode(h) for h in theorem.hypotheses), key=repr),
        "terms": packer.table.rows,
        "given": [[encode(h) for h in given] for given in packer.given],
        "steps": steps,
    }


class _Packer:
    def __init__(self, number: Mapping[int, int]) -> None:
        self.number, self.table = number, Table()
        self.given: dict[tuple[Any, ...], int] = {}

    def packed(self, argument: Any) -> list[Any]:
        if isinstance(argument, Theorem):
            return ["thm", self.number[id(argument)]]
        if isinstance(argument, Basic):
            return ["term", self.table.add(argument)]
        if isinstance(argument, (Equation, Inequality, Always)):
            return ["equation", encode(argument)]
        if isinstance(argument, str):
            return ["name", argument]
        if isinstance(argument, tuple) and all(isinstance(a, _HYPOTHESES) for a in argument):
            return ["hyps", self.given.setdefault(argument, len(self.given))]
        if all(isinstance(a, Basic) for a in argument):
            return ["terms", [self.table.add(a) for a in argument]]
        return ["values", [[self.table.add(part) for part in pair] for pair in argument]]


def checked(data: Mapping[str, Any]) -> Theorem:
    """The theorem that a certificate proves, by the kernel alone.

    Raises Tampered where it does not prove its claim, and Unreadable where it is no certificate.
    """
    try:
        return _proved(data)
    except (Tampered, Unreadable):
        raise
    except Exception as fault:  # whatever is in a file, no other error leaves here
        raise Unreadable(f"this is no proof certificate: {fault}") from fault


def _proved(data: Mapping[str, Any]) -> Theorem:
    try:
        steps, claim = data["steps"], decode(data["claim"])
        hypotheses = frozenset(decode(h) for h in data["hypotheses"])
    except (KeyError, TypeError) as fault:
        raise Unreadable(f"a proof certificate has claim, hypotheses and steps; {fault} is missing or odd") from fault
    if not isinstance(claim, (Equation, Inequality)):
        raise Unreadable(f"the claim of a certificate is an equation or an inequality, not {claim}")
    if not isinstance(steps, list) or not 0 < len(steps) <= MAX_PROOF_STEPS:
        raise Unreadable("the steps of a certificate are a list that is not empty")
    theorem = _run(steps, untable(data.get("terms", [])), [tuple(map(decode, g)) for g in data.get("given", [])])
    if theorem.relation != claim.relation or not theorem.hypotheses <= hypotheses:
        raise Tampered(f"the steps prove {theorem}, not {claim}")
    try:  # the claim may name its bound variables otherwise
        return kernel.trans(kernel.trans(kernel.refl(claim.lhs), theorem), kernel.refl(claim.rhs))
    except Refused as refusal:
        raise Tampered(f"the steps prove {theorem}, not {claim}") from refusal


def _run(steps: list[Any], terms: list[Any], given: list[Any]) -> Theorem:
    done: list[Theorem] = []
    for i, step in enumerate(steps):
        try:
            rule, *packed = step
            done.append(kernel.rerun(rule, [_unpacked(a, done, terms, given) for a in packed]))
        except DeriveError as fault:
            raise Tampered(f"step {i} ({step[0]!r}) does not replay: {fault}") from fault
        except Exception as fault:
            raise Unreadable(f"step {i} is not a step of a proof: {str(step)[:120]} ({fault})") from fault
    return done[-1]


def _unpacked(argument: Any, done: list[Theorem], terms: list[Any], given: list[Any]) -> Any:
    kind, value = argument
    if kind == "values":
        return tuple((terms[k], terms[v]) for k, v in value)
    if kind == "terms":
        return tuple(terms[v] for v in value)
    if kind == "equation":
        return decode(value)
    if kind == "name" and isinstance(value, str):
        return value
    source = {"thm": done, "term": terms, "hyps": given}[kind]
    if type(value) is not int or not 0 <= value < len(source):
        raise Unreadable(f"there is no earlier {kind} {value}")
    return source[value]
