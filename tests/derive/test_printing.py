"""What is printed, to the letter: the field's order, parentheses where needed, one meaning a string."""

import os
import random
import shutil
import subprocess
import sys

import pytest
from sympy import Integer, Max, Min, Rational, Symbol, sqrt

from derive import terms
from derive.errors import DeriveError
from derive.notation import (
    OUTCOMES,
    T,
    a,
    bandit_policy,
    bandit_reward,
    before,
    density,
    expect,
    gamma,
    given_action,
    given_history,
    grad,
    initial,
    k,
    n,
    objective,
    other_policy,
    path,
    payoff,
    pi,
    policy,
    process,
    return_to_go,
    reward,
    reward_letter,
    s,
    s_next,
    score,
    sigmoid,
    t,
    theta,
    total_return,
    trajectory_score,
    transition,
    x,
    x_real,
)
from derive.printing import latex, text
from derive.printing.layout import layout
from derive.terms import (
    ACTIONS,
    HISTORIES,
    STATES,
    Action,
    Always,
    At,
    AtMost,
    Cases,
    Definition,
    Domain,
    Draw,
    Equation,
    Exp,
    Expectation,
    Given,
    History,
    Inequality,
    Letter,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    Process,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
    real_symbol,
    time_symbol,
)
from derive.wire import ARITHMETIC, NODES

HALF, N, ONE_OF, LAMBDA = Rational(1, 2), time_symbol("N"), time_symbol("i"), real_symbol("lambda")
J, R, G = objective(), total_return(), return_to_go
MU = Letter("mu", (ACTIONS, STATES), pmf=True)
B, V = Letter("b", (STATES,)), Letter("V", (None, STATES))
BIT = Var("a", Domain("A", (0, 1)))
COIN = Definition("pi", (BIT,), Cases(BIT, 1, sigmoid(theta), 1 - sigmoid(theta)), "given")
TWO = process.until(2)
RETURN = TimeSum(gamma**k * reward(k), k, 0, T - 1)

CASES = [
    (
        Equation(grad(J), expect(TimeSum(gamma**t * G(t) * score(t), t, 0, T - 1))),
        "∇_θ J(θ) = E_τ[Σ_{t=0}^{T-1} γ^t G_t ∇_θ log π_θ(a_t|s_t)]",
        r"\nabla_\theta J(\theta) = \mathbb{E}_\tau\biggl[ \sum_{t=0}^{T-1} \gamma^t G_t \,"
        r" \nabla_\theta \log \pi_\theta(a_t \mid s_t) \biggr]",
    ),
    (
        Equation(
            path,
            initial(State(0)) * TimeProduct(pi(t) * transition(State(t + 1), State(t), Action(t)), t, 0, T - 1),
        ),
        "P_θ(τ) = ρ_0(s_0) ∏_{t=0}^{T-1} π_θ(a_t|s_t) P(s_{t+1}|s_t,a_t)",
        r"P_\theta(\tau) = \rho_0(s_0) \, \prod_{t=0}^{T-1} \pi_\theta(a_t \mid s_t) \,"
        r" P(s_{t+1} \mid s_t, a_t)",
    ),
    (
        Equation(grad(sigmoid(theta)), sigmoid(theta) * (1 - sigmoid(theta))),
        "∇_θ σ(θ) = σ(θ) (1 - σ(θ))",
        r"\nabla_\theta \sigma(\theta) = \sigma(\theta) \, (1 - \sigma(\theta))",
    ),
    (1 / (1 + Exp(-theta)), "1/(1 + e^{-θ})", r"\frac{1}{1 + e^{-\theta}}"),
    (
        Exp(-theta) / (1 + Exp(-theta)) ** 2,
        "e^{-θ}/(1 + e^{-θ})^2",
        r"\frac{e^{-\theta}}{(1 + e^{-\theta})^2}",
    ),
    (G(t) - reward(t) - gamma * G(t + 1), "G_t - r_t - γ G_{t+1}", r"G_t - r_t - \gamma G_{t+1}"),
    (
        (reward(t) + gamma * V(t + 1, State(t + 1)) - V(t, State(t))) * score(t),
        "(r_t + γ V_{t+1}(s_{t+1}) - V_t(s_t)) ∇_θ log π_θ(a_t|s_t)",
        r"(r_t + \gamma V_{t+1}(s_{t+1}) - V_t(s_t)) \, \nabla_\theta \log \pi_\theta(a_t \mid s_t)",
    ),
    (
        (G(t) - B(State(t))) * score(t),
        "(G_t - b(s_t)) ∇_θ log π_θ(a_t|s_t)",
        r"(G_t - b(s_t)) \, \nabla_\theta \log \pi_\theta(a_t \mid s_t)",
    ),
    (
        expect(RETURN * trajectory_score),
        "E_τ[(Σ_{k=0}^{T-1} γ^k r_k) (Σ_{t=0}^{T-1} ∇_θ log π_θ(a_t|s_t))]",
        r"\mathbb{E}_\tau\biggl[ \biggl( \sum_{k=0}^{T-1} \gamma^k r_k \biggr) \, \biggl( \sum_{t=0}^{T-1}"
        r" \nabla_\theta \log \pi_\theta(a_t \mid s_t) \biggr) \biggr]",
    ),
    (
        expect(RETURN * score(t)),
        "E_τ[(Σ_{k=0}^{T-1} γ^k r_k) ∇_θ log π_θ(a_t|s_t)]",
        r"\mathbb{E}_\tau\biggl[ \biggl( \sum_{k=0}^{T-1} \gamma^k r_k \biggr) \,"
        r" \nabla_\theta \log \pi_\theta(a_t \mid s_t) \biggr]",
    ),
    (
        PathSum(R * grad(path), process),
        "Σ_τ R(τ) ∇_θ P_θ(τ)",
        r"\sum_\tau R(\tau) \, \nabla_\theta P_\theta(\tau)",
    ),
    (
        PathSum(path * R * grad(Log(path)), process),
        "Σ_τ P_θ(τ) R(τ) ∇_θ log P_θ(τ)",
        r"\sum_\tau P_\theta(\tau) \, R(\tau) \, \nabla_\theta \log P_\theta(\tau)",
    ),
    (grad(path) / path, "(∇_θ P_θ(τ))/P_θ(τ)", r"\frac{\nabla_\theta P_\theta(\tau)}{P_\theta(\tau)}"),
    (
        Mean(payoff(x) * grad(Log(density(x))), x, density(x)),
        "E_{x∼p_θ}[f(x) ∇_θ log p_θ(x)]",
        r"\mathbb{E}_{x \sim p_\theta}[f(x) \, \nabla_\theta \log p_\theta(x)]",
    ),
    (
        Mean(reward_letter(s, a, s_next), a, policy(a, s)),
        "E_{a∼π_θ(·|s)}[r(s,a,s')]",
        r"\mathbb{E}_{a \sim \pi_\theta(\cdot \mid s)}[r(s, a, s')]",
    ),
    (
        Mean(SumOver(transition(s_next, s, a) * B(s_next), s_next), a, policy(a, s)),
        "E_{a∼π_θ(·|s)}[Σ_{s'} P(s'|s,a) b(s')]",
        r"\mathbb{E}_{a \sim \pi_\theta(\cdot \mid s)}\biggl[ \sum_{s'} P(s' \mid s, a) \, b(s') \biggr]",
    ),
    (
        SumOver(policy(a, s) * grad(Log(policy(a, s))), a),
        "Σ_a π_θ(a|s) ∇_θ log π_θ(a|s)",
        r"\sum_a \pi_\theta(a \mid s) \, \nabla_\theta \log \pi_\theta(a \mid s)",
    ),
    (
        -SumOver(policy(a, s) * Log(policy(a, s)), a),
        "-Σ_a π_θ(a|s) log π_θ(a|s)",
        r"-\sum_a \pi_\theta(a \mid s) \, \log \pi_\theta(a \mid s)",
    ),
    (
        Variance(bandit_reward(a), a, bandit_policy(a)),
        "Var_{a∼π_θ}[r(a)]",
        r"\operatorname{Var}_{a \sim \pi_\theta}[r(a)]",
    ),
    (given_history(G(t), t), "E[G_t | h_t]", r"\mathbb{E}[G_t \mid h_t]"),
    (given_action(G(t), t + 1), "E[G_t | h_{t+1}, a_{t+1}]", r"\mathbb{E}[G_t \mid h_{t+1}, a_{t+1}]"),
    (Given(R, t, process), "E[R(τ) | ℱ_t]", r"\mathbb{E}[R(\tau) \mid \mathcal{F}_t]"),
    (Given(R, 0, TWO), "E_{τ_{0:2}}[R(τ) | h_0]", r"\mathbb{E}_{\tau_{0:2}}[R(\tau) \mid h_0]"),
    (
        Expectation(R, Process(initial, MU, transition, T)),
        "E_{τ∼μ}[R(τ)]",
        r"\mathbb{E}_{\tau \sim \mu}[R(\tau)]",
    ),
    (
        expect(TimeProduct(pi(k) / MU(Action(k), State(k)), k, 0, t) * reward(t)),
        "E_τ[(∏_{k=0}^t (π_θ(a_k|s_k)/μ(a_k|s_k))) r_t]",
        r"\mathbb{E}_\tau\biggl[ \biggl( \prod_{k=0}^t \frac{\pi_\theta(a_k \mid s_k)}{\mu(a_k \mid s_k)}"
        r" \biggr) \, r_t \biggr]",
    ),
    (
        reward(t) * pi(t) / MU(Action(t), State(t)),
        "(π_θ(a_t|s_t)/μ(a_t|s_t)) r_t",
        r"\frac{\pi_\theta(a_t \mid s_t)}{\mu(a_t \mid s_t)} \, r_t",
    ),
    (
        PathSum(PathProbability(process.until(n + 1)), process.until(n + 1)),
        "Σ_{τ_{0:n+1}} P_θ(τ_{0:n+1})",
        r"\sum_{\tau_{0:n+1}} P_\theta(\tau_{0:n+1})",
    ),
    (PathProbability(Process(initial, MU, transition, T)), "P_μ(τ)", r"P_\mu(\tau)"),
    (At(grad(sigmoid(theta)), theta, 0), "∇_θ σ(θ)|_{θ=0}", r"\nabla_\theta \sigma(\theta) \big|_{\theta=0}"),
    (At(theta**2, theta, HALF), "(θ^2)|_{θ=1/2}", r"(\theta^2) \big|_{\theta=\frac{1}{2}}"),
    (
        COIN.body,
        "{σ(θ) if a = 1, else 1 - σ(θ)}",
        r"\begin{cases} \sigma(\theta) & \text{if } a = 1 \\ 1 - \sigma(\theta) & \text{otherwise}"
        r" \end{cases}",
    ),
    (SumOver(COIN(BIT) * BIT, BIT), "Σ_{a∈{0,1}} π_θ(a) a", r"\sum_{a \in \{0, 1\}} \pi_\theta(a) \, a"),
    (
        Samples(TimeSum(payoff(Draw(ONE_OF, OUTCOMES)), ONE_OF, 1, N) / N, x, density(x), N),
        "E_{x_1,…,x_N∼p_θ}[(1/N) Σ_{i=1}^N f(x_i)]",
        r"\mathbb{E}_{x_1,\dots,x_N \sim p_\theta}\biggl[ \frac{1}{N} \, \sum_{i=1}^N f(x_i) \biggr]",
    ),
    (
        Samples(payoff(Draw(1, OUTCOMES)) * payoff(Draw(2, OUTCOMES)), x, density(x), 2),
        "E_{x_1,x_2∼p_θ}[f(x_1) f(x_2)]",
        r"\mathbb{E}_{x_1,x_2 \sim p_\theta}[f(x_1) \, f(x_2)]",
    ),
    (
        Samples(bandit_reward(Draw(ONE_OF, ACTIONS)), a, policy(a, s), 1),
        "E_{a^{(1)}∼π_θ(·|s)}[r(a^{(i)})]",
        r"\mathbb{E}_{a^{(1)} \sim \pi_\theta(\cdot \mid s)}[r(a^{(i)})]",
    ),
    (
        expect(Letter("f", (HISTORIES, ACTIONS))(History(t), Action(t)) * score(t)),
        "E_τ[f(h_t,a_t) ∇_θ log π_θ(a_t|s_t)]",
        r"\mathbb{E}_\tau[f(h_t, a_t) \, \nabla_\theta \log \pi_\theta(a_t \mid s_t)]",
    ),
    (
        Maximum(Letter("rbar", (STATES, ACTIONS))(s, a) + gamma * B(s), a),
        "max_a (r̄(s,a) + γ b(s))",
        r"\max_a (\bar{r}(s, a) + \gamma b(s))",
    ),
    (2 * Maximum(B(s), s) ** 2, "2 (max_s b(s))^2", r"2 \, \biggl( \max_s b(s) \biggr)^2"),
    (Maximum(BIT * theta, BIT), "max_{a∈{0,1}} θ a", r"\max_{a \in \{0, 1\}} \theta a"),
    (grad(score(t)), "∇_θ^2 log π_θ(a_t|s_t)", r"\nabla_\theta^2 \log \pi_\theta(a_t \mid s_t)"),
    (grad(score(t) ** 2), "∇_θ((∇_θ log π_θ(a_t|s_t))^2)", None),
    (sqrt(1 + gamma) / (1 + sqrt(theta)), "√(1 + γ)/(1 + √θ)", r"\frac{\sqrt{1 + \gamma}}{1 + \sqrt{\theta}}"),
    (1 / sqrt(payoff(x)), "1/√f(x)", r"\frac{1}{\sqrt{f(x)}}"),
    (sqrt(TimeSum(reward(t) ** 2, t, 0, T - 1)), "√(Σ_{t=0}^{T-1} r_t^2)", r"\sqrt{\sum_{t=0}^{T-1} r_t^2}"),
    (Inequality(0, gamma), "0 ≤ γ", r"0 \le \gamma"),
    (
        Always(B(s), Maximum(bandit_reward(a) + gamma * B(s), a)),
        "b(s) = max_a (r(a) + γ b(s)), ∀s",
        r"b(s) = \max_a (r(a) + \gamma b(s)),  \forall s",
    ),
    (Positive(policy), "π_θ > 0", r"\pi_\theta > 0"),
    (before(k, t), "k < t", "k < t"),
    (AtMost(0, k), "0 ≤ k", r"0 \le k"),
    (AtMost(t + 1, T - 1), "t + 1 < T", "t + 1 < T"),
    (grad(payoff(x) * density(x)), "∇_θ(p_θ(x) f(x))", r"\nabla_\theta(p_\theta(x) \, f(x))"),
    (grad(J + R), "∇_θ(J(θ) + R(τ))", r"\nabla_\theta(J(\theta) + R(\tau))"),
    (
        score(0) * score(1),
        "(∇_θ log π_θ(a_0|s_0)) ∇_θ log π_θ(a_1|s_1)",
        r"(\nabla_\theta \log \pi_\theta(a_0 \mid s_0)) \, \nabla_\theta \log \pi_\theta(a_1 \mid s_1)",
    ),
    (score(t) ** 2, "(∇_θ log π_θ(a_t|s_t))^2", r"(\nabla_\theta \log \pi_\theta(a_t \mid s_t))^2"),
    (expect(R) ** 2, "(E_τ[R(τ)])^2", r"(\mathbb{E}_\tau[R(\tau)])^2"),
    ((gamma * LAMBDA) ** k * reward(k), "(γ λ)^k r_k", r"(\gamma \lambda)^k \, r_k"),
    (HALF * TimeSum(reward(t), t, 0, T - 1) / N, "(1/(2 N)) Σ_{t=0}^{T-1} r_t", None),
    (TimeSum(reward(t) - G(t), t, 0, T - 1), "Σ_{t=0}^{T-1} (r_t - G_t)", None),
    (TimeSum(-reward(t), t, 0, T - 1), "Σ_{t=0}^{T-1} (-r_t)", None),
    (TimeSum(reward(t), t, 0, T - 1) + G(t), "G_t + Σ_{t=0}^{T-1} r_t", None),
    ((1 - gamma**T) / (1 - gamma), "(1 - γ^T)/(1 - γ)", r"\frac{1 - \gamma^T}{1 - \gamma}"),
    (-Rational(3, 4) * theta**2, "-(3/4) θ^2", r"-\frac{3}{4} \, \theta^2"),
    (2 * Integer(2) ** t * theta, "2·2^t θ", r"2 \cdot 2^t \theta"),
    (gamma ** (T - t - 1), "γ^{T-t-1}", r"\gamma^{T-t-1}"),
    (gamma ** (-t) * R, "γ^{-t} R(τ)", r"\gamma^{-t} R(\tau)"),
    (reward(t) ** 2, "r_t^2", "r_t^2"),
    (Exp(theta) ** 2, "(e^θ)^2", r"(e^\theta)^2"),
    (Log(path * R), "log(P_θ(τ) R(τ))", r"\log(P_\theta(\tau) \, R(\tau))"),
    (Min(theta, gamma), "min(γ, θ)", r"\min(\gamma, \theta)"),
    (Max(theta, -theta), "|θ|", r"\lvert \theta \rvert"),
    (gamma * Max(gamma - theta, theta - gamma), "γ |γ - θ|", r"\gamma \, \lvert \gamma - \theta \rvert"),
    (Max(theta, -theta, 1), "max(-θ, 1, θ)", r"\max(-\theta, 1, \theta)"),
    (
        sigmoid(theta) ** 2 * (1 - sigmoid(theta)) ** 2,
        "σ(θ)^2 (1 - σ(θ))^2",
        r"\sigma(\theta)^2 \, (1 - \sigma(\theta))^2",
    ),
    (x_real * (1 - x_real) * bandit_reward(a), "x (1 - x) r(a)", r"x \, (1 - x) \, r(a)"),
    (
        Log(pi(t)) + Log(transition(State(t + 1), State(t), Action(t))) + Log(initial(State(0))),
        "log ρ_0(s_0) + log π_θ(a_t|s_t) + log P(s_{t+1}|s_t,a_t)",
        None,
    ),
    (Letter("pi_theta", (ACTIONS,), pmf=True, parameter=theta)(a), "π_θ(a)", r"\pi_\theta(a)"),
    (Exp(HALF), "e^{1/2}", "e^{1/2}"),
    (process, "(ρ_0, π_θ, P, T)", r"(\rho_0, \pi_\theta, P, T)"),
    (real_symbol("theta_old"), "θ_{old}", r"\theta_{\mathrm{old}}"),
    (Letter("V^pi", (STATES,))(s), "V^π(s)", r"V^\pi(s)"),
    (real_symbol(r"a_b%\x{"), r"a_b%\x{", r"\text{a\_b\%\textbackslash{}x\{}"),
    (real_symbol("长"), "长", r"\text{U+957F}"),
    (Var("s'_1", STATES), "s'_1", "s'_1"),
]


@pytest.mark.parametrize(("term", "plain", "tex"), CASES, ids=[c[1] for c in CASES])
def test_printed_to_the_letter(term, plain, tex):
    assert text(term) == plain
    if tex is not None:
        assert latex(term) == tex


def test_different_terms_are_printed_differently():
    assert len({c[1] for c in CASES}) == len({latex(c[0]) for c in CASES}) == len(CASES)


SAMPLES = {
    "Apply": payoff(x),
    "Draw": Draw(ONE_OF, OUTCOMES),
    "History": History(t),
    "Maximum": Maximum(payoff(x), x),
    "Samples": Samples(payoff(Draw(1, OUTCOMES)), x, density(x), N),
    "At": At(J, theta, 0),
    "Action": Action(t),
    "Cases": Cases(t, 1, theta, gamma),
    "Defined": G(t),
    "Exp": Exp(theta),
    "Expectation": expect(R),
    "Given": given_history(R, t),
    "Gradient": grad(J),
    "Log": Log(theta),
    "Mean": Mean(payoff(x), x, density(x)),
    "PathProbability": path,
    "PathSum": PathSum(path, process),
    "Process": process,
    "State": State(t),
    "SumOver": SumOver(payoff(x), x),
    "TimeProduct": TimeProduct(reward(t), t, 0, 1),
    "TimeSum": TimeSum(reward(t), t, 0, 1),
    "Variance": Variance(payoff(x), x, density(x)),
    "add": 1 + theta,
    "mul": 2 * theta,
    "pow": theta**2,
    "min": Min(theta, gamma),
    "max": Max(theta, gamma),
}


@pytest.mark.parametrize("tag", sorted(NODES | ARITHMETIC))
def test_every_node_has_a_layout(tag):
    sample = SAMPLES[tag]
    assert type(sample) is (NODES | ARITHMETIC)[tag]
    assert layout(sample)
    assert text(sample)
    assert latex(sample)


def test_every_hypothesis_is_printed():
    samples = {terms.AtMost: before(k, t), terms.Positive: Positive(policy), terms.Equation: Equation(J, R)}
    samples |= {terms.Possible: terms.Possible(process), terms.Coincide: terms.Coincide(policy, other_policy)}
    samples |= {terms.Inequality: Inequality(0, J), terms.Always: Always(B(s), 2 * B(s))}
    assert set(samples) == set(terms.Hypothesis.__args__)
    printed = ["k < t", "π_θ > 0", "J(θ) = R(τ)", "P_θ(τ) > 0", "π_θ = μ", "0 ≤ J(θ)", "b(s) = 2 b(s), ∀s"]
    assert [text(h) for h in samples.values()] == printed


def test_a_term_outside_the_language_is_refused():
    from sympy import sin

    with pytest.raises(DeriveError, match="no printed form"):
        text(sin(Symbol("x")))


def test_one_line_whatever_a_name_contains():
    assert "\n" not in text(real_symbol("a\nb"))
    assert "\n" not in latex(real_symbol("a\nb"))


def random_term(rng, depth):
    index = rng.choice([t, k, t + 1, k - 1, T - 1, 2 * t, Integer(0)])
    if depth == 0:
        leaves = [theta, gamma, Rational(rng.randint(-3, 3), rng.randint(1, 3)), reward(index), pi(index), G(index)]
        return rng.choice([*leaves, R, J, path, V(index, s), policy(a, s), B(State(index)), sigmoid(theta)])
    one, two = random_term(rng, depth - 1), random_term(rng, depth - 1)
    horizon = process.until(rng.choice([T, n, Integer(2)]))
    return rng.choice(
        [
            lambda: one + two,
            lambda: one * two,
            lambda: one * two * random_term(rng, depth - 1),
            lambda: one / two if two != 0 else -one,
            lambda: one ** rng.choice([2, t, -t]),
            lambda: grad(one),
            lambda: Log(one),
            lambda: Exp(one),
            lambda: TimeSum(one, k, index, T),
            lambda: TimeProduct(one, t, 0, index),
            lambda: SumOver(one, rng.choice([a, s, BIT])),
            lambda: PathSum(one, horizon),
            lambda: Expectation(one, horizon),
            lambda: Given(one, rng.choice([2 * t, 2 * t + 1, t]), horizon),
            lambda: Mean(one, a, policy(a, s)),
            lambda: At(one, theta, HALF),
            lambda: Cases(index, 1, one, two),
            lambda: Samples(one * payoff(Draw(index, OUTCOMES)), x, density(x), rng.choice([N, 1, 2, 3])),
            lambda: Maximum(one, rng.choice([a, s, BIT])),
            lambda: sqrt(one + payoff(x)),
        ]
    )()


@pytest.mark.parametrize("seed", range(4))
def test_random_terms_that_differ_are_printed_differently(seed):
    rng, seen = random.Random(seed), {}
    for _ in range(400):
        term = random_term(rng, rng.choice([1, 2, 3]))
        for printed in (text(term), latex(term)):
            assert seen.setdefault(printed, term) == term


@pytest.mark.system
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_tex_sets_everything_that_is_printed(tmp_path):
    formulas = "\n\n".join(f"$\\displaystyle {latex(c[0])}$" for c in CASES)
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{amsmath,amssymb,lmodern}"
    (tmp_path / "all.tex").write_text(head + r"\begin{document}" + formulas + r"\end{document}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-1500:]


def test_the_same_under_every_hash_seed():
    code = (
        "import runpy, sys; m = runpy.run_path(sys.argv[1]);"
        " print([m['text'](c[0]) + m['latex'](c[0]) for c in m['CASES']])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code, __file__],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(runs) == 1
