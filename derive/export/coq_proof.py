"""A proof of the kernel, replayed as a script of Coq: each law is a lemma of the library, each rule a way to use it."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Add, Basic, Expr, Max, Min, Mul, Pow

from derive import kernel
from derive.errors import Refused
from derive.export.coq import Writer, extras, place_of, places_in
from derive.export.coq_equal import Fresh, Script, Side, block, equal, is_arithmetic, trajectory_names
from derive.export.coq_laws import LAWS, constant_factors
from derive.export.coq_order import BELOW, as_equal, extremes, joined, regrouped, rise, rise_beside
from derive.export.coq_trajectories import DRAWS, Step
from derive.kernel import Theorem
from derive.terms import (
    AVERAGES_PATHS,
    Always,
    Defined,
    Equation,
    Expectation,
    Given,
    Gradient,
    Inequality,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Samples,
    Statement,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
    real_symbol,
)

Pair = tuple[Expr, Expr]


class Replay:
    """The script of one theorem, under the names that a writer gives to what was introduced."""

    def __init__(self, assumed: Mapping[object, str]) -> None:
        self.assumed, self.fresh = dict(assumed), Fresh()

    def script(self, theorem: Theorem, writer: Writer) -> Script:
        """A proof of lhs = rhs."""
        steps = _chain(theorem)
        if theorem.relation != Equation.relation:
            return self._rising_chain(steps, writer)
        script: Script = []
        if not steps:
            return ["reflexivity."]
        for step in steps[:-1]:
            script += [f"transitivity {writer.real(step.rhs)}.", *block(self.step(step, writer))]
        return [*script, *self.step(steps[-1], writer)]

    def _rising_chain(self, steps: list[Theorem], writer: Writer) -> Script:
        """A proof of lhs <= rhs."""
        script: Script = []
        for step in reversed(steps):
            own = self.step(step, writer)
            own = as_equal(own) if step.relation == Equation.relation else own
            script = joined(writer.real(step.rhs), own, script) if script else own
        return script or ["exact: lexx."]

    def step(self, theorem: Theorem, writer: Writer) -> Script:
        rule, *args = theorem.proof
        if rule == "sym":
            return ["symmetry.", *self.script(args[0], writer)]
        if rule == "ring":
            return equal(Side(theorem.lhs, writer), Side(theorem.rhs, writer), self.fresh)
        if rule == "define":
            return self._define(theorem, writer)
        if rule == "law":
            return self._law(theorem, writer)
        if rule in ("cong", "monotone"):
            return self._inside(theorem, writer)
        if rule in ("assume", "always"):
            return self._assumed(args[0], rule)
        if rule == "induct":
            return self._induct(theorem, writer)
        if rule == "inst" and args[0].proof[0] == "induct":
            return self._induct(theorem, writer, dict(args[1])[args[0].proof[4]])
        if rule == "inst" and args[0].proof[0] == "always":
            return self._of_elements(theorem, args[0].proof[1], dict(args[1]), writer)
        raise Refused("the rule {} has no counterpart in the export", rule)

    def _law(self, theorem: Theorem, writer: Writer) -> Script:
        _, name, term, args, given = theorem.proof
        if name in DRAWS and isinstance(term, (*AVERAGES_PATHS, Samples, Gradient)):
            prove = lambda opened: self.script(opened, writer)  # noqa: E731
            sides = Side(term, writer), Side(theorem.rhs, writer)
            return DRAWS[name](Step(*sides, args, given, self.fresh, prove))
        if name == "homogeneity" and not args:
            args = constant_factors(term, given)
        if name in BELOW:
            return BELOW[name](Side(term, writer), Side(theorem.rhs, writer), args, self.fresh)
        if name not in LAWS:
            raise Refused("the law {} has no counterpart in the export", name)
        return LAWS[name](Side(term, writer), Side(theorem.rhs, writer), args, self.fresh)

    def _assumed(self, claim: Equation | Inequality | Always, rule: str) -> Script:
        if claim not in self.assumed:
            raise Refused("nothing in the export says {}", claim)
        return [f"exact: {self.assumed[claim]}."]

    def _of_elements(self, theorem: Theorem, claim: Always, values: Mapping[Basic, Basic], writer: Writer) -> Script:
        """What holds always, at some elements."""
        names = {k: writer.element(v) for k, v in values.items()}
        sides = [Side(part, writer.within(names), values, writer) for part in (claim.lhs, claim.rhs)]
        ends = [Side(part, writer) for part in (theorem.lhs, theorem.rhs)]
        return self._at_ends(ends, self._assumed(claim, "always"), sides, theorem.relation)

    def _define(self, theorem: Theorem, writer: Writer) -> Script:
        term, body = theorem.lhs, theorem.rhs
        if isinstance(term, Defined):
            names = {
                p: _bare(writer.argument(a, p), p) for p, a in zip(term.definition.params, term.args[1:], strict=True)
            }
            names |= {n: _bare(writer.argument(n, n), n) for n in extras(term.definition)}
            names |= {place_of(*pair): writer.place(*pair) for pair in places_in(term.definition)}
            values = dict(zip(term.definition.params, term.args[1:], strict=True))
            raw = Side(term.definition.body, Writer(writer.words, names), values, writer)
            return [f"transitivity {raw.text}; first reflexivity.", *equal(raw, Side(body, writer), self.fresh)]
        if isinstance(term, Mean):
            raw = SumOver(Mul(term.weight, term.body, evaluate=False), term.var)
        elif isinstance(term, Variance):
            square = Mean(Pow(term.body, 2, evaluate=False), term.var, term.weight)
            less = Mul(-1, Pow(Mean(term.body, term.var, term.weight), 2, evaluate=False), evaluate=False)
            raw = Add(square, less, evaluate=False)
            return [
                f"transitivity {writer.real(raw)}; first exact: variance_def.",
                *equal(Side(raw, writer), Side(body, writer), self.fresh),
            ]
        elif isinstance(term, Expectation):
            raw = PathSum(Mul(PathProbability(term.process), term.body, evaluate=False), term.process)
            return [
                f"transitivity {writer.real(raw)}; first exact: expect_paths.",
                *equal(Side(raw, writer), Side(body, writer), self.fresh),
            ]
        else:
            raise Refused("the meaning of {} has no counterpart in the export", type(term).__name__)
        side = Side(raw, writer)
        return [f"transitivity {side.text}; first reflexivity.", *equal(side, Side(body, writer), self.fresh)]

    def _inside(self, theorem: Theorem, writer: Writer) -> Script:
        _, inner, context, hole, _ = theorem.proof
        path = kernel.path_to(context, hole)
        levels: list[Pair] = [(inner.lhs, inner.rhs)]
        for node, place in reversed(path):
            left, right = levels[-1]
            levels.append((_with(node, place, left), _with(node, place, right)))
        levels.reverse()
        return self._descend(inner, path, levels, writer)

    def _descend(self, inner: Theorem, path: list[tuple[Expr, int]], levels: list[Pair], writer: Writer) -> Script:
        if not path:
            return self.script(inner, writer)
        node, place = path[0]

        def below(w: Writer) -> Script:
            return self._descend(inner, path[1:], levels[1:], w)

        if inner.relation != Equation.relation:
            if is_arithmetic(node):
                return rise_beside(node, place, (levels[0], levels[1]), below(writer), writer, self.fresh)
            return rise(node, place, (levels[0], levels[1]), below, writer, self.fresh)
        if isinstance(node, (Max, Min)):
            return self._extreme(node, place, (levels[0], levels[1]), below(writer), writer)
        if is_arithmetic(node):
            return self._beside(node, place, levels[0], levels[1], below(writer), writer)
        if isinstance(node, (TimeSum, TimeProduct)) and place == 0:
            lemma = "time_eq" if isinstance(node, TimeSum) else "time_prod_eq"
            k, low, high = self.fresh("k"), self.fresh("low"), self.fresh("high")
            return [f"apply: {lemma} => {k} {low} {high}.", *below(writer.within({node.index: k}))]
        if isinstance(node, Maximum):
            x = self.fresh("x")
            return [f"apply: maximum_eq => {x}.", *below(writer.within({node.var: x}))]
        if isinstance(node, SumOver):
            x = self.fresh("x")
            return [f"apply: sum_eq => {x}.", *below(writer.within({node.var: x}))]
        if isinstance(node, (Mean, Variance)) and place in (0, 2):
            x = self.fresh("x")
            lemma = "mean_eq" if isinstance(node, Mean) else "variance_eq"
            proof = [f"move=> {x}.", *below(writer.within({node.var: x}))]
            other = ["by []."]
            parts = (other, proof) if place == 0 else (proof, other)
            return [f"apply: {lemma}.", *block(parts[0]), *block(parts[1])]
        if isinstance(node, AVERAGES_PATHS) and place == 0:
            names = trajectory_names(node.process, self.fresh)
            lemma = {PathSum: "paths_eq", Expectation: "expect_eq", Given: "given_eq"}[type(node)]
            return [f"apply: {lemma} => {' '.join(names.values())}.", *below(writer.over_paths(names))]
        if isinstance(node, Samples) and place == 0:
            d = self.fresh("d")
            return [f"apply: samples_eq => {d}.", *below(writer.over_samples(node.var.domain, d))]
        if isinstance(node, Samples) and place == 2:
            x = self.fresh("x")
            proof = [f"move=> {x}.", *below(writer.within({node.var: x}))]
            return ["apply: samples_same.", *block(["by []."]), *block(proof), "by []."]
        return self._around(node, place, levels[1], below(writer), writer)

    def _around(self, node: Expr, place: int, pair: Pair, below: Script, writer: Writer) -> Script:
        """A node that binds nothing: the same function of two equal things."""
        hole, name, h = real_symbol("□"), self.fresh("z"), self.fresh("h")
        around = node.func(*(hole if i == place else a for i, a in enumerate(node.args)))
        function = f"(fun {name} : K => {writer.within({hole: name}).real(around)})"
        fact = f"{writer.real(pair[0])} = {writer.real(pair[1])}"
        return [f"have {h} : {fact}.", *block(below), f"exact: (f_equal {function} {h})."]

    def _extreme(self, node: Expr, place: int, pairs: tuple[Pair, Pair], below: Script, writer: Writer) -> Script:
        """The larger or the smaller of several, one of which is written otherwise."""
        (head, other, raw), h, z = extremes(node, place, pairs, writer), self.fresh("h"), self.fresh("z")
        fact = f"{writer.real(pairs[1][0])} = {writer.real(pairs[1][1])}"
        return [
            f"have {h} : {fact}.",
            *block(below),
            f"transitivity {raw[0]}.",
            *block(regrouped(writer.real(pairs[0][0]), raw[0])),
            f"transitivity {raw[1]}.",
            *block([f"exact: (f_equal (fun {z} : K => ({head} {z} {other})) {h})."]),
            *regrouped(raw[1], writer.real(pairs[0][1])),
        ]

    def _beside(self, node: Expr, place: int, pair: Pair, inner: Pair, below: Script, writer: Writer) -> Script:
        """A sum, a product or a power: one argument changes, and SymPy may write the whole otherwise."""
        hole, name, h = real_symbol("□"), self.fresh("z"), self.fresh("h")
        around = node.func(*(hole if i == place else a for i, a in enumerate(node.args)), evaluate=False)
        raw = [node.func(*(v if i == place else a for i, a in enumerate(node.args)), evaluate=False) for v in inner]
        texts = [writer.within({hole: f"{writer.real(v)}"}).real(around) for v in inner]
        function = f"(fun {name} : K => {writer.within({hole: name}).real(around)})"
        script = [f"have {h} : {writer.real(inner[0])} = {writer.real(inner[1])}.", *block(below)]
        if writer.real(pair[0]) != texts[0]:
            script += [
                f"transitivity {texts[0]}.",
                *block(equal(Side(pair[0], writer), Side(raw[0], writer), self.fresh)),
            ]
        last = f"exact: (f_equal {function} {h})."
        if writer.real(pair[1]) == texts[1]:
            return [*script, last]
        script += [f"transitivity {texts[1]}.", *block([last])]
        return [*script, *equal(Side(raw[1], writer), Side(pair[1], writer), self.fresh)]

    def _induct(self, theorem: Theorem, writer: Writer, value: Expr | None = None) -> Script:
        """A proof by induction, at the index or at another value."""
        proved = theorem if value is None else theorem.proof[1]
        _, base, step, claim, index, start = proved.proof
        n, low, ih, fact = self.fresh("n"), self.fresh("low"), self.fresh("ih"), self.fresh("fact")
        inner = writer.within({index: n})
        statement = f"{inner.real(claim.lhs)} {claim.relation} {inner.real(claim.rhs)}"
        self.assumed[claim] = ih
        at_base = self._from(base, claim, {index: start}, writer)
        at_step = self._from(step, claim, {index: index + 1}, inner)
        script = [
            f"have {fact} : forall {n} : Z, ({writer.time(start)} <= {n})%Z -> {statement}.",
            *block(
                [
                    "apply: time_induction.",
                    *block(at_base),
                    f"move=> {n} {low} {ih}.",
                    *at_step,
                ]
            ),
        ]
        if value is None:
            return [*script, f"by apply: {fact}; lia."]
        at = writer.within({index: writer.time(value)})
        sides = [Side(part, at, {index: value}, writer) for part in (claim.lhs, claim.rhs)]
        ends = [Side(part, writer) for part in (theorem.lhs, theorem.rhs)]
        return [*script, *self._at_ends(ends, [f"by apply: {fact}; lia."], sides, theorem.relation)]

    def _at_ends(self, ends: list[Side], proof: Script, sides: list[Side], relation: str) -> Script:
        """A relation between the ends, from a proof of it between what arithmetic makes of them."""
        before = equal(sides[0], ends[0], self.fresh)
        before = before if before == ["reflexivity."] else _reversed(before)
        after = equal(sides[1], ends[1], self.fresh)
        if relation != Equation.relation:
            return joined(sides[0].text, as_equal(before), joined(sides[1].text, proof, as_equal(after)))
        return [
            f"transitivity {sides[0].text}.",
            *block(before),
            f"transitivity {sides[1].text}.",
            *block(proof),
            *after,
        ]

    def _from(self, theorem: Theorem, claim: Statement, values: Mapping[Basic, Expr], writer: Writer) -> Script:
        """The claim at some values, where the theorem says so up to arithmetic."""
        names = {k: _successor(k, v, writer) for k, v in values.items()}
        raw = [Side(part, writer.within(names), values, writer) for part in (claim.lhs, claim.rhs)]
        first = equal(raw[0], Side(theorem.lhs, writer), self.fresh)
        last = _reversed(equal(raw[1], Side(theorem.rhs, writer), self.fresh))
        own = self.script(theorem, writer)
        if claim.relation != Equation.relation:
            own = own if theorem.relation == claim.relation else as_equal(own)
            return joined(
                writer.real(theorem.lhs), as_equal(first), joined(writer.real(theorem.rhs), own, as_equal(last))
            )
        return [
            f"transitivity {writer.real(theorem.lhs)}.",
            *block(first),
            f"transitivity {writer.real(theorem.rhs)}.",
            *block(own),
            *last,
        ]


def _successor(index: Basic, value: Expr, writer: Writer) -> str:
    """n + 1 as the library writes it, or the start."""
    return f"({writer.time(index)} + 1)" if index in value.free_symbols else writer.time(value)


def _bare(text: str, parameter: Basic) -> str:
    """A time as it stands where times are read; an element of a listed set keeps its mark."""
    return text if isinstance(parameter, Var) else text.removesuffix("%Z")


def _reversed(script: Script) -> Script:
    return ["symmetry.", *script]


def _with(node: Expr, place: int, value: Expr) -> Expr:
    return node.func(*(value if i == place else a for i, a in enumerate(node.args)))


def _chain(theorem: Theorem) -> list[Theorem]:
    """The steps of a chain of equations, without those that leave everything as it is."""
    steps: list[Theorem] = []
    stack = [theorem]
    while stack:
        node = stack.pop()
        rule = node.proof[0]
        if rule == "trans":
            stack += [node.proof[2], node.proof[1]]
        elif rule == "weaken":
            stack.append(node.proof[1])
        elif rule != "refl" and node.lhs != node.rhs:
            steps.append(node)
    return steps
