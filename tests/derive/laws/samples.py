"""The laws of independent samples and of maxima: instances, broken copies, and what they must refuse."""

from __future__ import annotations

from random import Random

from sympy import Add, Expr, Integer

from derive.notation import OUTCOMES, a, density, gamma, policy, process, s, t, theta, x
from derive.terms import (
    ACTIONS,
    AtMost,
    Definition,
    Domain,
    Draw,
    Expectation,
    Gradient,
    Hypothesis,
    Letter,
    Log,
    Maximum,
    Positive,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    time_symbol,
)

from .operators import N, combined, f, g, slope, u, v

i, j = time_symbol("i"), time_symbol("j")
ONE_OF_N: tuple[Hypothesis, ...] = (AtMost(1, i), AtMost(i, N), AtMost(N, 3))
b = Var("b", ACTIONS)


def drawn(index: Expr | int) -> Draw:
    """x_i."""
    return Draw(index, OUTCOMES)


def over(body: Expr, count: Expr | int = N) -> Samples:
    """E_{x_1, …, x_N ∼ p}[body]."""
    return Samples(body, x, density(x), count)


# instances

_others = TimeSum(f(drawn(j)), j, 1, i - 1) + TimeSum(g(drawn(j)), j, i + 1, N)
_nested = SumOver(f(x) * g(drawn(i)), x)
_further = Samples(u(Draw(1, ACTIONS), s) * f(drawn(i)), a, policy(a, s), 2)
_named = Definition("d", (), f(drawn(i)) * g(drawn(i)))()


def draw_sample(rng: Random) -> tuple[Expr, tuple[Expr, ...], tuple[Hypothesis, ...]]:
    parts = (f(drawn(i)), g(drawn(i)), slope(drawn(i)), _others, _nested, _further, _named, f(x), gamma)
    body = combined(parts, rng) + rng.choice(parts)
    if rng.random() < 0.3:  # drawn given a state, the bodies looking at the trajectory too
        body = u(Draw(i, ACTIONS), State(t)) * TimeProduct(v(State(t)) + u(Draw(j, ACTIONS), s), j, 1, i - 1)
        return Samples(body, a, policy(a, State(t)), N), (i,), (*ONE_OF_N, AtMost(0, t), AtMost(t, 2))
    return over(body), (i,), ONE_OF_N


def fewer_samples(rng: Random) -> tuple[Expr, tuple[Expr, ...], tuple[Hypothesis, ...]]:
    given = (AtMost(1, i), AtMost(i, N), AtMost(N, 3))
    parts = (f(drawn(1)), g(drawn(i)), TimeSum(f(drawn(j)), j, 1, i), TimeProduct(g(drawn(i - j)), j, 0, i - 1))
    return over(combined(parts, rng)), (i,), given


def gradient_of_samples(rng: Random) -> tuple[Expr, tuple[Expr, ...], tuple[Hypothesis, ...]]:
    parts = (f(drawn(1)), slope(drawn(1)), slope(drawn(N)), TimeSum(f(drawn(i)), i, 1, N), theta, density(drawn(1)))
    weight = rng.choice([density(x), density(x), policy(Var("a", ACTIONS), s) * density(x)])
    given = (AtMost(1, N), AtMost(N, 3), Positive(density), Positive(policy))
    return Gradient(Samples(combined(parts, rng), x, weight, N), theta), (), given


def maximum_shift(rng: Random) -> tuple[Expr, tuple[Expr, ...], tuple[Hypothesis, ...]]:
    varying = combined((policy(b, s), u(b, s), gamma * u(b, s)), rng) + u(b, s)
    return Maximum(varying + combined((f(x), gamma, policy(a, s)), rng) + 1, b), (), ()


INSTANCES = {make.__name__: make for make in (draw_sample, fewer_samples, gradient_of_samples, maximum_shift)}


# broken copies: (law, fault, what it says, term, arguments, hypotheses)


def _drawn_everywhere(term: Samples, index: Expr) -> Expr:
    """Every sample is replaced by the value of one."""
    once = term.body.xreplace({drawn(k): x for k in (1, 2, i)})
    return over(SumOver(density(x) * once, x), term.count)


def _one_drawn(term: Samples, index: Expr) -> Expr:
    return over(SumOver(density(x) * term.body.xreplace({drawn(index): x}), x), term.count)


def _own_score_only(term: Gradient) -> Expr:
    score = Gradient(Log(density(drawn(1))), theta)
    return over(Gradient(term.body.body, theta) + term.body.body * score, term.body.count)


def _body_at_rest(term: Gradient) -> Expr:
    scores = TimeSum(Gradient(Log(density(drawn(i))), theta), i, 1, term.body.count)
    return over(term.body.body * scores, term.body.count)


_small: tuple[Hypothesis, ...] = (AtMost(2, N), AtMost(N, 2))
MUTANTS = (
    ("draw_sample", "the other sample is drawn with it", _drawn_everywhere, over(f(drawn(1)) * f(drawn(2)), 2), (1,)),
    ("draw_sample", "drawn evenly", lambda w, n: over(SumOver(f(x), x), w.count), over(f(drawn(1)), 1), (1,)),
    (
        "draw_sample",
        "x_j may be x_i",
        lambda w, n: over(SumOver(density(x) * f(x) * f(drawn(j)), x), w.count),
        over(f(drawn(i)) * f(drawn(j))),
        (i,),
        (*ONE_OF_N, AtMost(1, j), AtMost(j, N)),
    ),
    (
        "draw_sample",
        "x is taken for the bound one",
        _one_drawn,
        over(SumOver(f(x) * g(drawn(1)), x), 2),
        (1,),
    ),
    (
        "draw_sample",
        "put into an average over other samples",
        lambda w, n: over(SumOver(density(x) * over(f(x) * f(drawn(2)), 2), x), 2),
        over(over(f(drawn(1)) * f(drawn(1)), 2), 2),
        (1,),
    ),
    (
        "fewer_samples",
        "too few",
        lambda w, n: over(f(drawn(1)) * f(drawn(1)), n),
        over(f(drawn(1)) * f(drawn(2)), 2),
        (1,),
    ),
    (
        "homogeneity",
        "a sample leaves its average",
        lambda w: f(drawn(1)) * over(g(drawn(1)), 1),
        over(f(drawn(1)) * g(drawn(1)), 1),
    ),
    ("average_of_one", "N times one", lambda w: w.count, over(Integer(1), 2)),
    (
        "gradient_of_samples",
        "only the first sample's score",
        _own_score_only,
        Gradient(over(f(drawn(1)) * f(drawn(2)), 2), theta),
        (),
        (Positive(density),),
    ),
    (
        "gradient_of_samples",
        "the body is not differentiated",
        _body_at_rest,
        Gradient(over(slope(drawn(1)), 2), theta),
        (),
        (Positive(density),),
    ),
    (
        "maximum_shift",
        "what depends on x leaves the maximum",
        lambda w: u(b, s) + Maximum(Add(*(p for p in w.body.args if p != u(b, s))), b),
        Maximum(u(b, s) + policy(b, s), b),
    ),
    (
        "maximum_shift",
        "the maximum of each",
        lambda w: Add(*(Maximum(p, b) for p in w.body.args)),
        Maximum(u(b, s) + policy(b, s), b),
    ),
)  # fmt: skip


# refusals: (law, (term, arguments, hypotheses), what the refusal says)

_later = Definition("w", (), f(drawn(1)) * TimeSum(f(drawn(j)), j, 1, N))()
_by_samples = Samples(f(drawn(1)), x, Letter("q", (OUTCOMES, OUTCOMES), pmf=True)(x, drawn(1)), N)
_counts = Domain("N", (0, 1, 2))
_number = Var("n", _counts)
_of_random_length = Samples(TimeSum(1, j, 1, Draw(1, _counts)), _number, Letter("q", (_counts,), pmf=True)(_number), 2)
_random_law = Definition("q", (a, s), f(drawn(1)) * policy(a, s))
REFUSALS = (
    ("draw_sample", (f(drawn(1)), (1,), ()), "is no expectation over samples"),
    ("draw_sample", (over(f(drawn(i))), (i,), (AtMost(1, i),)), "cannot show i <= N"),
    ("draw_sample", (over(f(drawn(i))), (i,), (AtMost(i, N),)), "cannot show 1 <= i"),
    ("draw_sample", (over(f(drawn(1))), (gamma,), ()), "is not linear in time symbols"),
    ("draw_sample", (over(f(drawn(i)) * f(drawn(j))), (i,), ONE_OF_N), "cannot tell whether"),
    ("draw_sample", (over(f(drawn(1)) * f(drawn(j))), (1,), (AtMost(1, N), AtMost(1, j))), "cannot tell whether"),
    ("draw_sample", (over(TimeSum(f(drawn(j)), j, 1, i)), (i,), ONE_OF_N), "cannot tell whether"),
    ("draw_sample", (over(_later), (1,), (AtMost(1, N),)), "cannot tell whether"),
    ("draw_sample", (over(TimeSum(f(drawn(i)), i, 1, N)), (i,), ONE_OF_N), "cannot tell whether"),
    ("draw_sample", (Samples(f(drawn(1)), x, g(x), N), (1,), (AtMost(1, N),)), "is not known to be a distribution"),
    ("draw_sample", (Samples(f(drawn(1)), x, density(Var("y", OUTCOMES)), N), (1,), ()), "is not known to be a"),
    ("draw_sample", (_by_samples, (1,), (AtMost(1, N),)), "depends on samples of"),
    ("draw_sample", (over(_by_samples), (1,), (AtMost(1, N),)), "nothing can be put inside"),
    (
        "draw_sample",
        (over(Expectation(v(State(0)), process.func(process.initial, _random_law, *process.args[2:]))), (1,), _small),
        "nothing can be put inside",
    ),
    ("fewer_samples", (over(f(drawn(2))), (1,), (AtMost(2, N),)), "cannot show 2 <= 1"),
    ("fewer_samples", (over(f(drawn(1))), (N + 1,), (AtMost(1, N),)), "cannot show N . 1 <= N"),
    ("fewer_samples", (over(f(drawn(1))), (1,), ()), "cannot show 1 <= N"),
    ("fewer_samples", (over(TimeSum(f(drawn(j)), j, 1, N)), (i,), ONE_OF_N), "cannot show j <= i"),
    ("fewer_samples", (Samples(f(drawn(1)), x, g(x), 2), (1,), ()), "is not known to be a distribution"),
    ("fewer_samples", (_by_samples, (1,), (AtMost(1, N),)), "depends on samples of"),
    ("homogeneity", (over(f(drawn(1)) * g(drawn(1))), (), ()), "no factor of"),
    ("homogeneity", (over(f(drawn(1)) * g(drawn(2))), (f(drawn(1)), g(drawn(2))), ()), "is not constant there"),
    ("average_of_one", (Samples(1, x, g(x), N), (), ()), "is not known to be a distribution"),
    ("exchange", (_of_random_length, (), ()), "is not fixed for"),
    ("gradient_of_samples", (Gradient(over(f(drawn(1))), theta), (), ()), "cannot show Apply.p, x. > 0"),
    ("gradient_of_samples", (over(f(drawn(1))), (), (Positive(density),)), "is no gradient over samples"),
    ("gradient_of_samples", (Gradient(_by_samples, theta), (), (Positive(density),)), "depends on samples of"),
    ("maximum_shift", (Maximum(u(b, s), b), (), ()), "is no constant plus"),
    ("maximum_shift", (Maximum(gamma * u(b, s), b), (), ()), "is no constant plus"),
    ("maximum_shift", (SumOver(gamma + u(b, s), b), (), ()), "is no maximum"),
)  # fmt: skip
