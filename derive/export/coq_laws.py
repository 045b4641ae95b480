"""The laws of derive/axioms as lemmas of the library: a script that proves term = what the law makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Add, Expr, Integer, Mul, Pow

from derive.axioms.conditions import is_constant_for, with_body
from derive.axioms.linear import multiplied_out
from derive.binding import bound_name, free, substitute
from derive.context import Context
from derive.errors import Refused
from derive.export.coq import Writer
from derive.export.coq_equal import (
    Fresh,
    Script,
    Side,
    block,
    equal,
    nonzero,
    positive,
    trajectory_names,
    under,
    unfolding,
)
from derive.terms import (
    AVERAGES_PATHS,
    Action,
    At,
    Cases,
    Domain,
    Exp,
    Expectation,
    Given,
    Gradient,
    Hypothesis,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
)

Law = Callable[[Side, Side, tuple[Any, ...], Fresh], Script]
_KIND = {
    SumOver: "sum",
    TimeSum: "sum",
    Mean: "mean",
    Gradient: "D",
    PathSum: "paths",
    Expectation: "expect",
    Given: "given",
    Samples: "samples",
}


def _kind(term: Expr) -> str:
    for node, word in _KIND.items():
        if isinstance(term, node):
            return word
    raise Refused("{} has no counterpart in the export", type(term).__name__)


def _raw(side: Side, raw: Expr, proof: Script, end: Side, fresh: Fresh) -> Script:
    """lhs = raw by a script, and raw = rhs by arithmetic."""
    middle = side.at(raw)
    return [f"transitivity {middle.text}.", *block(proof), *equal(middle, end, fresh)]


def constant_factors(node: Expr, given: tuple[Hypothesis, ...]) -> tuple[Expr, Expr]:
    """What of the body of a linear operator stands before it, and what stays."""
    factors = Mul.make_args(node.body)
    constants = [f for f in factors if is_constant_for(Context(given), node, f)]
    return Mul(*constants), Mul(*(f for f in factors if f not in constants))


def _homogeneity(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node, (outside, inside) = term.term, args
    product = with_body(node, Mul(outside, inside, evaluate=False))
    result = Mul(outside, with_body(node, inside), evaluate=False)
    kind = _kind(node)
    proof = [f"exact: {kind}_scale."]
    if kind == "D":
        proof = ["apply: D_scale; constant."]
    elif kind == "given":
        proof = [f"apply: given_scale; {unfolding(term.writer, outside)} up_to {term.writer.time(node.position)}%Z."]
    if outside == 1 or inside == 1:
        proof = ["rewrite ?mul1r ?mulr1.", *proof] if outside == 1 else proof
    if term.at(product).text == term.text:
        return _raw(term, result, proof, end, fresh)
    return _through(term, product, _raw(term.at(product), result, proof, end, fresh), fresh)


def _through(term: Side, other: Expr, rest: Script, fresh: Fresh) -> Script:
    """term = other by arithmetic below its binder, and then the rest."""
    node = term.term
    one, two = term, term.at(other)
    if isinstance(node, AVERAGES_PATHS):
        trajectory = trajectory_names(node.process, fresh)
        before, after = (term.over_paths(body, trajectory) for body in (node.body, other.body))
        proof = [f"apply: {_kind(node)}_eq => {' '.join(trajectory.values())}.", *equal(before, after, fresh)]
    elif isinstance(node, Samples):
        d = fresh("d")
        before, after = (term.over_samples(body, node.var.domain, d) for body in (node.body, other.body))
        proof = [f"apply: samples_eq => {d}.", *equal(before, after, fresh)]
    elif isinstance(node, Gradient):
        proof = [under(node), *equal(term.at(node.body), term.at(other.body), fresh)]
    elif isinstance(node, (TimeSum, TimeProduct)):
        k, low, high = fresh("k"), fresh("low"), fresh("high")
        lemma = "time_eq" if isinstance(node, TimeSum) else "time_prod_eq"
        names = {node.index: k}
        proof = [
            f"apply: {lemma} => {k} {low} {high}.",
            *equal(one.at(node.body, names), two.at(other.body, names), fresh),
        ]
    else:
        x = fresh("x")
        names = {bound_name(node): x}
        inner = equal(one.at(node.body, names), two.at(other.body, names), fresh)
        proof = (
            [f"apply: mean_eq; first by []; move=> {x}.", *inner]
            if isinstance(node, Mean)
            else [f"apply: {'maximum' if isinstance(node, Maximum) else 'sum'}_eq => {x}.", *inner]
        )
    return [f"transitivity {two.text}.", *block(proof), *rest]


def _additivity(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node = term.term
    body = multiplied_out(Mul(*(multiplied_out(f) for f in Mul.make_args(node.body))))
    kind = _kind(node)
    lemma = "D_add" if kind == "D" else f"{kind}_add"
    proof = [f"etransitivity; [exact: {lemma} | congr (_ + _)]."] * (len(body.args) - 2) + [f"exact: {lemma}."]
    nested = _right(body.args)
    result = _right(tuple(with_body(node, part) for part in body.args))
    whole = with_body(node, nested)
    return _through(term, whole, _raw(term.at(whole), result, proof, end, fresh), fresh)


def _right(parts: tuple[Expr, ...]) -> Expr:
    if len(parts) == 1:
        return parts[0]
    return Add(parts[0], _right(parts[1:]), evaluate=False)


def _exchange(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    kind = _kind(term.term)
    if isinstance(term.term.body, PathSum):
        return [_PATHS_SWAP if kind == "sum" else f"exact: {_OVER_PATHS[kind]}."]
    return ["exact: D_sum." if kind == "D" else f"exact: {kind}_swap."]


_OVER_PATHS = {"D": "paths_D", "mean": "paths_mean", "samples": "samples_paths"}
_PATHS_SWAP = "symmetry; exact: paths_swap."


def _vanishing(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    kind = _kind(term.term)
    return ["exact: D0." if kind == "D" else f"exact: {kind}_zero."]


_SUM_IS_ONE = "match goal with H : _ |- _ => solve [apply: H] end."


def _lemma(text: str) -> Law:
    return lambda term, end, args, fresh: [text]


def _then(text: str, raw: Callable[[Expr, tuple[Any, ...]], Expr]) -> Law:
    def law(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
        return _raw(term, raw(term.term, args), [text], end, fresh)

    return law


def _leibniz(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node = term.term
    factors = node.body.args
    slopes = [Gradient(f, node.parameter) for f in factors]
    parts = (Mul(slope, *factors[:i], *factors[i + 1 :], evaluate=False) for i, slope in enumerate(slopes))
    raw = Add(*parts, evaluate=False)
    names = [fresh("v") for _ in factors]
    left = f"D C ({' * '.join(names)})"
    right = " + ".join(" * ".join([f"D C {names[i]}", *names[:i], *names[i + 1 :]]) for i in range(len(names)))
    fact = fresh("fact")
    texts = " ".join(term.at(f).text for f in factors)
    proof = [
        f"have {fact} : forall {' '.join(names)} : K, {left} = {right}.",
        *block([f"move=> {' '.join(names)}.", "rewrite !D_mul.", "ring."]),
        f"exact: ({fact} {texts}).",
    ]
    return _raw(term, raw, proof, end, fresh)


def _gradient_power(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node = term.term
    base, n = node.body.args
    if not isinstance(n, Integer):
        return _gradient_symbolic_power(term, end, fresh)
    power = Pow(base, n - 1, evaluate=False)
    raw = Mul(n, power, Gradient(base, node.parameter), evaluate=False)
    proof = ["exact: D_exp."] if n > 0 else ["apply: D_expn.", *nonzero(term.at(base))]
    return _raw(term, raw, proof, end, fresh)


def _gradient_symbolic_power(term: Side, end: Side, fresh: Fresh) -> Script:
    node = term.term
    base, n = node.body.args
    raw = Mul(n, Pow(base, n - 1, evaluate=False), Gradient(base, node.parameter), evaluate=False)
    alike = "first [reflexivity | (congr (_ * _ * _); first [reflexivity | casts | by congr powz; lia])]."
    return _raw(term, raw, ["rewrite D_powz; last lia.", alike], end, fresh)


def _gradient_log(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    inner, theta = term.term.body.body, term.term.parameter
    slope = Gradient(inner, theta)
    middle = f"({term.at(slope).text} / {term.at(inner).text})"
    raw = Mul(slope, Pow(inner, -1, evaluate=False), evaluate=False)
    return [
        f"transitivity {middle}.",
        *block(["apply: D_ln.", *positive(term.at(inner))]),
        *_raw(term.at(raw), raw, ["by rewrite expr1."], end, fresh),
    ]


def _n_ary(head: str, lemma: str, joined: str, premise: bool) -> Law:
    """head(f1 op f2 op …) = the parts joined, by a lemma about two parts."""

    def law(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
        parts = term.term.body.args
        names = [fresh("v") for _ in parts]
        inner, outer = (" * ", " + ") if joined == "Add" else (" + ", " * ")
        positive = "".join(f"0 < {n} -> " for n in names) if premise else ""
        statement = f"{head} C ({inner.join(names)}) = {outer.join(f'{head} C {n}' for n in names)}"
        fact = fresh("fact")
        tactic = f"by rewrite !{lemma} ?mulr_gt0." if premise else f"by rewrite !{lemma}."
        intros = names + ([f"{n}_pos" for n in names] if premise else [])
        script = [
            f"have {fact} : forall {' '.join(names)} : K, {positive}{statement}.",
            *block([f"move=> {' '.join(intros)}.", tactic]),
        ]
        texts = " ".join(term.at(p).text for p in parts)
        func = Add if joined == "Add" else Mul
        raw = func(*(term.term.func(p) for p in parts), evaluate=False)
        proof = [*script, f"apply: ({fact} {texts}); positive." if premise else f"exact: ({fact} {texts})."]
        return _raw(term, raw, proof, end, fresh)

    return law


def _log_product(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    if isinstance(term.term.body, TimeProduct):
        return ["apply: ln_time => *; positive."]
    return _n_ary("ln", "ln_mul", "Add", True)(term, end, args, fresh)


def _log_power(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    base, n = term.term.body.args
    raw = Mul(n, Log(base), evaluate=False)
    return _raw(term, raw, [f"apply: {'ln_exp' if n > 0 else 'ln_expn'}; positive."], end, fresh)


def _exp_multiple(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    n, rest = term.term.body.as_coeff_Mul()
    product = Exp(Mul(n, rest, evaluate=False))
    raw = Pow(Exp(rest), n, evaluate=False)
    words = term.at(product)
    same = equal(term.at(term.term.body), term.at(product.body), fresh)
    head = term.writer.number(n)
    return (
        [
            f"transitivity {words.text}.",
            *block([under(product), *same]),
            *_raw(
                words,
                raw,
                [f"exact: {'ex_mul' if n > 0 else 'ex_muln'}." if n != -1 else "by rewrite mulN1r ex_opp expr1."],
                end,
                fresh,
            ),
        ]
        if head
        else []
    )


def _enumeration(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node = term.term
    elements = [Integer(e) for e in node.var.domain.elements]
    sides = [Side(node.body, term.writer.within({node.var: term.writer.element(e)}), {node.var: e}) for e in elements]
    values = [substitute(node.body, {node.var: e}) for e in elements]
    raw = Add(*values, evaluate=False)
    fact, listed = _one_by_one(term.writer, node.var.domain, fresh)
    script = [*listed, f"transitivity {_summed([s.text for s in sides])}.", *block([f"exact: {fact}."])]
    hs = []
    for side, value in zip(sides, values, strict=True):
        h = fresh("h")
        hs.append(h)
        script += [f"have {h} : {side.text} = {term.at(value).text}.", *block(equal(side, term.at(value), fresh))]
    nested = _right(tuple(values))
    script += [f"transitivity {term.at(nested).text}.", *block(_sum_of(hs)), *equal(term.at(nested), end, fresh)]
    return script if raw is not None else []


def _one_by_one(writer: Writer, domain: Domain, fresh: Fresh) -> tuple[str, Script]:
    """That a sum over a listed set is that of its terms, for any function: sums inside it stay as they are."""
    fact, f = fresh("fact"), fresh("f")
    name, terms = writer.words.domain(domain), _summed([f"{f} ({e})%Z" for e in domain.elements or ()])
    statement = f"forall {f} : Z -> K, \\sum_(z <- {name}) {f} z = {terms}"
    return fact, [f"have {fact} : {statement}.", *block([f"by move=> {f}; rewrite /{name} !big_cons big_nil addr0."])]


def _summed(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"({texts[0]} + {_summed(texts[1:])})"


def _sum_of(hs: list[str]) -> Script:
    """a + (b + …) = a' + (b' + …), from a = a', b = b', …"""
    fact = hs[-1]
    for h in reversed(hs[:-1]):
        fact = f"(f_equal2 (@GRing.add K) {h} {fact})"
    return [f"exact: {fact}."]


def _case(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    return ["by rewrite ?Z.eqb_refl ?eqxx."]


def _split(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node, middle = term.term, args[0]
    parts = (
        node.func(node.body, node.index, node.lower, middle - 1),
        node.func(node.body, node.index, middle, node.upper),
    )
    w = term.writer
    sum_ = isinstance(node, TimeSum)
    joined, lemma = (Add, "time_split") if sum_ else (Mul, "time_prod_split")
    lower, m = w.time(node.lower), w.time(middle)
    ends = f"zrange {lower}%Z {w.time(middle - 1)}%Z"
    raw = joined(*parts, evaluate=False)
    proof = [
        f"first [rewrite (_ : {ends} = zrange {lower}%Z ({m} - 1)%Z); last by (congr (zrange _ _); lia) | idtac].",
        f"apply: {lemma}; lia.",
    ]
    # SymPy sorts the parts; the raw text is written as they are here
    text = f"({term.at(parts[0]).text} {'+' if sum_ else '*'} {term.at(parts[1]).text})"
    unsorted = term.at(raw)
    if unsorted.text != text:
        return [
            f"transitivity {text}.",
            *block(proof),
            *block(
                [
                    f"transitivity {unsorted.text}; first by rewrite {'addrC' if sum_ else 'mulrC'}.",
                    *equal(unsorted, end, fresh),
                ]
            ),
        ]
    return _raw(term, raw, proof, end, fresh)


def _single(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node = term.term
    lemma = "time_single" if isinstance(node, TimeSum) else "time_prod_single"
    side = Side(
        node.body, term.writer.within({node.index: term.writer.time(node.lower)}), {node.index: node.lower}, term.writer
    )
    return [f"transitivity {side.text}.", *block([f"apply: {lemma}; lia."]), *equal(side, end, fresh)]


def _empty(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    return [f"apply: {'time_empty' if isinstance(term.term, TimeSum) else 'time_prod_empty'}; lia."]


def _shift(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node, by = term.term, args[0]
    w = term.writer
    lemma, eq = ("time_shift", "time_eq") if isinstance(node, TimeSum) else ("time_prod_shift", "time_prod_eq")
    k, low, high = fresh("k"), fresh("low"), fresh("high")
    result = end.term
    c = w.time(by)
    moved = Side(
        node.body, w.within({node.index: f"({k} - {c})"}), {node.index: result.index - by}, w.within({result.index: k})
    )
    ends = [
        f"zrange ({w.time(node.lower)} + {c})%Z ({w.time(node.upper)} + {c})%Z",
        f"zrange {w.time(result.lower)}%Z {w.time(result.upper)}%Z",
    ]
    return [
        f"rewrite (@{lemma} _ ({c})%Z).",
        f"first [rewrite (_ : {ends[0]} = {ends[1]}); last by (congr (zrange _ _); lia) | idtac].",
        f"apply: {eq} => {k} {low} {high}.",
        *equal(moved, end.at(result.body, {result.index: k}), fresh),
    ]


def _count(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node = term.term
    raw = Add(node.upper, Mul(-1, node.lower, evaluate=False), 1, evaluate=False)
    w = term.writer
    text = f"(zr K {w.time(node.upper)}%Z - zr K {w.time(node.lower)}%Z + 1)"
    return [
        f"transitivity {text}.",
        *block(["apply: time_count; lia."]),
        f"transitivity {term.at(raw).text}.",
        *block(["casts."]),
        *equal(term.at(raw), end, fresh),
    ]


def _product_of_products(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    factors = term.term.body.args
    raw = Mul(*(with_body(term.term, f) for f in factors), evaluate=False)
    return _raw(term, raw, ["by rewrite !prod_mul."], end, fresh)


def _product_of_powers(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node = term.term
    base, n = node.body.args
    raw = Pow(with_body(node, base), n, evaluate=False)
    return _raw(term, raw, ["exact: time_prod_exp." if n >= 0 else "exact: time_prod_expn."], end, fresh)


def _sift(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node, w = term.term, term.writer
    factors = Mul.make_args(node.body)
    place, pick = next(
        (i, f) for i, f in enumerate(factors) if isinstance(f, Cases) and f.subject == node.var and f.default == 0
    )
    element, value = pick.branches[0]
    kept = Mul(*(value if i == place else f for i, f in enumerate(factors)), evaluate=False)
    at = w.within({node.var: w.element(element)})
    raw = Side(kept, at, {node.var: element}, w)
    if node.var.domain.elements is not None:
        fact, script = _one_by_one(w, node.var.domain, fresh)
        listed = [*script, f"etransitivity; first exact: {fact}.", "cbv beta; decided."]
        if element not in node.var.domain.elements:
            return [*listed, "by rewrite !(mulr0, mul0r, addr0)."]
        return [
            f"transitivity {raw.text}.",
            *block([*listed, "by rewrite !(mulr0, mul0r, addr0, add0r)."]),
            *equal(raw, end, fresh),
        ]
    picked = Side(node.body, at, {node.var: element}, w)
    x, ne = fresh("x"), fresh("h")
    away = [f"apply: sum_sift => {x} {ne}.", f"by rewrite (negbTE {ne}) ?mulr0 ?mul0r."]
    return [
        f"transitivity {picked.text}.",
        *block(away),
        f"transitivity {raw.text}.",
        *block(["by rewrite eqxx."]),
        *equal(raw, end, fresh),
    ]


def _distinguish(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    subject = args[0]
    branches = [*((value, then) for value, then in end.term.branches), (None, end.term.default)]
    script: Script = []
    for value, then in branches:
        raw = term.at(_decided(term.term, subject, value))
        own = [f"transitivity {raw.text}.", *block(["by decided."]), *equal(raw, term.at(then), fresh)]
        h = fresh("h")
        script += [f"case: ifP => {h}.", *block(own)] if value is not None else own
    return script


def _decided(term: Expr, subject: Expr, value: Expr | None) -> Expr:
    """The term with every distinction of the subject decided, and nothing else in it rearranged."""
    if isinstance(term, Cases) and term.subject == subject:
        return _decided(next((e for v, e in term.branches if v == value), term.default), subject, value)
    if not isinstance(term, Expr) or not term.args or _is_another_inside(term, subject):
        return term
    parts = [_decided(a, subject, value) for a in term.args]
    return term.func(*parts, evaluate=False) if isinstance(term, (Add, Mul, Pow)) else term.func(*parts)


def _is_another_inside(term: Expr, subject: Expr) -> bool:
    """Whether the subject may stand for something else inside a node, which is left as it is."""
    if isinstance(term, (Gradient, At)):
        return term.parameter in free(subject)
    return isinstance(term, (*AVERAGES_PATHS, Samples)) or bound_name(term) in free(subject)


def _maximum_shift(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    node = term.term
    parts = Add.make_args(node.body)
    constant = Add(*(p for p in parts if node.var not in free(p)))
    rest = Add(*(p for p in parts if node.var in free(p)))
    whole = with_body(node, Add(constant, rest, evaluate=False))
    raw = Add(constant, with_body(node, rest), evaluate=False)
    return _through(term, whole, _raw(term.at(whole), raw, ["exact: maximum_shift."], end, fresh), fresh)


def _gradient_case(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    return ["by repeat (case: ifP => _; first reflexivity)."]


def _path_step(term: Side, end: Side, args: tuple[Any, ...], fresh: Fresh) -> Script:
    process = term.term.process
    n, here = process.horizon - 1, State(process.horizon - 1, process.states)
    act, there = Action(n, process.actions), State(process.horizon, process.states)
    w = term.writer
    step = Mul(process.policy(act, here), process.transition(there, here, act), evaluate=False)
    raw = Mul(PathProbability(process.until(n)), step, evaluate=False)
    after = f"{w.time(n)}%Z"
    proof = [
        f"rewrite (_ : {w.time(process.horizon)}%Z = ({after} + 1)%Z); last lia.",
        "rewrite path_step; last lia.",
        "by places.",
    ]
    return _raw(term, raw, proof, end, fresh)


LAWS: dict[str, Law] = {
    "homogeneity": _homogeneity,
    "additivity": _additivity,
    "exchange": _exchange,
    "vanishing": _vanishing,
    "average_of_one": _lemma(f"apply: mean_one; {_SUM_IS_ONE}"),
    "normalisation": _lemma(_SUM_IS_ONE),
    "enumeration": _enumeration,
    "case": _case,
    "leibniz": _leibniz,
    "gradient_power": _gradient_power,
    "gradient_log": _gradient_log,
    "gradient_exp": _then("exact: D_ex.", lambda t, _: Mul(t.body, Gradient(t.body.body, t.parameter), evaluate=False)),
    "gradient_constant": _lemma("constant."),
    "gradient_parameter": _lemma("assumption."),
    "exp_zero": _lemma("exact: ex0."),
    "exp_sum": _n_ary("ex", "ex_add", "Mul", False),
    "exp_multiple": _exp_multiple,
    "log_product": _log_product,
    "log_power": _log_power,
    "log_exp": _lemma("exact: ln_ex."),
    "split": _split,
    "single": _single,
    "empty": _empty,
    "shift": _shift,
    "count": _count,
    "product_of_ones": _lemma("exact: prod_one."),
    "product_of_products": _product_of_products,
    "sift": _sift,
    "distinguish": _distinguish,
    "product_of_powers": _product_of_powers,
    "maximum_shift": _maximum_shift,
    "maximum_constant": _lemma("exact: maximum_constant."),
    "gradient_case": _gradient_case,
    "path_step": _path_step,
    "path_start": _lemma("exact: path_start."),
}
