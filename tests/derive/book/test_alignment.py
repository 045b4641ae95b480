r"""Texts on preferences, groups and tokens: what they define anew, leave to the words around, or write in short."""
# ruff: noqa: E501 (formulas in one piece)

import pytest

POLICY = "The policy is $\\pi_\\theta(a_t|s_t)$, the discount $\\gamma$.\n\n"
MODEL = "The model is $\\pi_\\theta(y|x)$, the reference $\\pi_{ref}(y|x)$, with a reward $r(x, y)$.\n\n"
GOOD, OPEN = ("proved", "holds"), ("unknown", "not-read", "refuted", "inconsistent")


def steps(check, text):
    return [s.verdict for s in check(text).steps]


PAIRS = {
    "a sample's tokens": (
        MODEL,
        r"\log \pi_\theta(y_i|x) = \sum_{t=1}^{|y_i|} \log \pi_\theta(y_{i,t}|x, y_{i,<t})",
        r"\log \pi_\theta(y_i|x) = \frac{1}{|y_i|} \sum_{t=1}^{|y_i|} \log \pi_\theta(y_{i,t}|x, y_{i,<t})",
    ),
    "tokens of two responses": (
        MODEL,
        r"\sum_{t=1}^{|y|} \log \pi_\theta(y_t|x, y_{<t}) - \log \pi_\theta(y|x) = 0",
        r"\sum_{t=1}^{|y|} \log \pi_\theta(y_t|x, y_{<t}) - \sum_{t=1}^{|y|} \log \pi_\theta(u_t|x, u_{<t}) = 0",
    ),
    "derivative of the sigmoid": (MODEL, r"\sigma'(u) = \sigma(u) \sigma(-u)", r"\sigma'(u) = \sigma(u) \sigma(u)"),
    "numbered letters": (
        MODEL,
        r"\frac{e^{z_1}}{e^{z_1} + e^{z_2}} = \sigma(z_1 - z_2)",
        r"\frac{e^{z_1}}{e^{z_1} + e^{z_2}} = \sigma(z_2 - z_1)",
    ),
    "a divergence of letters": (
        MODEL,
        r"\mathbb{E}_{y \sim q}\left[\log \frac{q(y)}{p(y)}\right] = \text{KL}(q \| p)",
        r"\mathbb{E}_{y \sim p}\left[\log \frac{q(y)}{p(y)}\right] = \text{KL}(q \| p)",
    ),
    "a maximum over a sum": (
        MODEL,
        r"\max_\pi \mathbb{E}_{x \sim \mathcal{D}, y \sim \pi(\cdot|x)}[r(x, y)] - \beta \text{KL}(\pi(\cdot|x) \| \pi_{ref}(\cdot|x)) = \min_\pi \mathbb{E}_{x \sim \mathcal{D}, y \sim \pi(\cdot|x)}\left[\log \frac{\pi(y|x)}{\pi_{ref}(y|x)} - \frac{1}{\beta} r(x, y)\right]",
        r"\max_\pi \mathbb{E}_{x \sim \mathcal{D}, y \sim \pi(\cdot|x)}[r(x, y)] - \beta \text{KL}(\pi(\cdot|x) \| \pi_{ref}(\cdot|x)) = \min_\pi \mathbb{E}_{x \sim \mathcal{D}, y \sim \pi(\cdot|x)}\left[\log \frac{\pi(y|x)}{\pi_{ref}(y|x)} + \frac{1}{\beta} r(x, y)\right]",
    ),
    "a law by its name": (
        MODEL + "$$ \\pi_r(y|x) = \\frac{1}{Z(x)} \\pi_{ref}(y|x) e^{r(x, y)} $$\n\n",
        r"r(x, y) = \log \frac{\pi_r(y|x)}{\pi_{ref}(y|x)} + \log Z(x)",
        r"r(x, y) = \log \frac{\pi_{ref}(y|x)}{\pi_r(y|x)} + \log Z(x)",
    ),
    "one left out of all": (
        MODEL,
        r"R(y_i, x) - \frac{1}{K-1} \sum_{j \neq i} R(y_j, x) = \frac{K}{K-1} \left(R(y_i, x) - \frac{1}{K} \sum_{j=1}^K R(y_j, x)\right)",
        r"R(y_i, x) - \frac{1}{K-1} \sum_{j \neq i} R(y_j, x) = \frac{K-1}{K} \left(R(y_i, x) - \frac{1}{K} \sum_{j=1}^K R(y_j, x)\right)",
    ),
    "powers without an end": (
        POLICY,
        r"\delta_t (1 + \lambda + \lambda^2 + \cdots) = \frac{\delta_t}{1 - \lambda}",
        r"\delta_t (1 + \lambda + \lambda^2 + \cdots) = \frac{\delta_t}{1 + \lambda}",
    ),
    "sums that grow": (
        POLICY + "Let $\\delta_t = r_t + \\gamma V(s_{t+1}) - V(s_t)$.\n\n",
        r"(1-\lambda)(\delta_t + \lambda(\delta_t + \gamma \delta_{t+1}) + \lambda^2(\delta_t + \gamma \delta_{t+1} + \gamma^2 \delta_{t+2}) + \cdots) = \sum_{l=0}^\infty (\gamma \lambda)^l \delta_{t+l}",
        r"(1-\lambda)(\delta_t + \lambda(\delta_t + \gamma \delta_{t+1}) + \lambda^2(\delta_t + \gamma \delta_{t+1} + \gamma^2 \delta_{t+2}) + \cdots) = \sum_{l=0}^\infty \gamma^l \delta_{t+l}",
    ),
    "moves that are certain": (
        POLICY + "For deterministic transitions we have\n\n",
        r"Q(s_t, a_t) - V(s_t) = r_t + \gamma V(s_{t+1}) - V(s_t)",
        r"Q(s_t, a_t) - V(s_t) = r_t + V(s_{t+1}) - V(s_t)",
    ),
    "the power of a bracket": (
        POLICY,
        r"\gamma (1 - \lambda)^2 = \gamma - 2 \gamma \lambda + \gamma \lambda^2",
        r"\gamma (1 - \lambda)^2 = \gamma^2 (1 - \lambda)(1 - \lambda)",
    ),
    "a chance and the other": (
        MODEL,
        r"p (1 - p)^2 + (1 - p) p^2 = p (1 - p)",
        r"p (1 - p)^2 + (1 - p) p^2 = p^2 (1 - p)",
    ),
    "the trajectories of two policies": (
        POLICY,
        r"\frac{p_\theta(\tau)}{p_{\text{old}}(\tau)} = \prod_{t=0}^{T-1} \frac{\pi_\theta(a_t|s_t)}{\pi_{\text{old}}(a_t|s_t)}",
        r"\frac{p_\theta(\tau)}{p_{\text{old}}(\tau)} = \prod_{t=0}^{T-1} \frac{\pi_{\text{old}}(a_t|s_t)}{\pi_\theta(a_t|s_t)}",
    ),
    "powers of a product": (
        POLICY,
        r"r_t + (\gamma \lambda) r_{t+1} + \dots + (\gamma \lambda)^{T-t-1} r_{T-1} = \sum_{k=t}^{T-1} (\gamma \lambda)^{k-t} r_k",
        r"r_t + (\gamma \lambda) r_{t+1} + \dots + (\gamma \lambda)^{T-t-1} r_{T-1} = \sum_{k=t}^{T-1} \gamma^{k-t} \lambda r_k",
    ),
    "the second derivative": (
        MODEL + "Let $\\ell(m) = \\log(1 + e^{-m})$.\n\n",
        r"\ell''(m) = \sigma(m) (1 - \sigma(m))",
        r"\ell''(m) = \sigma(m) (1 + \sigma(m))",
    ),
    "the value of the optimum": (
        MODEL + "That is, $\\pi^*(y|x) = \\frac{1}{Z(x)} \\pi_{ref}(y|x) e^{r(x, y)}$ with $Z(x) = \\sum_y \\pi_{ref}(y|x) e^{r(x, y)}$.\n\n",
        r"\mathbb{E}_{y \sim \pi^*(\cdot|x)}[r(x, y)] - \text{KL}(\pi^*(\cdot|x) \| \pi_{ref}(\cdot|x)) = \log Z(x)",
        r"\mathbb{E}_{y \sim \pi^*(\cdot|x)}[r(x, y)] + \text{KL}(\pi^*(\cdot|x) \| \pi_{ref}(\cdot|x)) = \log Z(x)",
    ),
    "the greatest reward": (
        MODEL,
        r"\frac{\pi_{ref}(y|x) e^{r(x, y) - r_{\max}}}{\sum_{y'} \pi_{ref}(y'|x) e^{r(x, y') - r_{\max}}} = \frac{\pi_{ref}(y|x) e^{r(x, y)}}{\sum_{y'} \pi_{ref}(y'|x) e^{r(x, y')}}",
        r"\frac{\pi_{ref}(y|x) e^{r(x, y) - r_{\max}}}{\sum_{y'} \pi_{ref}(y'|x) e^{r(x, y')}} = \frac{\pi_{ref}(y|x) e^{r(x, y)}}{\sum_{y'} \pi_{ref}(y'|x) e^{r(x, y')}}",
    ),
    "one of n is right": (
        MODEL + "$$ \\text{pass@}n = 1 - (1 - p)^n $$\n\n",
        r"1 - (1 - p)^n - p = (1 - p)(1 - (1 - p)^{n-1})",
        r"1 - (1 - p)^n - p = (1 - p)(1 - (1 - p)^n)",
    ),
    "odds": (
        MODEL + "$$ \\mathrm{odds}_\\theta(y|x) = \\frac{\\pi_\\theta(y|x)}{1 - \\pi_\\theta(y|x)} $$\n\n",
        r"1 + \mathrm{odds}_\theta(y|x) = \frac{1}{1 - \pi_\theta(y|x)}",
        r"1 + \mathrm{odds}_\theta(y|x) = \frac{1}{\pi_\theta(y|x)}",
    ),
    "prompts and outputs": (
        "The policy is $\\pi_\\theta(o|q)$.\n\n",
        r"\nabla_\theta \mathbb{E}_{o \sim \pi_\theta(\cdot|q)}[r(q, o)] = \mathbb{E}_{o \sim \pi_\theta(\cdot|q)}[r(q, o) \nabla_\theta \log \pi_\theta(o|q)]",
        r"\nabla_\theta \mathbb{E}_{o \sim \pi_\theta(\cdot|q)}[r(q, o)] = \mathbb{E}_{o \sim \pi_\theta(\cdot|q)}[r(q, o) \log \pi_\theta(o|q)]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_true_passes_and_what_is_false_does_not(check, name):
    scope, true, false = PAIRS[name]
    assert steps(check, f"{scope}$$ {true} $$\n")[-1] in GOOD
    assert steps(check, f"{scope}$$ {false} $$\n")[-1] in OPEN


def test_a_star_on_another_policy_is_not_that_of_the_reward(check):
    scope = f"{MODEL}$$ \\pi_r(y|x) = \\frac{{1}}{{Z(x)}} \\pi_{{ref}}(y|x) e^{{r(x, y)}} $$\n\nwith $Z(x) = \\sum_y \\pi_{{ref}}(y|x) e^{{r(x, y)}}$.\n\n"
    true = r"$$ \log \frac{\pi^*(y_1|x)}{\pi^*(y_2|x)} = r^*(x, y_1) - r^*(x, y_2) + \log \frac{\pi_{ref}(y_1|x)}{\pi_{ref}(y_2|x)} $$"
    assert steps(check, scope + true)[-1] in GOOD
    assert steps(check, scope + true.replace(r"\frac{\pi^*(y_1", r"\frac{\mu^*(y_1"))[-1] in OPEN
    assert steps(check, scope + true.replace("r^*(x, y_2)", "r(x, y_2)"))[-1] in OPEN


def test_without_the_words_moves_are_not_certain(check):
    text = f"{POLICY}In general we have\n\n$$ Q(s_t, a_t) = r_t + \\gamma V(s_{{t+1}}) $$\n"
    assert steps(check, text)[-1] in OPEN
    assert steps(check, text.replace("In general", "For a deterministic policy"))[-1] in OPEN


CHOICES = r"""
The policy is $\pi_\theta(a_t|s_t)$, and the objective $J(\theta) = \mathbb{E}_{\tau}\left[\sum_{t=0}^{T} r_t\right]$.

$$ \nabla_\theta J(\theta) = \mathbb{E}_{\tau}\left[\sum_{t=0}^T \Psi_t \nabla_\theta \log \pi_\theta(a_t|s_t)\right] $$

where $\Psi_t$ may be one of the following:

1. $\sum_{t=0}^{T} r_t$, all rewards;
2. $\sum_{k=t}^{T} r_k$, those that come after;
3. $\sum_{k=t}^{T} r_k - b(s_t)$, with a baseline.
"""


def test_each_of_the_choices_in_a_list(check):
    assert steps(check, CHOICES)[0] in GOOD
    assert steps(check, CHOICES.replace(r"\sum_{k=t}^{T} r_k$, those", r"\sum_{k=t+1}^{T} r_k$, those"))[0] in OPEN
    assert steps(check, CHOICES.replace("may be one of the following", "is something else"))[0] in OPEN


RECALLS = r"""
The policy is $\pi_\theta(a|s)$. Let the objective be $J(\theta) = \mathbb{E}_{a \sim \pi_\theta(\cdot|s)}[r(s, a)]$. Then

$$ \nabla_\theta J(\theta) = \mathbb{E}_{a \sim \pi_\theta(\cdot|s)}[r(s, a) \nabla_\theta \log \pi_\theta(a|s)] $$

## Clipping

The clipped objective is

$$ J(\theta) = \mathbb{E}_{a \sim \pi_\theta(\cdot|s)}[\min(r(s, a), 1)] $$

Recall that

$$ \nabla_\theta J(\theta) = \mathbb{E}_{a \sim \pi_\theta(\cdot|s)}[r(s, a) \nabla_\theta \log \pi_\theta(a|s)] $$
"""


def test_what_a_text_recalls_is_said_of_what_was_then(check):
    assert steps(check, RECALLS)[0] in GOOD
    assert steps(check, RECALLS)[-2:] == ["definition", "holds"]
    assert steps(check, RECALLS.replace("Recall that", "Hence"))[-1] in OPEN
    wrong = RECALLS.rpartition("r(s, a)")
    assert steps(check, f"{wrong[0]}2 r(s, a){wrong[2]}")[-1] in OPEN


AIMS = r"""
The model is $\pi_\theta(y|x)$. The loss is

$$ L(\theta) = -\log \pi_\theta(y|x) $$

%s

$$ L(\theta) = -\log \pi_\theta(y|x) + \beta $$
"""


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("**Shifted** (as some have it)", "definition"),
        ("## Shifted\n\nThe loss function becomes", "definition"),
        ("or, with a constant,", "definition"),
        ("**Proof.** We rewrite it:", "open"),
        ("**Simplification** (as some have it)", "open"),
        ("This can be written as", "open"),
        ("Hence", "open"),
    ],
)
def test_another_loss_by_the_words_before_it(check, words, verdict):
    found = steps(check, AIMS % words)[-1]
    assert found == verdict or (verdict == "open" and found in OPEN)


TITLED = r"""
The policy is $\pi_\theta(a_t|s_t)$. The losses are

$$\begin{aligned}
\textbf{A:}\quad & -\sum_{t=0}^{T} \rho_t r_t \\
& \quad \rho_t = \pi_\theta(a_t|s_t) \\
\textbf{B:}\quad & -\sum_{t=0}^{T} \rho_t r_t^2 \\
& \quad \rho_t = 2
\end{aligned}$$

$$ \rho_t = 3 r_t $$
"""


def test_rows_with_titles_are_read_each_by_itself(check):
    bare, row, other, last, after = steps(check, TITLED)
    assert (bare, other) == ("not-a-claim", "not-a-claim")
    assert (row, after) == ("definition", "definition")
    assert last in ("definition", "unknown")


@pytest.mark.parametrize(
    ("words", "verdicts"),
    [
        ("Suppose that the policy errs little,", ("not-a-claim",)),
        ("We maximise subject to", ("not-a-claim",)),
        ("It follows that", ("unknown", "not-read")),
    ],
)
def test_a_bound_that_the_sentence_supposes(check, words, verdicts):
    text = f"{POLICY}{words}\n\n$$ \\mathbb{{E}}_{{s \\sim d}}[D_{{KL}}(\\pi_\\theta(\\cdot|s) \\| \\pi_{{old}}(\\cdot|s))] \\leq \\epsilon $$\n"
    assert steps(check, text)[-1] in verdicts


def test_an_estimator_of_a_divergence_is_no_identity(check):
    formula = r"$$ D_{KL}(\pi_\theta \| \pi_{ref}) = \frac{\pi_{ref}(y|x)}{\pi_\theta(y|x)} - \log \frac{\pi_{ref}(y|x)}{\pi_\theta(y|x)} - 1 $$"
    assert steps(check, f"{MODEL}The divergence is estimated by\n\n{formula}\n")[-1] == "definition"
    assert steps(check, f"{MODEL}The divergence is\n\n{formula}\n")[-1] in OPEN


def test_what_is_called_constant_is_left_out(check):
    scope = f"{MODEL}Let $Z(x) = \\sum_y \\pi_{{ref}}(y|x) e^{{r(x, y)}}$.\n\n"
    text = f"{scope}$$ \\mathbb{{E}}_{{y \\sim \\pi_\\theta(\\cdot|x)}}[r(x, y)] + \\underbrace{{\\log Z(x)}}_\\text{{const}} \\propto \\mathbb{{E}}_{{y \\sim \\pi_\\theta(\\cdot|x)}}[r(x, y)] $$\n"
    assert steps(check, text)[-1] in GOOD
    assert steps(check, text.replace("_\\text{const}", ""))[-1] in OPEN
    assert steps(check, text.replace("\\propto \\mathbb", "\\propto - \\mathbb"))[-1] in OPEN
