"""The notation of the field, each construct in a true statement, which passes, and in a false one, which does not."""
# ruff: noqa: E501 (formulas in one piece)

from pathlib import Path

import pytest

START = "The policy is $\\pi_\\theta(a|s)$, the discount $\\gamma$.\n\n"
GOOD = ("proved", "holds")

PAIRS = {
    "leave one out": (
        r"r_i - \frac{1}{G-1} \sum_{j=1, j \neq i}^G r_j = \frac{G}{G-1} \left( r_i - \frac{1}{G} \sum_{j=1}^G r_j \right)",
        r"r_i - \frac{1}{G} \sum_{j=1, j \neq i}^G r_j = \frac{G}{G-1} \left( r_i - \frac{1}{G} \sum_{j=1}^G r_j \right)",
    ),
    "mean of a list": (
        r"\text{mean}({r_1, r_2, \cdots, r_G}) = \frac{1}{G} \sum_{j=1}^G r_j",
        r"\text{mean}({r_1, r_2, \cdots, r_G}) = \frac{1}{G-1} \sum_{j=1}^G r_j",
    ),
    "optimal values": (r"V^*(s) = \max_a Q^*(s,a)", r"V^*(s) = \min_a Q^*(s,a)"),
    "optimality equation": (
        r"Q^*(s,a) = \mathbb{E}_{s' \sim P}[r(s,a) + \gamma \max_{a'} Q^*(s',a')]",
        r"Q^*(s,a) = \mathbb{E}_{s' \sim P}[r(s,a) + \max_{a'} Q^*(s',a')]",
    ),
    "next state and reward": (
        r"v_*(s) = \max_a \sum_{s',r} p(s',r|s,a) [r + \gamma v_*(s')]",
        r"v_*(s) = \max_a \sum_{s',r} p(s',r|s,a) [r - \gamma v_*(s')]",
    ),
    "cross entropy": (
        r"D_{KL}(p \| q) = \mathcal{H}(p, q) - \mathcal{H}(p)",
        r"D_{KL}(p \| q) = \mathcal{H}(q, p) - \mathcal{H}(p)",
    ),
    "total variation": (
        r"D_{TV}(\pi_\theta(\cdot|s), \pi_{ref}(\cdot|s)) = \frac12 \sum_a |\pi_\theta(a|s) - \pi_{ref}(a|s)|",
        r"D_{TV}(\pi_\theta(\cdot|s), \pi_{ref}(\cdot|s)) = \sum_a |\pi_\theta(a|s) - \pi_{ref}(a|s)|",
    ),
    "a law times a weight": (
        r"D_{KL}\left(\pi(y|x) \middle\| \frac{1}{Z(x)} \pi_{ref}(y|x)\right) = D_{KL}(\pi(\cdot|x) \| \pi_{ref}(\cdot|x)) + \log Z(x)",
        r"D_{KL}\left(\pi(y|x) \middle\| \frac{1}{Z(x)} \pi_{ref}(y|x)\right) = D_{KL}(\pi(\cdot|x) \| \pi_{ref}(\cdot|x)) - \log Z(x)",
    ),
    "tokens": (
        r"\log \pi_\theta(y|x) = \sum_{t=1}^{|y|} \log \pi_\theta(y_t|x,y_{<t})",
        r"\log \pi_\theta(y|x) = 2 \sum_{t=1}^{|y|} \log \pi_\theta(y_t|x,y_{<t})",
    ),
    "events": (
        r"P(s_t = s, a_t = a) = P(s_t = s) \, \pi_\theta(a|s)",
        r"P(s_t = s, a_t = a) = P(s_{t+1} = s) \, \pi_\theta(a|s)",
    ),
    "a conditional event": (
        r"P(s_{t+1} = s' | s_t = s, a_t = a) = P(s'|s,a)",
        r"P(s_{t+1} = s' | s_t = s, a_t = a) = P(s|s',a)",
    ),
    "the visits of another policy": (
        r"J(\pi') - J(\pi_\theta) = \frac{1}{1-\gamma} \mathbb{E}_{s \sim d^{\pi'}, a \sim \pi'}[A^{\pi_\theta}(s,a)]",
        r"J(\pi') - J(\pi_\theta) = \frac{1}{1-\gamma} \mathbb{E}_{s \sim d^{\pi_\theta}, a \sim \pi'}[A^{\pi_\theta}(s,a)]",
    ),
    "visits of state and action": (
        r"\nabla_\theta J(\theta) = \frac{1}{1-\gamma} \sum_{s,a} d^{\pi_\theta}(s) \nabla_\theta \pi_\theta(a|s) Q^{\pi_\theta}(s,a)",
        r"\nabla_\theta J(\theta) = \frac{1}{1-\gamma} \sum_{s,a} d^{\pi_\theta}(s) \pi_\theta(a|s) Q^{\pi_\theta}(s,a)",
    ),
    "states at a time": (
        r"\mathbb{E}_{\tau \sim \pi_\theta}[g(s_t)] = \sum_s P(s_t = s|\pi_\theta) g(s)",
        r"\mathbb{E}_{\tau \sim \pi_\theta}[g(s_t)] = \sum_s P(s_{t-1} = s|\pi_\theta) g(s)",
    ),
    "the state that is reached": (
        r"\nabla_\theta V^\pi(s_0) = \sum_x \sum_{k=0}^\infty \gamma^k \Pr(s_0 \to x, k, \pi) \sum_a \nabla_\theta \pi_\theta(a|x) Q^\pi(x,a)",
        r"\nabla_\theta V^\pi(s_0) = \sum_x \sum_{k=0}^\infty \Pr(s_0 \to x, k, \pi) \sum_a \nabla_\theta \pi_\theta(a|x) Q^\pi(x,a)",
    ),
    "moments together": (
        r"P(s_t, a_t) = \pi_\theta(a_t|s_t) P(s_t)",
        r"P(s_t, a_t) = \pi_\theta(a_t|s_t) P(s_t, a_t)",
    ),
    "a condition on what came between": (
        r"\mathbb{E}[r_t + V^\pi(s_{t+1}) | s_t, a_t, s_{t+1}] = r(s_t, a_t, s_{t+1}) + V^\pi(s_{t+1})",
        r"\mathbb{E}[r_t + V^\pi(s_{t+1}) | s_t, a_t] = r(s_t, a_t, s_{t+1}) + V^\pi(s_{t+1})",
    ),
    "a trajectory in two parts": (
        r"\mathbb{E}_{\tau_{0:t}}\left[ \mathbb{E}_{\tau_{t:T}|\tau_{0:t}}[\nabla_\theta \log \pi_\theta(a_t|s_t) G_t] \right] = \mathbb{E}_{\tau_{0:t}}\left[ \nabla_\theta \log \pi_\theta(a_t|s_t) \mathbb{E}_{\tau_{t:T}|\tau_{0:t}}[G_t] \right]",
        r"\mathbb{E}_{\tau_{0:t}}\left[ \mathbb{E}_{\tau_{t:T}|\tau_{0:t}}[\nabla_\theta \log \pi_\theta(a_t|s_t) G_t] \right] = \mathbb{E}_{\tau_{0:t}}\left[ \mathbb{E}_{\tau_{t:T}|\tau_{0:t}}[G_t] \right]",
    ),
    "states and actions so far": (
        r"\mathbb{E}_{s_{0:t}, a_{0:t-1}}\left[ b(s_t) \mathbb{E}_{s_{t+1:T}, a_{t:T-1}}[\nabla_\theta \log \pi_\theta(a_t|s_t)] \right] = 0",
        r"\mathbb{E}_{s_{0:t}, a_{0:t-1}}\left[ b(s_t) \mathbb{E}_{s_{t+1:T}, a_{t:T-1}}[\nabla_\theta \log \pi_\theta(a_t|s_t)] \right] = \mathbb{E}_\tau[b(s_t)]",
    ),
    "another policy": (
        r"J(\pi') - J(\pi_\theta) = \mathbb{E}_{\tau \sim \pi'}\left[ \sum_t \gamma^t A^{\pi_\theta}(s_t,a_t) \right]",
        r"J(\pi') - J(\pi_\theta) = \mathbb{E}_{\tau \sim \pi_\theta}\left[ \sum_t \gamma^t A^{\pi_\theta}(s_t,a_t) \right]",
    ),
    "a behaviour policy": (
        r"\mathbb{E}_{a \sim b(\cdot|s)}\left[ \frac{\pi_\theta(a|s)}{b(a|s)} g(a) \right] = \mathbb{E}_{a \sim \pi_\theta(\cdot|s)}[g(a)]",
        r"\mathbb{E}_{a \sim b(\cdot|s)}\left[ \frac{b(a|s)}{\pi_\theta(a|s)} g(a) \right] = \mathbb{E}_{a \sim \pi_\theta(\cdot|s)}[g(a)]",
    ),
    "a product and what follows": (
        r"\mathbb{E}_{\tau \sim b}\left[ \prod_{t=0}^{T-1} \frac{\pi_\theta(a_t|s_t)}{b(a_t|s_t)} R(\tau) \right] = \mathbb{E}_{\tau \sim \pi_\theta}[R(\tau)]",
        r"\mathbb{E}_{\tau \sim b}\left[ \prod_{t=0}^{T-1} \frac{b(a_t|s_t)}{\pi_\theta(a_t|s_t)} R(\tau) \right] = \mathbb{E}_{\tau \sim \pi_\theta}[R(\tau)]",
    ),
    "values at a condition": (
        r"v_*(s) = \max_a \mathbb{E}[r_t + \gamma v_*(s_{t+1}) | s_t = s, a_t = a]",
        r"v_*(s) = \max_a \mathbb{E}[r_t + \gamma v_*(s_t) | s_t = s, a_t = a]",
    ),
    "indicators": (r"\sum_{a'} \mathbb{1}[a' = a] g(a') = g(a)", r"\sum_{a'} \mathbb{1}[a' \neq a] g(a') = g(a)"),
    "roots": (r"\sqrt{\gamma}^2 = \gamma", r"\sqrt{\gamma} = \gamma"),
    "binomials": (r"\binom{N}{2} = \frac{N(N-1)}{2}", r"\binom{N}{2} = \frac{N(N+1)}{2}"),
    "absolute values": (r"|\gamma| |\gamma| = \gamma^2", r"|\gamma| = \gamma + 1"),
    "sizes of sets": (r"\sum_a \frac{1}{|\mathcal{A}|} = 1", r"\sum_a \frac{1}{|\mathcal{S}|} = 1"),
    "series": (r"\sum_{k=0}^\infty \gamma^k = \frac{1}{1-\gamma}", r"\sum_{k=1}^\infty \gamma^k = \frac{1}{1-\gamma}"),
    "clip": (
        r"\mathrm{clip}(\gamma, 0, 1) = \min(1, \max(0, \gamma))",
        r"\mathrm{clip}(\gamma, 0, 1) = \max(1, \max(0, \gamma))",
    ),
    "minimum over a list": (r"\min_{j=1,2} j \gamma = \min(\gamma, 2 \gamma)", r"\min_{j=1,2} j \gamma = \max(\gamma, 2 \gamma)"),
    "variance": (r"\mathrm{Var}(X) = \mathbb{E}[X^2] - \mathbb{E}[X]^2", r"\mathrm{Var}(X) = \mathbb{E}[X^2] - \mathbb{E}[X]"),
    "covariance": (
        r"\mathrm{Var}[X+Y] = \mathrm{Var}[X] + \mathrm{Var}[Y] + 2 \mathrm{Cov}[X,Y]",
        r"\mathrm{Var}[X+Y] = \mathrm{Var}[X] + \mathrm{Var}[Y] + \mathrm{Cov}[X,Y]",
    ),
    "iterated expectation": (
        r"\mathbb{E}_{X,Y}[f(X) g(Y)] = \mathbb{E}_X[f(X) \mathbb{E}_Y[g(Y)|X]]",
        r"\mathbb{E}_{X,Y}[f(X) g(Y)] = \mathbb{E}_X[f(X)] \mathbb{E}_Y[g(Y)]",
    ),
    "data": (
        r"\nabla_\theta \mathbb{E}_{(x,y) \sim \mathcal{D}}[\log \pi_\theta(y|x)] = \mathbb{E}_{(x,y) \sim \mathcal{D}}[\nabla_\theta \log \pi_\theta(y|x)]",
        r"\nabla_\theta \mathbb{E}_{(x,y) \sim \mathcal{D}}[\log \pi_\theta(y|x)] = \mathbb{E}_{(x,y) \sim \mathcal{D}}[\nabla_\theta \pi_\theta(y|x)]",
    ),
    "the law that an expectation names": (
        r"\mathbb{E}_{p}[f(x)] = \mathbb{E}_{q}\left[ f(x) \frac{p(x)}{q(x)} \right]",
        r"\mathbb{E}_{p}[f(x)] = \mathbb{E}_{q}\left[ f(x) \frac{q(x)}{p(x)} \right]",
    ),
    "second derivatives": (
        r"\nabla_\theta^2 \log \pi_\theta(a|s) = \frac{\nabla_\theta^2 \pi_\theta(a|s)}{\pi_\theta(a|s)} - \nabla_\theta \log \pi_\theta(a|s) \nabla_\theta \log \pi_\theta(a|s)^\top",
        r"\nabla_\theta^2 \log \pi_\theta(a|s) = \frac{\nabla_\theta^2 \pi_\theta(a|s)}{\pi_\theta(a|s)} + \nabla_\theta \log \pi_\theta(a|s) \nabla_\theta \log \pi_\theta(a|s)^\top",
    ),
    "derivatives by a number": (
        r"\frac{d \sigma(x)}{dx} = \sigma(x) (1 - \sigma(x))",
        r"\frac{d \sigma(x)}{dx} = \sigma(x) (1 + \sigma(x))",
    ),
}  # fmt: skip


def last(check, latex):
    return check(START + f"$$ {latex} $$").steps[-1]


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_true_passes(check, name):
    step = last(check, PAIRS[name][0])
    assert step.verdict in GOOD, step.message


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_false_does_not(check, name):
    step = last(check, PAIRS[name][1])
    assert step.verdict in ("refuted", "unknown"), step.message
    assert step.code in ("D010", "D050", "D051", "D059"), step.message


@pytest.mark.parametrize(
    "latex",
    [
        r"\mathbb{E}_\tau[w R(\tau)] = w \mathbb{E}_\tau[R(\tau)]",  # w may depend on the trajectory
        r"\mathbb{E}_\tau[f(t,k) R(\tau)] = f(t,k) \mathbb{E}_\tau[R(\tau)]",
        r"\mathbb{E}_\tau[\Psi_t \nabla_\theta \log \pi_\theta(a_t|s_t)] = 0",
        r"\log \pi_\theta(y|x) = \sum_{t=1}^{|y|} \log \pi_\theta(y_t|x)",  # tokens without those before them
        r"\mathbb{E}[XY] = \mathbb{E}[X] \mathbb{E}[Y]",  # true for some, which the text does not say
        r"\mathbb{E}_{(x,y) \sim \mathcal{D}}[f(y)] = \mathbb{E}_{x \sim \mathcal{D}, y \sim \pi_{ref}(\cdot|x)}[f(y)]",
        r"g^\top H g = \gamma",
        r"\mathbf{h} \odot \mathbf{v} = \mathbf{v}",
        r"\gamma x = 1",
    ],
)
def test_what_the_text_leaves_open_is_neither_passed_nor_refuted(check, latex):
    assert last(check, latex).verdict in ("unknown", "definition", "not-read")


def test_the_chapter_of_notation(check):
    text = (Path(__file__).parent / "chapters" / "notation.md").read_text(encoding="utf-8")
    assert {s.verdict for s in check(text).steps} <= {*GOOD, "definition"}


WITHOUT_A_HORIZON = {
    "policy gradient": (
        r"\nabla_\theta J(\theta) = \frac{1}{1-\gamma} \mathbb{E}_{s \sim d^{\pi_\theta}, a \sim \pi_\theta(\cdot|s)}[\nabla_\theta \log \pi_\theta(a|s) Q^{\pi_\theta}(s,a)]",
        r"\nabla_\theta J(\theta) = \mathbb{E}_{s \sim d^{\pi_\theta}, a \sim \pi_\theta(\cdot|s)}[\nabla_\theta \log \pi_\theta(a|s) Q^{\pi_\theta}(s,a)]",
    ),
    "performance difference": (
        r"J(\pi') - J(\pi) = \frac{1}{1-\gamma} \mathbb{E}_{s \sim d^{\pi'}, a \sim \pi'}[A^\pi(s,a)]",
        r"J(\pi') - J(\pi) = \frac{1}{1-\gamma} \mathbb{E}_{s \sim d^{\pi}, a \sim \pi'}[A^\pi(s,a)]",
    ),
    "the return as a mean": (
        r"(1-\gamma) J(\theta) = \sum_s d^{\pi_\theta}(s) \sum_a \pi_\theta(a|s) r(s,a)",
        r"(1-\gamma) J(\theta) = \sum_s \rho_0(s) \sum_a \pi_\theta(a|s) r(s,a)",
    ),
    "value at the start": (
        r"J(\theta) = \mathbb{E}_{s_0 \sim \rho_0}[V^{\pi_\theta}(s_0)] + 0",
        r"J(\theta) = \mathbb{E}_{s_0 \sim \rho_0}[\gamma V^{\pi_\theta}(s_0)] + 0",
    ),
}


@pytest.mark.parametrize("name", WITHOUT_A_HORIZON)
def test_without_a_horizon(check, name):
    start = START + "Here $r(s,a)$ is the reward.\n\n$$ J(\\theta) = J(\\theta) $$\n\n"
    true, false = (check(start + f"$$ {latex} $$").steps[-1] for latex in WITHOUT_A_HORIZON[name])
    assert true.verdict in GOOD, true.message
    assert false.verdict == "unknown", false.message
