r"""A step that rests on the equations just before it: terms moved, a factor, a logarithm, a letter put in.

From A = B follows C = D where C - D = k (A - B) identically, for k = ±1, ±β, ±1/β with a number β of the step; or where
C = \log A and D = \log B; or where the step holds for the letter that A = B makes. Such a step holds as far as A = B
does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from derive.book.claims import Claim, readings
from derive.book.context import Reading
from derive.book.judge import Judgement
from derive.book.letters import DISTRIBUTIONS, POLICIES, SCALARS
from derive.book.naming import written
from derive.book.scope import Binding, Scope
from derive.book.sorts import key_of
from derive.book.tokens import Stopped
from derive.book.tree import Add, Call, Div, Fun, Group, Items, Mul, Node, Num, Sym, walk
from derive.book.verdict import Judged, Setting
from derive.printing import latex
from derive.terms import Apply, Var

MAX_BACK, MAX_FACTORS = 3, 5


@dataclass(frozen=True)
class Before:
    """An equation of the text, the line where it stands, and whether it was proved or holds."""

    left: Node
    right: Node
    line: int
    passed: bool = False


Way = Callable[[Node, Node, Before, Setting, Reading], Claim | None]


def says_of_a_letter(judgement: Judgement, scope: Scope, left: Node, right: Node) -> bool:
    """Whether a step fails for any function, and may say which function a letter that nobody defined is, on one side
    of it alone."""
    assumed = [one for one in judgement.assumed if not one.startswith("the usual ") and " as in " not in one]
    letters = {name for one in assumed for name in one.split(" any ")[0].split(", ")}
    given = {b.key.head for b in scope.bindings if not b.file} | {name.split("/")[0] for name, *_ in scope.instances}
    given |= POLICIES | DISTRIBUTIONS
    one, two = ({n.head for n in walk(side) if isinstance(n, Sym)} for side in (left, right))
    alone = {name for name in letters if name.split("_")[0] in one ^ two}
    return bool(alone) and all(" any " in one or len(one) == 1 for one in assumed) and not letters & given


def follows(left: Node, right: Node, setting: Setting, before: Sequence[Before]) -> Judged | None:
    """The verdict on a step by the equations before it, the likeliest way first; None where it follows from none."""
    reading = readings(setting.scope, [left, right])[0][0]
    last = list(before)[: -MAX_BACK - 1 : -1]
    ways: list[tuple[Before, Way]] = [(one, way) for one in last for way in (_of_the_letter, _of_logarithms)]
    ways += [(one, _moved(n)) for n in range(2 + 4 * MAX_FACTORS) for one in last]
    for one, way in ways:
        with suppress(Stopped):
            if (claim := way(left, right, one, setting, reading)) is None:
                continue
            if (judgement := setting.passes(claim)) is not None:
                message = f"as far as the equation of line {one.line} does: {judgement.message}"
                return replace(judgement, verdict="holds", code="D004", message=message), latex(claim.equation)
    return None


def _of_logarithms(left: Node, right: Node, one: Before, setting: Setting, reading: Reading) -> Claim | None:
    """log A = D from A = B, where D is log B."""
    logs = isinstance(left, Fun) and isinstance(right, Fun) and left.name == right.name == "log"
    if not logs or not isinstance(left, Fun) or not isinstance(right, Fun) or written(left.body) != written(one.left):
        return None
    return setting.claim(right.body, one.right, reading)


def _moved(n: int) -> Way:
    """C - D = k (A - B), with the n-th factor k."""

    def way(left: Node, right: Node, one: Before, setting: Setting, reading: Reading) -> Claim | None:
        known = factors([left, right, one.left, one.right])
        if n >= len(known):
            return None
        k, _ = known[n]
        return setting.claim(_difference(left, right), product(k, _difference(one.left, one.right)), reading)

    return way


def _of_the_letter(left: Node, right: Node, one: Before, setting: Setting, reading: Reading) -> Claim | None:
    """The step, for the letter that r(x, y) = … makes: the equation is its definition."""
    key = key_of(one.left, setting.scope.survey)
    made = setting.claim(one.left, one.right, reading).equation.lhs
    if key is None or not isinstance(made, Apply) or made.letter.pmf or made.letter.parameter is not None:
        return None
    names = made.args[1:]
    if not all(isinstance(n, Var) for n in names) or len(set(names)) < len(names):
        return None
    letter = written(one.left.head if isinstance(one.left, Call) else one.left)
    users = [b.serial for b in setting.scope.bindings if letter in written(b.body)]
    serial = min(users, default=1 + max((b.serial for b in setting.scope.bindings), default=0)) - 0.5
    bound = setting.scope.bind(Binding(key, one.left, one.right, one.line, serial))
    return setting.claim(left, right, reading, scope=bound)


def factors(nodes: Sequence[Node]) -> list[tuple[Node, bool]]:
    """1, -1, and the numbers of the nodes with their inverses; whether each is positive, as such numbers are."""
    at = nodes[0].start
    one: Node = Num(at, at, "1")
    found: list[tuple[Node, bool]] = [(one, True), (_minus(one), False)]
    plain = {n.name for n in walk(tuple(nodes)) if isinstance(n, Sym) and n == Sym(n.start, n.end, n.name)}
    for name in sorted(plain & SCALARS)[:MAX_FACTORS]:
        for k in (Sym(at, at, name), Div(at, at, one, Sym(at, at, name))):
            found += [(k, True), (_minus(k), False)]
    return found


def _minus(node: Node) -> Node:
    return Group(
        node.start, node.end, "(", Items(node.start, node.end, (Add(node.start, node.end, ((-1, node),)),), ())
    )


def _difference(one: Node, two: Node) -> Node:
    sides = tuple(Group(n.start, n.end, "(", Items(n.start, n.end, (n,), ())) for n in (one, two))
    return Add(one.start, two.end, ((1, sides[0]), (-1, sides[1])))


def product(k: Node, node: Node) -> Node:
    """k (node)."""
    return Mul(node.start, node.end, (k, Group(node.start, node.end, "(", Items(node.start, node.end, (node,), ()))))
