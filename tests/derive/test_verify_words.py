"""`derive verify` on models of samples, histories, maxima, inequalities, second derivatives and solved equations."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from sympy import Rational, sqrt

from derive.cli import main
from derive.models import decide
from derive.notation import (
    a,
    expect,
    gamma,
    grad,
    mean,
    policy,
    reward,
    s,
    s_next,
    score,
    theta,
    transition,
)
from derive.terms import (
    ACTIONS,
    HISTORIES,
    STATES,
    Always,
    Domain,
    Draw,
    Equation,
    History,
    Inequality,
    Letter,
    Maximum,
    Samples,
    SumOver,
    Var,
)
from derive.wire import encode

X = Domain("X")
x, p, f = Var("x", X), Letter("p", (X,), pmf=True, parameter=theta), Letter("f", (X,))
b, V = Letter("b", (HISTORIES,)), Letter("V", (STATES,), parameter=theta)
u, r2 = Letter("u", (ACTIONS,)), Letter("rbar", (STATES, ACTIONS))
W = Letter("W", (STATES,))


def ahead(value: Letter) -> Any:
    return r2(s, a) + gamma * SumOver(transition(s_next, s, a) * value(s_next), s_next)


BELLMAN = Always(V(s), SumOver(policy(a, s) * ahead(V), a))
OPTIMAL = Always(W(s), Maximum(ahead(W), a))
BOUNDS = (Inequality(0, gamma), Inequality(gamma, Rational(1, 2)))
FALSE: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "samples": (
        Equation(
            Samples(f(Draw(1, X)) * f(Draw(2, X)), x, p(x), 2),
            mean(f(x) ** 2, x, p(x)),
        ),
        (),
    ),
    "their scores": (Equation(Samples(f(Draw(1, X)) * grad(f(x) * p(Draw(2, X))), x, p(x), 2), 0), ()),
    "samples given": (Equation(f(Draw(1, X)), f(Draw(2, X))), ()),
    "histories": (Equation(expect(b(History(1)) * score(0)), 0), ()),
    "maxima": (Equation(Maximum(u(a), a), mean(u(a), a, policy(a, s))), ()),
    "order": (Inequality(Maximum(u(a), a), mean(u(a), a, policy(a, s))), ()),
    "order of roots": (Inequality(1 + gamma, sqrt(1 + gamma)), (Inequality(Rational(1, 3), gamma),)),
    "bounds": (Inequality(expect(reward(0)), gamma * expect(reward(0))), BOUNDS),
    "a letter that solves an equation": (Equation(grad(V(s)), SumOver(grad(policy(a, s)) * ahead(V), a)), (BELLMAN,)),
    "its second derivative": (Equation(grad(grad(V(s))), SumOver(grad(grad(policy(a, s))) * ahead(V), a)), (BELLMAN,)),
    "a letter that is greatest": (Inequality(W(s), V(s)), (BELLMAN, OPTIMAL, *BOUNDS)),
    "second derivatives": (
        Equation(grad(grad(expect(reward(0)))), expect(reward(0) * score(0) ** 2)),
        (),
    ),
}


def refuted(name: str) -> dict[str, Any]:
    statement, hypotheses = FALSE[name]
    outcome = decide(statement, hypotheses)
    assert outcome.verdict == "refuted", outcome
    found = outcome.counterexample
    parts = {
        "kind": "refuted",
        "claim": encode(statement),
        "hypotheses": [encode(h) for h in hypotheses],
        "model": found.model.to_dict(),
        "lhs": found.lhs,
        "rhs": found.rhs,
    }
    return json.loads(json.dumps(parts))


def solved() -> dict[str, Any]:
    """V(1) = 0, V(0) = p with reward 1 for action 1 in state 0, which leads to state 1, as does action 0: p = 1/3."""
    pairs = [(z, i) for z in (0, 1) for i in (0, 1)]
    chance, slope, curve = ("2/3", "1/3"), ("-2", "2"), ("-5", "5")
    tables = {
        "pi/2": {
            part: [[[i, z], row[i]] for z, i in pairs]
            for part, row in (("table", chance), ("tangent", slope), ("second", curve))
        },
        "P/3": {"table": [[[z2, z, i], str(int(z2 == 1))] for z2 in (0, 1) for z, i in pairs]},
        "rbar/2": {"table": [[[z, i], str(int((z, i) == (0, 1)))] for z, i in pairs]},
        "V/1": {part: [[[0], row], [[1], "0"]] for part, row in (("table", "1/3"), ("tangent", "2"), ("second", "5"))},
    }
    claim = Equation(grad(grad(V(s))), grad(V(s)) * V(s))
    parts = {
        "kind": "refuted",
        "claim": encode(claim),
        "hypotheses": [encode(BELLMAN), encode(Inequality(gamma, 1))],
        "model": {
            "horizon": 1,
            "domains": {"S": [0, 1], "A": [0, 1]},
            "indices": {},
            "elements": {"s": 0},
            "reals": {"gamma": "1/2"},
            "letters": tables,
            "trajectory": None,
        },
        "lhs": "5",
        "rhs": "2/3",
    }
    return json.loads(json.dumps(parts))


def verified(certificate: Any, folder: Path) -> int:
    (folder / "c.json").write_text(json.dumps(certificate))
    return main(["verify", str(folder / "c.json")])


@pytest.mark.parametrize("name", FALSE)
def test_a_refutation_is_confirmed_and_a_tampered_one_is_not(name: str, tmp_path: Path) -> None:
    certificate = refuted(name)
    assert verified(certificate, tmp_path) == 0
    assert verified({**certificate, "kind": "holds"}, tmp_path) == 1
    assert verified({**certificate, "lhs": certificate["rhs"], "rhs": certificate["lhs"]}, tmp_path) == 1
    tag, left, _ = certificate["claim"]
    assert verified({**certificate, "claim": [tag, left, left]}, tmp_path) == 1
    never = encode(Inequality(1, 0))
    assert verified({**certificate, "hypotheses": [never]}, tmp_path) == 1
    for key in certificate["model"]["letters"]:
        model = copy.deepcopy(certificate["model"])
        del model["letters"][key]
        assert verified({**certificate, "model": model}, tmp_path) == 1


def test_a_model_whose_letter_solves_its_equation_is_valid(tmp_path: Path) -> None:
    assert verified(solved(), tmp_path) == 0


@pytest.mark.parametrize(
    ("part", "row"),
    [
        ("table", [[1], "1/10"]),
        ("tangent", [[0], "1"]),
        ("tangent", [[1], "1"]),
        ("second", [[0], "6"]),
        ("second", [[1], "1"]),
    ],
)
def test_a_letter_that_does_not_solve_its_equation_is_seen(
    part: str, row: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = solved()
    rows = certificate["model"]["letters"]["V/1"][part]
    rows[[key for key, _ in rows].index(row[0])] = row
    certificate["lhs"], certificate["rhs"] = ("6" if part == "second" and row[0] == [0] else "5", certificate["rhs"])
    assert verified(certificate, tmp_path) == 1
    assert "is assumed and is not true on the model" in capsys.readouterr().out


def test_a_hypothesis_that_only_the_first_derivative_breaks_is_seen_without_second_ones(tmp_path: Path) -> None:
    certificate = solved()
    certificate["claim"] = json.loads(json.dumps(encode(Equation(V(s), gamma))))
    certificate["lhs"], certificate["rhs"] = "1/3", "1/2"
    for table in certificate["model"]["letters"].values():
        table.pop("second", None)
    assert verified(certificate, tmp_path) == 0
    certificate["model"]["letters"]["V/1"]["tangent"] = [[[0], "0"], [[1], "0"]]
    assert verified(certificate, tmp_path) == 1


def test_an_inequality_that_holds_is_no_refutation(tmp_path: Path) -> None:
    certificate = refuted("order")
    tag, left, right = certificate["claim"]
    certificate["claim"] = [tag, right, left]
    certificate["lhs"], certificate["rhs"] = certificate["rhs"], certificate["lhs"]
    assert verified(certificate, tmp_path) == 1
    assert verified({**certificate, "kind": "holds"}, tmp_path) == 0
