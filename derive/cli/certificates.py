"""`derive verify`: certificates, re-checked without reader or search."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from derive.cli.output import say


def run_verify(options: argparse.Namespace) -> int:
    rows = []
    for path in options.files:
        for i, certificate in enumerate(_certificates(path)):
            ok, words = _verified(certificate)
            rows.append({"file": path, "index": i, "valid": ok, "message": words})
    lines = [f"{r['file']}[{r['index']}]: {'valid' if r['valid'] else 'NOT VALID'}: {r['message']}" for r in rows]
    say(options, {"certificates": rows}, "\n".join(lines) or "no certificates")
    return 0 if all(r["valid"] for r in rows) else 1


def _certificates(path: str) -> Iterator[Any]:
    with _readable(path) as file:
        data = json.load(file)
    yield from data if isinstance(data, list) else [data]


@contextmanager
def _readable(path: str) -> Iterator[Any]:
    try:
        with open(path, encoding="utf-8") as file:
            yield file
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ValueError(f"{path} is no certificate file (JSON): {fault}") from fault


def _verified(certificate: Any) -> tuple[bool, str]:
    from derive.certificate import checked
    from derive.errors import DeriveError
    from derive.printing import text
    from derive.terms import Equation

    kind = certificate.get("kind") if isinstance(certificate, dict) else None
    try:
        if kind == "proof":
            theorem = checked(certificate)
            return True, f"proves {text(Equation(theorem.lhs, theorem.rhs))}"
        if kind in ("holds", "refuted"):
            return _verified_on_models(certificate)
    except (DeriveError, ValueError, KeyError, TypeError) as fault:
        return False, f"{fault}"
    return False, f"unknown kind of certificate: {kind!r}; known: proof, holds, refuted"


def _verified_on_models(certificate: dict[str, Any]) -> tuple[bool, str]:
    """The hypotheses are true on the model, and both evaluators find what the certificate says of the two sides."""
    from derive.models import Model, evaluate
    from derive.models.numbers import exceeds, same
    from derive.printing import text
    from derive.terms import Equation, Inequality
    from derive.wire import decode
    from numeric.evaluate import holds, refutes, satisfies

    claim, model = decode(certificate["claim"]), certificate["model"]
    if not isinstance(claim, (Equation, Inequality)):
        return False, "the claim of a certificate is an equation or an inequality"
    first_model = Model.from_dict(model)
    for hypothesis, wire in ((decode(wire), wire) for wire in certificate["hypotheses"]):
        if not (_true_on(hypothesis, first_model) and satisfies(model, [wire])):
            return False, f"{text(hypothesis)} is assumed and is not true on the model"
    left, right = (evaluate(side, first_model) for side in vars(claim).values())
    true = same(left, right) if isinstance(claim, Equation) else not exceeds(left, right)
    if certificate["kind"] == "holds":
        return true and holds(certificate["claim"], model), f"{text(claim)} holds on the model"
    printed = _is_printed(left, certificate["lhs"]) and _is_printed(right, certificate["rhs"])
    false = not true and refutes(certificate["claim"], model, certificate["lhs"], certificate["rhs"])
    return printed and false, f"{text(claim)} fails on the model"


def _is_printed(value: Any, words: str) -> bool:
    """Whether a fraction is the one that is printed; an interval is left to the second evaluator."""
    return (
        hasattr(value, "overlaps") or words.startswith("[") or Fraction(int(value.p), int(value.q)) == Fraction(words)
    )


def _true_on(hypothesis: Any, model: Any) -> bool:
    """What the first evaluator finds; every variable of a hypothesis that the model does not give is any element."""
    from derive.models import evaluate
    from derive.models.interpretation import key_of
    from derive.models.numbers import exceeds, same
    from derive.terms import Always, AtMost, Coincide, Equation, Inequality, PathProbability, Positive, Possible

    if isinstance(hypothesis, AtMost):
        return bool(evaluate(hypothesis.greater - hypothesis.lesser, model) >= 0)
    if isinstance(hypothesis, Positive):  # a letter that the model does not name is not in the claim
        table = model.letters.get(key_of(hypothesis.letter))
        return table is None or all(v > 0 for v in table.values.values())
    if isinstance(hypothesis, Possible):  # speaks of the trajectory of a pointwise statement
        return model.trajectory is None or bool(evaluate(PathProbability(hypothesis.process), model) > 0)
    if isinstance(hypothesis, Coincide):
        one, other = (model.letters[key_of(f)].values for f in (hypothesis.letter, hypothesis.other))
        return bool(one == other)
    if isinstance(hypothesis, Always):
        sides = _with_derivatives(hypothesis, model)
        return all(same(*(evaluate(x, m) for x in pair)) for pair in sides for m in _at_elements(pair, model, {}))
    if not isinstance(hypothesis, (Equation, Inequality)):
        return False
    pair = tuple(vars(hypothesis).values())
    values = [[evaluate(side, m) for side in pair] for m in _at_elements(pair, model, model.elements)]
    return all(same(a, b) if isinstance(hypothesis, Equation) else not exceeds(a, b) for a, b in values)


def _with_derivatives(hypothesis: Any, model: Any) -> Iterator[tuple[Any, ...]]:
    """Both sides, their derivatives by each parameter, and the second ones where the model has some for a letter."""
    from derive.binding import subterms
    from derive.models.interpretation import key_of
    from derive.terms import Gradient, Letter

    one, other = hypothesis.lhs, hypothesis.rhs
    letters = {n for side in (one, other) for n in subterms(side) if isinstance(n, Letter) and n.parameter}
    yield one, other
    for parameter in sorted({f.parameter for f in letters}, key=str):
        yield Gradient(one, parameter), Gradient(other, parameter)
        if any(model.letters[key_of(f)].seconds for f in letters if f.parameter == parameter):
            yield tuple(Gradient(Gradient(side, parameter), parameter) for side in (one, other))


def _at_elements(sides: Iterable[Any], model: Any, given: Mapping[str, int]) -> Iterator[Any]:
    """The model at every choice of elements for the free variables of some terms that are not given."""
    from derive.binding import free
    from derive.models.interpretation import elements_of
    from derive.terms import Var

    free_names = {n for side in sides for n in free(side)}
    names = sorted((n for n in free_names if isinstance(n, Var) and n.name not in given), key=str)
    for choice in product(*(elements_of(n.domain, model.domains) for n in names)):
        yield replace(model, elements={**model.elements, **{n.name: e for n, e in zip(names, choice, strict=True)}})
