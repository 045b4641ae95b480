"""`derive verify`: certificates, re-checked without reader or search."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
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
    from derive.models.numbers import same
    from derive.printing import text
    from derive.terms import Equation
    from derive.wire import decode
    from numeric.evaluate import agrees, confirms

    claim, model = decode(certificate["claim"]), certificate["model"]
    if not isinstance(claim, Equation):
        return False, "the claim of a certificate is an equation"
    first_model, (left, right) = Model.from_dict(model), certificate["claim"][1:]
    for hypothesis in map(decode, certificate["hypotheses"]):
        if not _true_on(hypothesis, first_model):
            return False, f"{text(hypothesis)} is assumed and is not true on the model"
    lhs, rhs = (evaluate(side, first_model) for side in (claim.lhs, claim.rhs))
    if certificate["kind"] == "holds":
        return same(lhs, rhs) and agrees(left, right, model), f"{text(claim)} holds on the model"
    printed = _is_printed(lhs, certificate["lhs"]) and _is_printed(rhs, certificate["rhs"])
    differs = not same(lhs, rhs) and confirms(left, right, model, certificate["lhs"], certificate["rhs"])
    return printed and differs, f"{text(claim)} fails on the model"


def _is_printed(value: Any, words: str) -> bool:
    """Whether a fraction is the one that is printed; a ball is left to the second evaluator."""
    return hasattr(value, "overlaps") or Fraction(int(value.p), int(value.q)) == Fraction(words)


def _true_on(hypothesis: Any, model: Any) -> bool:
    from derive.models import evaluate
    from derive.models.interpretation import key_of
    from derive.models.numbers import same
    from derive.terms import AtMost, Coincide, Equation, PathProbability, Positive, Possible

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
    return isinstance(hypothesis, Equation) and same(*(evaluate(s, model) for s in (hypothesis.lhs, hypothesis.rhs)))
