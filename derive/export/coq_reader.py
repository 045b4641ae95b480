"""The statement of an exported theorem, read back from its text: what Coq judges is what we claim.

Only the names come from the writer; structure, indices and ranges come from the text. Whatever the writer would not
have written is refused.
"""

from __future__ import annotations

import re
from typing import Any

from sympy import Add, Basic, Integer, Max, Min, Mul, Pow, Rational, Symbol

from derive.binding import alike
from derive.errors import IllFormed, Unreadable
from derive.export.coq import Vocabulary, extras, places_in
from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    Always,
    Apply,
    AtMost,
    Cases,
    Defined,
    Definition,
    Domain,
    Draw,
    Equation,
    Exp,
    Expectation,
    Given,
    Gradient,
    History,
    Hypothesis,
    Inequality,
    Letter,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    Possible,
    Process,
    Samples,
    State,
    Statement,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
)

_TOKEN = re.compile(r"\s*(\\sum_|\\prod_|<-|<=|<|->|=>|=\?|==|\^\+|\^-|%:R|%Z|[A-Za-z_]\w*|\d+|[()+*/,:=-])")
_PLACES = {"st": State, "ac": Action, "dr": Draw}


def read(statement: str, words: Vocabulary) -> tuple[Statement, tuple[Hypothesis, ...]]:
    """The claim and its premises. Raises Unreadable where the text is not one that the writer writes."""
    return _Reader(statement, words).statement()


def says(statement: str, words: Vocabulary, claim: Statement, assuming: tuple[Hypothesis, ...]) -> bool:
    """Whether a printed statement is a claim under its assumptions (`Positive` is declared with its letter)."""
    found, premises = read(statement, words)
    wanted = tuple(h for h in assuming if not isinstance(h, Positive))
    pairs = [(found.lhs, claim.lhs), (found.rhs, claim.rhs)]
    same = type(found) is type(claim) and len(premises) == len(wanted)
    same = same and all(type(a) is type(b) for a, b in zip(premises, wanted, strict=True))
    pairs += [
        p for a, b in zip(premises, wanted, strict=same) for p in zip(vars(a).values(), vars(b).values(), strict=True)
    ]
    return same and all(alike(_lawless(a), _lawless(b)) for a, b in pairs)


def _lawless(node: Basic) -> Basic:
    """A sum over trajectories does not say what they are drawn with."""
    if isinstance(node, PathSum):
        return PathSum(_lawless(node.body), _process(*node.process.args[3:]))
    if isinstance(node, Definition):
        return Definition(node.name, node.params, _lawless(node.body), node.form)
    return node.func(*map(_lawless, node.args)) if node.args else node


def _process(horizon: Basic, states: Domain, actions: Domain) -> Process:
    return Process(Integer(0), Integer(0), Integer(0), horizon, states, actions)


class _Reader:
    def __init__(self, text: str, words: Vocabulary) -> None:
        self.tokens, self.at, self.words = _tokens(text), 0, words
        self.things: dict[str, Any] = {name: thing for thing, name in words.names.items()}
        self.things |= {name: definition for definition, name in words.definitions.items()}
        self.things |= {words.place(kind, domain): (_PLACES[kind], domain) for kind, domain in list(words.paths)}

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        token = self.peek()
        if not token or (wanted is not None and token != wanted):
            raise Unreadable(f"the statement has {token!r} where {wanted or 'a token'!r} should be, token {self.at}")
        self.at += 1
        return token

    def named(self) -> Any:
        token = self.take()
        if token not in self.things:
            raise Unreadable(f"the statement has a name that nothing bears: {token}")
        return self.things[token]

    def statement(self) -> tuple[Statement, tuple[Hypothesis, ...]]:
        if self.peek() == "forall":
            self.binders()
        premises = []
        while (premise := self.premise()) is not None:
            premises.append(premise)
        claim = self._relation()
        if self.peek():
            raise Unreadable(f"the statement goes on after its end: {self.peek()}")
        return claim, tuple(premises)

    def _relation(self) -> Statement:
        left, kind = self.real(), Inequality if self.peek() == "<=" else Equation
        self.take(kind.relation)
        return kind(left, self.real())

    def binders(self) -> None:
        self.take("forall")
        while self.peek() != ",":
            self.take()
        self.take(",")

    def premise(self) -> Hypothesis | None:
        if self.peek() == "(" and self.peek(1) == "forall":
            self.take("(")
            self.binders()
            left = self.real()
            self.take("=")
            found: Hypothesis = Always(left, self.real())
            self.take(")")
        elif self.peek() == "0" and self.peek(1) == "<":
            self.take("0"), self.take("<")
            path = self.real()
            if not isinstance(path, PathProbability):
                raise Unreadable(f"what is said to be positive is {path}, and no trajectory")
            found = Possible(path.process)
        else:
            return self._tried(self._at_most) or self._tried(self._related)
        self.take("->")
        return found

    def _tried(self, premise: Any) -> Hypothesis | None:
        """A premise, or None where what comes is none of this kind."""
        before = self.at
        try:
            found: Hypothesis = premise()
            self.take("->")
        except (Unreadable, IllFormed):
            self.at = before
            return None
        return found

    def _at_most(self) -> Hypothesis:
        self.take("(")
        low = self.time()
        self.take("<=")
        found = AtMost(low, self.time())
        self.take(")")
        self.take("%Z")
        return found

    def _related(self) -> Hypothesis:
        return self._in_parentheses(self._relation)

    def time(self) -> Basic:
        """An integer."""
        token = self.peek()
        if token.isdigit():
            return Integer(self.take())
        if token != "(":
            thing = self.named()
            return thing if isinstance(thing, (Symbol, Var)) else self._place(thing)
        if self.peek(1) == "-":
            self.take("("), self.take("-")
            value = Integer(self.take())
            self.take(")")
            return -value
        if isinstance(self.things.get(self.peek(1)), tuple):
            return self.element()
        return self._infix(self.time)

    def _infix(self, operand: Any) -> Any:
        self.take("(")
        parts, sign = [operand()], self.peek()
        while self.peek() in ("+", "*"):
            self.take(sign)
            parts.append(operand())
        self.take(")")
        return parts[0] if len(parts) == 1 else (Add if sign == "+" else Mul)(*parts)

    def _z(self) -> Basic:
        value = self.time()
        self.take("%Z")
        return value

    def _place(self, thing: Any) -> Basic:
        raise Unreadable(f"the statement has {thing} where a time should be")

    def element(self) -> Basic:
        """An element of a finite set, or a time where one is an argument."""
        if self.peek() == "(" and isinstance(self.things.get(self.peek(1)), tuple):
            self.take("(")
            node, domain = self.named()
            time = self._z()
            self.take(")")
            return node(time, domain)
        if self.peek() == "(" and self.peek(1) == "history":
            self.take("("), self.take("history")
            self._places(STATES, ACTIONS)
            value: Basic = History(self._z())
            self.take(")")
            return value
        value = self.time()
        if self.peek() == "%Z":
            self.take("%Z")
        return value

    def real(self) -> Any:
        """An element of K."""
        token = self.peek()
        if token.isdigit():
            value = Integer(self.take())
            if self.peek() == "%:R":
                self.take()
            return value
        if token != "(":
            thing = self.named()
            return (
                Defined(thing)
                if isinstance(thing, Definition)
                else Apply(thing)
                if isinstance(thing, Letter)
                else thing
            )
        return self._inside()

    def _inside(self) -> Any:
        head = self.peek(1)
        known = self.things.get(head)
        if head == "-":
            return self._in_parentheses(lambda: self.take("-") and -Integer(self._digits()))
        if head in ("\\sum_", "\\prod_"):
            return self._in_parentheses(self._big)
        if head == "if":
            return self._in_parentheses(self._cases)
        if head in _HEADS:
            return self._in_parentheses(lambda: _HEADS[head](self, self.take()))
        if isinstance(known, Letter) and known.domains:
            return self._in_parentheses(lambda: self._apply())
        if isinstance(known, Definition) and (places_in(known) or extras(known) or known.params):
            return self._in_parentheses(lambda: self._use())
        return self._arithmetic()

    def _in_parentheses(self, inner: Any) -> Any:
        self.take("(")
        value = inner()
        self.take(")")
        return value

    def _digits(self) -> str:
        digits = self.take()
        if self.peek() == "%:R":
            self.take()
        return digits

    def _arithmetic(self) -> Any:
        self.take("(")
        parts, sign = [self.real()], self.peek()
        if sign in ("^+", "^-"):
            self.take()
            power = Integer(self.take())
            self.take(")")
            return Pow(parts[0], power if sign == "^+" else -power)
        if sign == "/":
            self.take()
            below = self.real()
            self.take(")")
            return Rational(parts[0], below)
        while self.peek() == sign and sign in ("+", "*"):
            self.take()
            parts.append(self.real())
        self.take(")")
        return parts[0] if len(parts) == 1 else (Add if sign == "+" else Mul)(*parts)

    def _big(self) -> Any:
        is_sum = self.take() == "\\sum_"
        self.take("(")
        name = self.named()
        self.take("<-")
        if self.peek() == "zrange":
            self.take()
            lower, upper = self._z(), self._z()
            self.take(")")
            return (TimeSum if is_sum else TimeProduct)(self.real(), name, lower, upper)
        self._elements(name)
        self.take(")")
        if not is_sum:
            raise Unreadable("a product over a set is none of our terms")
        return SumOver(self.real(), name)

    def _elements(self, name: Any = None) -> Domain:
        """The list that a sum runs through, which is that of its variable."""
        if self.peek() == "(":
            self.take("("), self.take("index_enum")
            domain = self.named()
            self.take(")")
        else:
            domain = self.named()
        if not isinstance(domain, Domain) or (name is not None and name.domain != domain):
            raise Unreadable(f"the statement lets {name} run through {domain}")
        return domain

    def _function(self) -> tuple[Var, Any]:
        self.take("("), self.take("fun")
        name = self.named()
        self.take("=>")
        body = self.real()
        self.take(")")
        return name, body

    def average(self, head: str) -> Any:
        domain = self._elements()
        (x, weight), (y, body) = self._function(), self._function()
        if x != y or x.domain != domain:
            raise Unreadable(f"the weight is one of {x}, the body one of {y}")
        return (Mean if head == "mean" else Variance)(body, x, weight)

    def calculus(self, head: str) -> Any:
        self.take("C")
        body = self.real()
        return Gradient(body, self.words.parameter) if head == "D" else (Log if head == "ln" else Exp)(body)

    def power(self, head: str) -> Any:
        return Pow(self.real(), self._z())

    def cast(self, head: str) -> Any:
        self.take("K")
        return self.element()

    def path(self, head: str) -> Any:
        laws, horizon = self._laws(), self._z()
        (_, states), (_, actions) = self.named(), self.named()
        return PathProbability(Process(*laws, horizon, states, actions))

    def path_sum(self, head: str) -> Any:
        states, actions = self._sets()
        self._beyond(states, actions)
        horizon = self._z()
        return PathSum(self._over_paths(states, actions), _process(horizon, states, actions))

    def expectation(self, head: str) -> Any:
        states, actions = self._sets()
        self._beyond(states, actions)
        laws, horizon = self._laws(), self._z()
        return Expectation(self._over_paths(states, actions), Process(*laws, horizon, states, actions))

    def conditional(self, head: str) -> Any:
        states, actions = self._sets()
        laws, horizon, position = self._laws(), self._z(), self._z()
        body = self._over_paths(states, actions)
        self._places(states, actions)
        return Given(body, position, Process(*laws, horizon, states, actions))

    def maximum(self, head: str) -> Any:
        token = self.take()
        name, body = self._function()
        if token != self.words.witness(name.domain):
            raise Unreadable(f"the statement has a maximum over {name} with {token}")
        return Maximum(body, name)

    def extreme(self, head: str) -> Any:
        return (Max if head == "larger" else Min)(self.real(), self.real())

    def samples(self, head: str) -> Any:
        domain = self._elements()
        self._beyond(domain)
        var, weight = self._function()
        if var.domain != domain:
            raise Unreadable(f"samples of {domain} are drawn with a weight of {var}")
        count = self._z()
        self.take("("), self.take("fun")
        self._said(self.words.place("dr", domain))
        self.take("=>")
        body = self.real()
        self.take(")")
        return Samples(body, var, weight, count)

    def _sets(self) -> tuple[Domain, Domain]:
        return self._elements(), self._elements()

    def _beyond(self, *domains: Domain) -> None:
        for domain in domains:
            self._said(self.words.witness(domain))

    def _places(self, states: Domain, actions: Domain) -> None:
        self._said(f"{self.words.place('st', states)} {self.words.place('ac', actions)}")

    def _over_paths(self, states: Domain, actions: Domain) -> Any:
        self.take("("), self.take("fun")
        self._places(states, actions)
        self.take("=>")
        body = self.real()
        self.take(")")
        return body

    def _laws(self) -> tuple[Any, Any, Any]:
        return self._law(), self._law(), self._law()

    def _law(self) -> Any:
        if self.peek() != "(":
            return self.named()
        self.take("(")
        law = self.named()
        for extra in extras(law):
            if self._argument(extra) != extra:
                raise Unreadable(f"{law.name} is used with other names than its own")
        self.take(")")
        return law

    def _said(self, text: str) -> None:
        """The tokens of a text that can only be this one."""
        for token in _tokens(text):
            self.take(token)

    def _cases(self) -> Any:
        self.take("if"), self.take("(")
        subject = self.element()
        if self.take() not in ("=?", "=="):
            raise Unreadable("a case distinction compares two elements")
        value = self.element()
        self.take(")")
        if self.peek() == "%Z":
            self.take()
        self.take("then")
        then = self.real()
        self.take("else")
        rest = self.real() if self.peek(1) != "if" else self._in_parentheses(self._cases)
        return Cases(subject, value, then, *(rest.args[1:] if _goes_on(rest, subject) else (rest,)))

    def _apply(self) -> Any:
        letter = self.named()
        return letter(*(self.element() for _ in letter.domains))

    def _use(self) -> Any:
        definition = self.named()
        self._said(" ".join(self.words.place(*pair) for pair in places_in(definition)))
        arguments = [self._argument(p) for p in (*extras(definition), *definition.params)]
        if tuple(arguments[: len(extras(definition))]) != tuple(extras(definition)):
            raise Unreadable(f"{definition.name} is used with other names than its own")
        return Defined(definition, *arguments[len(extras(definition)) :])

    def _argument(self, parameter: Basic) -> Any:
        if isinstance(parameter, Var) or getattr(parameter, "is_integer", False):
            return self.element()
        before = self.at
        value = self.real()
        if self.peek() == "%Z":
            self.at = before
            return self._z()
        return value


def _goes_on(rest: Any, subject: Basic) -> bool:
    return isinstance(rest, Cases) and rest.subject == subject


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(f"the statement has something that is none of ours: {text[at : at + 20]!r}")
        found.append(match.group(1))
        at = match.end()
    return found


_HEADS = {
    "D": _Reader.calculus, "ln": _Reader.calculus, "ex": _Reader.calculus, "mean": _Reader.average,
    "variance": _Reader.average, "powz": _Reader.power, "zr": _Reader.cast, "path": _Reader.path,
    "paths": _Reader.path_sum, "expect": _Reader.expectation, "given": _Reader.conditional,
    "samples": _Reader.samples,
    "maximum": _Reader.maximum, "larger": _Reader.extreme, "smaller": _Reader.extreme,
}  # fmt: skip
