"""`derive verify` on certificates of models: what is false of the model is not valid, whatever it prints."""

import copy
import json
from pathlib import Path

import pytest
from sympy import Integer

from derive.cli import main
from derive.models import decide
from derive.notation import a, bandit_policy, grad, mean
from derive.terms import AtMost, Equation, Log, Positive, SumOver
from derive.wire import encode

p = bandit_policy(a)
FALSE = Equation(SumOver(grad(Log(p)), a), 0)
FOUND = decide(FALSE, [Positive(bandit_policy)]).counterexample
CERTIFICATE = json.loads(
    json.dumps(
        {
            "kind": "refuted",
            "claim": encode(FALSE),
            "hypotheses": [encode(Positive(bandit_policy))],
            "model": FOUND.model.to_dict(),
            "lhs": FOUND.lhs,
            "rhs": FOUND.rhs,
        }
    )
)


def verified(certificate: object, folder: Path) -> int:
    (folder / "c.json").write_text(json.dumps(certificate))
    return main(["verify", str(folder / "c.json")])


def changed(**parts: object) -> dict[str, object]:
    return {**copy.deepcopy(CERTIFICATE), **parts}


def test_a_refutation_is_confirmed_by_both_evaluators(tmp_path: Path) -> None:
    assert verified(CERTIFICATE, tmp_path) == 0


@pytest.mark.parametrize(
    "tampered",
    [
        changed(lhs="7/2"),
        changed(kind="holds"),
        changed(claim=encode(Equation(mean(grad(Log(p)), a, p), 0))),
        changed(hypotheses=[encode(AtMost(Integer(1), Integer(0)))]),
        changed(claim=encode(AtMost(Integer(0), Integer(1)))),
        changed(kind="sworn"),
        changed(model={}),
        [1],
    ],
)
def test_what_is_not_so_is_not_valid(tampered: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(tampered, tmp_path) == 1
    assert "NOT VALID" in capsys.readouterr().out


def test_a_model_that_breaks_its_hypotheses_refutes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = copy.deepcopy(CERTIFICATE["model"])
    model["letters"]["pi/1"]["table"] = [[[0], "1"], [[1], "0"]]
    model["letters"]["pi/1"]["tangent"] = [[[0], "0"], [[1], "0"]]
    assert verified(changed(model=model), tmp_path) == 1
    assert "π_θ > 0 is assumed and is not true on the model" in capsys.readouterr().out
