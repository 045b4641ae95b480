"""`derive verify`: certificates, re-checked without reader or search."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Both evaluators find what the certificate says of its model."""
    from derive.models import Model, evaluate
    from derive.printing import text
    from derive.wire import decode
    from numeric.evaluate import agrees, confirms

    claim = decode(certificate["claim"])
    (_, left, right), model = certificate["claim"], certificate["model"]
    first = [evaluate(side, Model.from_dict(model)) for side in (claim.lhs, claim.rhs)]
    if certificate["kind"] == "holds":
        return first[0] == first[1] and agrees(left, right, model), f"{text(claim)} holds on the model"
    differs = confirms(left, right, model, certificate["lhs"], certificate["rhs"])
    return differs and first[0] != first[1], f"{text(claim)} fails on the model"
