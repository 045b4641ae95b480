"""Letters that solve equations: values, occupancies, optimal and differential values, and their derivatives."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from flint import fmpq

from derive.errors import Unevaluable
from derive.models import Model, decide
from derive.models.claims import Claim
from derive.models.comparison import admits, complete
from derive.models.draw import Size
from derive.models.elimination import solution
from derive.models.equations import System, in_order, solved
from derive.models.numbers import RATIONALS
from derive.notation import gamma, grad, theta
from derive.terms import (
    ACTIONS,
    STATES,
    Always,
    Equation,
    Expectation,
    Gradient,
    Hypothesis,
    Inequality,
    Letter,
    Log,
    Maximum,
    Positive,
    Process,
    State,
    Statement,
    SumOver,
    TimeSum,
    Var,
    real_symbol,
    time_symbol,
)

s, z, y, a, b = Var("s", STATES), Var("z", STATES), Var("y", STATES), Var("a", ACTIONS), Var("b", ACTIONS)
policy = Letter("pi", (ACTIONS, STATES), pmf=True, parameter=theta)
old = Letter("mu", (ACTIONS, STATES), pmf=True)
step, start = Letter("P", (STATES, STATES, ACTIONS), pmf=True), Letter("rho_0", (STATES,), pmf=True)
r = Letter("r", (STATES, ACTIONS))
V, Q = Letter("V", (STATES,), parameter=theta), Letter("Q", (STATES, ACTIONS), parameter=theta)
W, best, best_of = Letter("W", (STATES,)), Letter("V_*", (STATES,)), Letter("Q_*", (STATES, ACTIONS))
d, J = Letter("d", (STATES,), pmf=True, parameter=theta), Letter("J", (), parameter=theta)
gain, h = Letter("g", (), parameter=theta), Letter("h", (STATES,), parameter=theta)


def after(f: Letter) -> Any:
    return SumOver(step(z, s, a) * f(z), z)


def under(p: Letter, body: Any) -> Any:
    return SumOver(p(a, s) * body, a)


value = Always(V(s), under(policy, r(s, a) + gamma * after(V)))
of_actions, of_states = Always(Q(s, a), r(s, a) + gamma * after(V)), Always(V(s), under(policy, Q(s, a)))
fixed_value = Always(W(s), under(old, r(s, a) + gamma * after(W)))
occupancy = Always(d(s), (1 - gamma) * start(s) + gamma * SumOver(d(z) * SumOver(policy(a, z) * step(s, z, a), a), z))
objective = Always(J(), SumOver(start(s) * V(s), s))
optimal = Always(best(s), Maximum(r(s, a) + gamma * after(best), a))
optimal_of = Always(best_of(s, a), r(s, a) + gamma * SumOver(step(z, s, a) * Maximum(best_of(z, b), b), z))
stationary = Always(d(s), SumOver(d(z) * SumOver(policy(a, z) * step(s, z, a), a), z))
average = Always(gain(), SumOver(d(s) * under(policy, r(s, a)), s))
differential = Always(h(s), under(policy, r(s, a) - gain() + after(h)))
advantage = r(s, a) + gamma * after(W) - W(s)
moved = SumOver(d(s) * SumOver(grad(policy(a, s)) * Q(s, a), a), s)

# Two states; action 0 stays, 1 goes to the other. r = 1 for going from 0; γ = 1/2. π(1|0) = p = 1/3 with ṗ = 1,
# p̈ = 2; π(1|1) = 1/2, at rest. Then V(1) = V(0)/3 and V(0) = p + (1-p) V(0)/2 + p V(1)/2, so V(0) = 6p / (3 + 2p).
TWO: dict[str, Any] = {
    "horizon": 1,
    "domains": {"S": [0, 1], "A": [0, 1]},
    "reals": {"gamma": "1/2"},
    "letters": {
        "pi/2": {
            "table": [[[0, 0], "2/3"], [[1, 0], "1/3"], [[0, 1], "1/2"], [[1, 1], "1/2"]],
            "tangent": [[[0, 0], "-1"], [[1, 0], "1"], [[0, 1], "0"], [[1, 1], "0"]],
            "second": [[[0, 0], "-2"], [[1, 0], "2"], [[0, 1], "0"], [[1, 1], "0"]],
        },
        "P/3": {"table": [[[i, j, k], str(int((i == j) == (k == 0)))] for i in (0, 1) for j in (0, 1) for k in (0, 1)]},
        "r/2": {"table": [[[i, k], str(int((i, k) == (0, 1)))] for i in (0, 1) for k in (0, 1)]},
        "rho_0/1": {"table": [[[0], "1"], [[1], "0"]]},
    },
}


def with_drawn(*letters: Letter) -> Model:
    """The model with random tables for letters that are to be found."""
    rng, data = Random(0), {**TWO, "letters": dict(TWO["letters"])}
    for letter in letters:
        keys: list[list[int]] = [[]]
        for _ in letter.domains:
            keys = [[*key, x] for key in keys for x in (0, 1)]
        table = [[key, str(rng.randint(1, 9))] for key in keys]
        data["letters"][f"{letter.name}/{len(letter.domains)}"] = {"table": table, "tangent": table}
    return Model.from_dict(data)


def found(statement: Statement, hypotheses: Sequence[Hypothesis], *letters: Letter) -> Model:
    model = complete(Claim(statement, hypotheses), with_drawn(*letters), RATIONALS)
    assert admits(Claim(statement, hypotheses), model, Size(2, 2, 1), RATIONALS)
    return model


def fraction(x: Any) -> Fraction:
    assert isinstance(x, fmpq)
    return Fraction(int(x.p), int(x.q))


def test_values_solve_their_equation() -> None:
    system = complete(Claim(Equation(grad(grad(V(s))), 1), (value,)), with_drawn(V), RATIONALS)
    table = system.letters["V/1"]
    p = Fraction(1, 3)
    assert [fraction(table.values[(i,)]) for i in (0, 1)] == [6 * p / (3 + 2 * p), 2 * p / (3 + 2 * p)]
    first = 18 / (3 + 2 * p) ** 2  # d/dp 6p/(3+2p)
    second = -72 / (3 + 2 * p) ** 3
    assert fraction(table.tangents[(0,)]) == first
    assert fraction(table.seconds[(0,)]) == 2 * first + second


def test_two_letters_are_solved_together() -> None:
    model = found(Equation(V(s), 0), (of_states, of_actions), V, Q)
    alone = found(Equation(V(s), 0), (value,), V)
    assert model.letters["V/1"] == alone.letters["V/1"]
    assert fraction(model.letters["Q/2"].values[(0, 1)]) == 1 + Fraction(1, 2) * Fraction(2, 11)


def test_an_occupancy_is_a_distribution() -> None:
    table = found(Equation(d(s), 0), (occupancy,), d).letters["d/1"]
    # d(0) = 1/2 + 1/2 (2/3 d(0) + 1/2 d(1)), d(1) = 1/2 (1/3 d(0) + 1/2 d(1))
    assert [fraction(table.values[(i,)]) for i in (0, 1)] == [Fraction(9, 11), Fraction(2, 11)]
    assert sum(table.tangents.values()) == 0


def test_a_stationary_distribution_is_fixed_by_its_sum() -> None:
    table = found(Equation(d(s), 0), (stationary,), d).letters["d/1"]
    assert [fraction(table.values[(i,)]) for i in (0, 1)] == [Fraction(3, 5), Fraction(2, 5)]


def test_a_differential_value_is_fixed_up_to_a_constant() -> None:
    model = found(Equation(h(s), 0), (stationary, average, differential), d, gain, h)
    assert fraction(model.letters["g/0"].values[()]) == Fraction(1, 5)
    values = model.letters["h/1"].values  # h(0) = 1/3 - 1/5 + 2/3 h(0) + 1/3 h(1)
    assert fraction(values[(0,)] - values[(1,)]) == Fraction(2, 5)


def test_optimal_values_by_policy_iteration() -> None:
    model = found(Equation(best(s), 0), (optimal, optimal_of), best, best_of)
    # going from 0 for 1, going back for nothing: V(0) = 1 + V(1)/2, V(1) = V(0)/2
    values = [fraction(model.letters["V_*/1"].values[(i,)]) for i in (0, 1)]
    assert values == [Fraction(4, 3), Fraction(2, 3)]
    q = model.letters["Q_*/2"].values
    assert [fraction(q[k]) for k in ((0, 0), (0, 1), (1, 0), (1, 1))] == [
        Fraction(2, 3),
        Fraction(4, 3),
        Fraction(1, 3),
        Fraction(2, 3),
    ]


TRUTHS: dict[str, tuple[Statement, tuple[Hypothesis, ...]]] = {
    "the objective is the reward under the occupancy": (
        Equation(J(), SumOver(d(s) * under(policy, r(s, a)), s) / (1 - gamma)),
        (value, occupancy, objective),
    ),
    "policy gradient theorem": (
        Equation(grad(J()), moved / (1 - gamma)),
        (of_states, of_actions, occupancy, objective),
    ),
    "performance difference": (
        Equation(SumOver(start(s) * (V(s) - W(s)), s), SumOver(d(s) * under(policy, advantage), s) / (1 - gamma)),
        (value, fixed_value, occupancy),
    ),
    "the equation may be differentiated twice": (
        Equation(
            grad(grad(V(s))),
            SumOver(
                grad(grad(policy(a, s))) * Q(s, a)
                + 2 * grad(policy(a, s)) * grad(Q(s, a))
                + policy(a, s) * grad(grad(Q(s, a))),
                a,
            ),
        ),
        (of_states, of_actions),
    ),
    "the best value is the best action's": (Equation(best(s), Maximum(best_of(s, a), a)), (optimal, optimal_of)),
    "average reward": (
        Equation(grad(gain()), SumOver(d(s) * SumOver(grad(policy(a, s)) * (r(s, a) + after(h)), a), s)),
        (stationary, average, differential),
    ),
}
FALSEHOODS: dict[str, tuple[Statement, tuple[Hypothesis, ...]]] = {
    "without 1/(1-γ)": (Equation(grad(J()), moved), (of_states, of_actions, occupancy, objective)),
    "the change of Q left out": (
        Equation(grad(V(s)), SumOver(grad(policy(a, s)) * Q(s, a), a)),
        (of_states, of_actions),
    ),
    "the start for the occupancy": (
        Equation(grad(J()), SumOver(start(s) * SumOver(grad(policy(a, s)) * Q(s, a), a), s) / (1 - gamma)),
        (of_states, of_actions, objective),
    ),
    "the mean for the best": (Equation(best(s), under(policy, best_of(s, a))), (optimal, optimal_of)),
    "no policy is worse than the best": (Inequality(best(s), V(s)), (optimal, value)),
    "rewards alone": (
        Equation(grad(gain()), SumOver(d(s) * SumOver(grad(policy(a, s)) * r(s, a), a), s)),
        (stationary, average),
    ),
    "second derivatives without the mixed term": (
        Equation(
            grad(grad(V(s))),
            SumOver(grad(grad(policy(a, s))) * Q(s, a) + policy(a, s) * grad(grad(Q(s, a))), a),
        ),
        (of_states, of_actions),
    ),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_truths_hold(name: str) -> None:
    outcome = decide(*TRUTHS[name])
    assert outcome.verdict == "holds", outcome
    if isinstance(outcome.error_bound, Fraction):
        assert outcome.error_bound < Fraction(1, 10**15)


@pytest.mark.parametrize("name", FALSEHOODS)
def test_falsehoods_are_refuted_on_models_of_the_hypotheses(name: str) -> None:
    statement, hypotheses = FALSEHOODS[name]
    outcome = decide(statement, hypotheses)
    assert outcome.verdict == "refuted", outcome
    example = outcome.counterexample
    assert example is not None
    again = Model.from_dict(example.model.to_dict())
    assert admits(Claim(statement, hypotheses), again, Size(example.states, example.actions, 1), RATIONALS)
    assert example.true_if in (None, "γ = 0")  # γ = 1 makes the equations singular


def test_an_optimal_value_is_not_refuted_where_the_equation_is_singular() -> None:
    outcome = decide(Inequality(V(s), best(s)), (optimal, value))
    assert outcome.verdict == "unknown"
    assert "no counterexample" in outcome.reason


def test_where_a_logarithm_has_a_value_the_solution_is_a_ball() -> None:
    tau = real_symbol("tau")
    soft = Always(V(s), under(policy, r(s, a) - tau * Log(policy(a, s)) + gamma * after(V)))
    rewards = SumOver(d(s) * under(policy, r(s, a) - tau * Log(policy(a, s))), s) / (1 - gamma)
    claim = Equation(SumOver(start(s) * V(s), s), rewards)
    outcome = decide(claim, (soft, occupancy, Positive(policy)))
    assert outcome.verdict == "holds"
    assert str(outcome.error_bound).startswith("agrees to")


def test_what_is_false_where_tables_are_irrational_is_not_refuted() -> None:
    # No table of fractions says what r is, so there is no counterexample that another evaluator could be given.
    logs = Always(r(s, a), Log(old(a, s)))
    found = decide(Equation(r(s, a), 0), [logs, Positive(old)])
    assert found.verdict == "unknown"
    assert "no fractions are the values of r" in found.reason


def test_a_number_may_solve_an_equation_at_one_parameter() -> None:
    # The least squares w of Σ_a π (r − w ∇log π)²: it moves with θ, which the equation at one θ does not deny.
    w, score, given = Letter("w", ())(), grad(Log(policy(a, s))), Positive(policy)
    fitted = Equation(w, w + SumOver(under(policy, (r(s, a) - w * score) * score), s))
    claim = SumOver(under(policy, w * score**2), s)
    assert decide(Equation(claim, SumOver(under(policy, r(s, a) * score), s)), (fitted, given)).verdict == "holds"
    assert decide(Equation(claim, SumOver(under(policy, r(s, a)), s)), (fitted, given)).verdict == "refuted"


def test_an_equation_at_an_open_time_is_solved_at_one_time_in_each_model() -> None:
    cost, k, n = Letter("c", (None,)), time_symbol("k"), time_symbol("n")
    summed = Always(W(s), TimeSum(cost(k), k, 1, n))
    assert decide(Equation(W(s) + cost(0), TimeSum(cost(k), k, 0, n)), (summed,)).verdict == "holds"
    assert decide(Equation(W(s), TimeSum(cost(k), k, 0, n)), (summed,)).verdict == "refuted"


def test_a_letter_without_the_parameter_must_not_move() -> None:
    unmoved = Always(W(s), under(policy, r(s, a) + gamma * after(W)))
    outcome = decide(Equation(W(s) * (policy(a, s) - 1), 0), (unmoved,))  # true of one action, whose policy is at rest
    assert (outcome.verdict, outcome.counterexample) == ("unknown", None)
    assert "moves with a parameter" in outcome.reason
    moving = Letter("q", (STATES,), parameter=theta)
    constant = Always(moving(s), W(s) + 1)
    assert decide(Equation(moving(s), W(s) + 1), (constant,)).verdict == "holds"
    assert (
        decide(
            Equation(Gradient(moving(s) * policy(a, s), theta), (W(s) + 1) * grad(policy(a, s))), (constant,)
        ).verdict
        == "holds"
    )


@pytest.mark.parametrize(
    ("hypotheses", "words"),
    [
        ((Always(V(s), V(s) ** 2 + 1),), "not affine in V"),
        ((Always(V(s), V(s) * SumOver(V(z), z)),), "not affine in V"),
        ((Always(V(s), 1 / (2 + V(s))),), "not affine in V"),
        ((Always(V(s) + 1, r(s, a)),), "write a letter at variables on the left"),
        ((Always(Q(s, a), V(y)),), "speaks of more than the arguments"),
        ((Always(V(s), r(State(0), a)),), "speaks of more than the arguments"),
        ((Always(V(s), V(s)), Always(V(s), 2 * V(s) - V(s) + 1)), "vacuous"),
        ((Always(V(s), V(s) + 1),), "no solution"),
    ],
)
def test_what_no_model_is_found_for_is_unknown(hypotheses: Any, words: str) -> None:
    outcome = decide(Equation(V(s), r(s, a)), hypotheses)
    assert outcome.verdict == "unknown", outcome
    assert words in outcome.reason


def test_a_second_equation_of_a_letter_is_required() -> None:
    shifted = Always(V(s), under(policy, r(s, a) + 1 + gamma * after(V)))
    assert "vacuous" in decide(Equation(V(s), 0), (value, shifted)).reason
    same_again = Always(V(z), SumOver(policy(b, z) * (r(z, b) + gamma * SumOver(step(s, z, b) * V(s), s)), b))
    assert decide(Equation(V(s) - V(s) * 2, -V(s)), (value, same_again)).verdict != "refuted"


def test_what_others_speak_of_comes_first() -> None:
    order = in_order([solved(h) for h in (objective, of_states, of_actions, occupancy)])
    names = [{p.name for p in item.parts} for item in order if isinstance(item, System)]
    assert {"V/1", "Q/2"} in names
    assert names.index({"V/1", "Q/2"}) < names.index({"J/0"})
    assert [item.circular for item in order if isinstance(item, System)].count(False) == 1


def test_an_expectation_may_define_a_letter() -> None:
    two = Process(start, policy, step, 1)
    told = Always(J(), Expectation(W(State(1)), two))
    assert decide(Equation(grad(J()), grad(Expectation(W(State(1)), two))), (told,)).verdict == "holds"
    assert decide(Equation(grad(J()), Expectation(W(State(1)), two)), (told,)).verdict == "refuted"


def test_linear_equations() -> None:
    def q(*numbers: int) -> list[Any]:
        return [fmpq(n) for n in numbers]

    assert solution([q(2, 1, 5), q(1, -1, 1)], q(0, 0)) == (q(2, 1), 0)
    assert solution([q(1, 1, 3), q(2, 2, 6)], q(9, 1)) == (q(2, 1), 1)
    with pytest.raises(Unevaluable, match="no solution"):
        solution([q(1, 1, 3), q(2, 2, 5)], q(0, 0))
