"""A self-contained file for Coq: the library of general lemmas, then each theorem with its letters and its proof."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from sympy import Basic, Mul, Pow, Rational, Symbol, preorder_traversal

from derive.binding import free, subterms
from derive.errors import Refused
from derive.export.coq import Vocabulary, Writer, extras, places_in
from derive.export.coq_proof import Replay
from derive.export.instances import spelt_out
from derive.kernel import Theorem, premises_first
from derive.terms import (
    Always,
    AtMost,
    Domain,
    Equation,
    Gradient,
    Hypothesis,
    Inequality,
    Letter,
    PathProbability,
    Positive,
    Possible,
    Statement,
    Var,
)
from derive.timeline import is_linear

PARTS = ("finite_sums", "derivations", "trajectories", "samples", "order", "tactics")  # of the library
MAX_STEPS = 1_000  # Coq would take minutes for longer proofs
CLOSED = "Closed under the global context"  # what Coq prints of a theorem that rests on no axiom


@dataclass(frozen=True)
class Exported:
    """A theorem in Coq: its declarations, its statement, its proof, and the names that read the statement back."""

    name: str
    declarations: tuple[str, ...]
    statement: str
    proof: tuple[str, ...]
    words: Vocabulary

    def __str__(self) -> str:
        lines = [
            f"Module About_{self.name}.",
            f"Section About_{self.name}.",
            *self.declarations,
            "",
            f"Theorem {self.name} :",
            f"  {self.statement}.",
        ]
        lines += [
            "Proof.",
            *self.proof,
            "Qed.",
            "",
            f"End About_{self.name}.",
            f"Print Assumptions {self.name}.",
            f"End About_{self.name}.",
        ]
        return "\n".join(lines) + "\n"


def library() -> str:
    """The general lemmas, one file for each idea, in the order in which they rest on one another."""
    folder = files("derive.export") / "library"
    return "\n".join((folder / f"{name}.v").read_text(encoding="utf-8") for name in PARTS)


def document(theorems: Iterable[Exported]) -> str:
    """A file that needs nothing but Coq and mathcomp."""
    return "\n".join([library(), *map(str, theorems)])


def beside_library(theorem: Exported) -> str:
    """A file that needs the compiled library, `library.v`, in the folder where it is compiled."""
    return f"{_opening()}\nRequire Import library.\n\n{theorem}"


def _opening() -> str:
    """The imports and the scope of the library, which every file repeats."""
    lines = library().splitlines()
    first, last = lines.index('Set Warnings "-all".'), lines.index("Local Open Scope ring_scope.")
    return "\n".join(lines[first : last + 1])


@dataclass(frozen=True)
class Stated:
    """A claim in Coq, with the names that read it back and those that its proof is to introduce."""

    statement: str
    words: Vocabulary
    intros: tuple[str, ...]
    assumed: Mapping[object, str]


def stated(claim: Statement, assuming: tuple[Hypothesis, ...]) -> Stated:
    """A claim for Coq; raises Refused, and names the node, where something in it has no counterpart."""
    _hold_beside_gradients(claim, assuming)
    words = Vocabulary()
    writer = Writer(words)
    conclusion = f"{writer.real(claim.lhs)} {claim.relation}\n  {writer.real(claim.rhs)}"
    premises = [(h, _premise(h, writer)) for h in assuming if not isinstance(h, Positive)]
    assumed: dict[object, str] = {h: f"h_{i}" for i, (h, _) in enumerate(premises)}
    times = sorted((n for n in _free(claim, assuming) if _is_bound(n)), key=str)
    binders = " ".join(f"({words.variable(n)} : {_sort(n, words)})" for n in times)
    statement = (f"forall {binders},\n  " if binders else "") + "".join(f"{p} -> " for _, p in premises) + conclusion
    return Stated(statement, words, (*(words.variable(n) for n in times), *assumed.values()), assumed)


def _hold_beside_gradients(claim: Statement, assuming: tuple[Hypothesis, ...]) -> None:
    """An element of K is a function of the parameter: beside a gradient, nothing can be said of one value of it."""
    parts = [claim.lhs, claim.rhs, *(part for h in assuming for part in vars(h).values())]
    for hypothesis in assuming:
        passing = isinstance(hypothesis, (Equation, Inequality))
        if passing and any(isinstance(n, Gradient) for part in parts for n in subterms(part)):
            raise Refused(
                "the hypothesis {}, of one value of the parameter, has no counterpart in the export", hypothesis
            )


def exported(name: str, claim: Statement, assuming: tuple[Hypothesis, ...], theorem: Theorem) -> Exported:
    """A theorem for Coq; raises Refused, and names the node or law, where something in it has no counterpart."""
    steps = len(premises_first(theorem))
    if steps > MAX_STEPS:
        raise Refused("a proof of {} steps, more than {}, has no counterpart in the export", steps, MAX_STEPS)
    said, theorem = stated(claim, assuming), spelt_out(theorem)
    writer = Writer(said.words)
    script = Replay(said.assumed).script(theorem, writer)
    ends = [f"transitivity {writer.real(theorem.lhs)}; first reflexivity."] if theorem.lhs != claim.lhs else []
    proof = ([f"move=> {' '.join(said.intros)}."] if said.intros else []) + ends + script
    declarations = tuple(_declarations(said.words, claim, assuming, theorem))
    return Exported(name, declarations, said.statement, tuple(map(_typed, proof)), said.words)


def _typed(line: str) -> str:
    """A step whose terms are numbers alone does not say of which field."""
    line = re.sub(r"^(\s*transitivity) (.*?)(\.|; first .*)$", r"\1 (\2 : K)\3", line)
    return re.sub(r"^(\s*have \w+ : [^,]* (?:=|!=|<) [^,]*)\.$", r"\1 :> K.", line)


def _free(claim: Statement, assuming: tuple[Hypothesis, ...]) -> frozenset[Basic]:
    found = free(claim.lhs) | free(claim.rhs)
    for hypothesis in assuming:
        if isinstance(hypothesis, (AtMost, Inequality, Equation)):
            found = found.union(*map(free, vars(hypothesis).values()))
    return found


def _is_bound(name: Basic) -> bool:
    return isinstance(name, Var) or bool(getattr(name, "is_integer", False))


def _sort(name: Basic, words: Vocabulary) -> str:
    return words.kind(name.domain) if isinstance(name, Var) else "Z"


def _premise(hypothesis: Hypothesis, writer: Writer) -> str:
    if isinstance(hypothesis, AtMost):
        return f"({writer.time(hypothesis.lesser)} <= {writer.time(hypothesis.greater)})%Z"
    if isinstance(hypothesis, Always):
        names = sorted((n for n in free(hypothesis.lhs) | free(hypothesis.rhs) if isinstance(n, Var)), key=str)
        binders = " ".join(f"({writer.words.variable(n)} : {_sort(n, writer.words)})" for n in names)
        return f"(forall {binders}, {writer.real(hypothesis.lhs)} = {writer.real(hypothesis.rhs)})"
    if isinstance(hypothesis, (Inequality, Equation)):
        return f"({writer.real(hypothesis.lhs)} {hypothesis.relation} {writer.real(hypothesis.rhs)})"
    if isinstance(hypothesis, Possible):
        return f"0 < {writer.real(PathProbability(hypothesis.process))}"
    raise Refused("the hypothesis {} has no counterpart in the export", type(hypothesis).__name__)


def _declarations(
    words: Vocabulary, claim: Statement, assuming: tuple[Hypothesis, ...], theorem: Theorem
) -> Iterable[str]:
    terms = [t for node in premises_first(theorem) for t in (node.lhs, node.rhs)]
    yield "Variables (K : realFieldType) (C : calculus K)."
    letters = [
        line
        for letter, text in list(words.names.items())
        if isinstance(letter, Letter)
        for line in _letter(letter, text, words, Positive(letter) in assuming)
    ]
    places = [
        f"Variable {words.place(kind, domain)} : Z -> {words.kind(domain)}."
        for kind, domain in _spoken_of(claim, assuming)
    ]
    definitions = [_definition(definition, text, words) for definition, text in words.definitions.items()]
    names = list(words.names.items())
    for domain, text in names:
        if isinstance(domain, Domain) and domain.elements is None:
            yield f"Variables ({text} : finType) ({text}_witness : {text})."
        elif isinstance(domain, Domain):
            yield f"Definition {text} : seq Z := [:: {'; '.join(f'({e})%Z' for e in domain.elements or ())}]."
    yield from places
    yield from letters
    powers = _bases(terms)
    parameters = {f.parameter for f, _ in names if isinstance(f, Letter)}
    bound = _differentiated(terms)
    for symbol, text in names:
        if isinstance(symbol, Symbol) and not symbol.is_integer:
            yield f"Variable {text} : K."
            slope = "1" if symbol in bound | parameters else "0"
            yield f"Hypothesis D_{text} : D C {text} = {slope}."
            if symbol in powers:
                yield f"Hypothesis {text}_neq0 : {text} != 0."
    yield from definitions


def _spoken_of(claim: Statement, assuming: tuple[Hypothesis, ...]) -> list[tuple[str, Domain]]:
    """The one trajectory, or the one list of samples, that a statement speaks of."""
    parts = [claim.lhs, claim.rhs]
    for hypothesis in assuming:
        if isinstance(hypothesis, Possible):
            parts.append(PathProbability(hypothesis.process))
        else:
            parts += vars(hypothesis).values()
    return sorted({pair for part in parts for pair in places_in(part)}, key=str)


def _differentiated(terms: Iterable[Basic]) -> set[Basic]:
    from derive.binding import parameters

    return set().union(*(parameters(t) for t in terms))


def _bases(terms: Iterable[Basic]) -> set[Basic]:
    """The symbols with a time in their exponent: they are not zero, as everywhere in the kernel."""
    found: set[Basic] = set()
    seen: set[Basic] = set()
    for term in terms:
        if term in seen:
            continue
        seen.add(term)
        for node in preorder_traversal(term):
            if isinstance(node, Pow) and not isinstance(node.exp, Rational) and is_linear(node.exp):
                found |= {f for f in Mul.make_args(node.base) if isinstance(f, Symbol)}
    return found


def _letter(letter: Letter, text: str, words: Vocabulary, positive: bool) -> Iterable[str]:
    kinds = [words.kind(d) for d in letter.domains]
    yield f"Variable {text} : {' -> '.join([*kinds, 'K'])}."
    names = [f"x{i}" for i in range(len(kinds))]
    binders = " ".join(f"({n} : {k})" for n, k in zip(names, kinds, strict=True))
    applied = f"({' '.join([text, *names])})" if names else text
    every = f"forall {binders}, " if binders else ""
    if letter.pmf:
        rest = " ".join(f"({n} : {k})" for n, k in list(zip(names, kinds, strict=True))[1:])
        quantified = f"forall {rest}, " if rest else ""
        first = letter.domains[0]
        assert first is not None
        yield f"Hypothesis {text}_ge0 : {every}0 <= {applied}."
        yield f"Hypothesis {text}_sum : {quantified}\\sum_({names[0]} <- {words.elements(first)}) {applied} = 1."
    if positive:
        yield f"Hypothesis {text}_pos : {every}0 < {applied}."
    if letter.parameter is None:
        yield f"Hypothesis D_{text} : {every}D C {applied} = 0."


def _definition(definition: Basic, text: str, words: Vocabulary) -> str:
    places = [*extras(definition), *definition.params]
    binders = "".join(
        f" ({words.place(kind, domain)} : Z -> {words.kind(domain)})" for kind, domain in places_in(definition)
    )
    binders += "".join(f" ({words.variable(p)} : {_sort(p, words) if _is_bound(p) else 'K'})" for p in places)
    return f"Definition {text}{binders} : K := {Writer(words).real(definition.body)}."
