"""What each letter means here: the text's own definitions, from where they stand, and the conventions it shows.

Definitions are kept as parse trees with their line, so that one text can be read in more than one way; the latest one
for a key is the one in force, the earlier ones are remembered. A key is a letter with its accents, labels, number of
indices and sorts of arguments: J, J(θ) and J(π_θ) are one key, R(τ) and R_t are two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from derive.book.sections import Section, within
from derive.book.tree import Node

BESIDE = 1  # lines after a definition in which its own sentence may say what its letters are


@dataclass(frozen=True)
class Key:
    """head, labels below and above, number of time indices, sorts of the arguments (parameters left out)."""

    head: str
    labels: tuple[str, ...]
    indices: int
    sorts: tuple[str, ...]


@dataclass(frozen=True)
class Binding:
    """key := body, at a line. `serial` orders a text's definitions; `doubtful`: it may be a wrong claim instead."""

    key: Key
    head: Node
    body: Node
    line: int
    serial: float  # half a number for what is only tried
    doubtful: bool = False
    assumed: bool = False  # the text's first definition cannot be read
    local: Section | None = None  # the section that it ends with
    section: Section = ()  # where it stands
    file: str = ""  # the earlier text of the book that it stands in; empty for this text


@dataclass(frozen=True)
class Named:
    """A name that an equation opened with, read or not: where, and what stood on the right."""

    name: str
    line: int
    body: str
    section: Section


@dataclass(frozen=True)
class Choice:
    """π(a|s) = …, r(s,a) = …: an equation that says which function a letter of the field is in its section."""

    letter: str
    section: Section
    line: int
    left: Node
    right: Node | None


Convention = tuple[str, int]  # the last action has the index letter + number; or how many arguments r has
SHORT_REWARDS: Convention = ("r", 2)


@dataclass(frozen=True)
class Survey:
    """What the whole text shows before any step is read."""

    parameters: frozenset[str] = frozenset()
    of_policies: frozenset[str] = frozenset()  # those that π carries
    differentiated: frozenset[str] = frozenset()  # those that ∇ carries
    horizons: tuple[tuple[str, int], ...] = ()  # (letter, c): the last action has the index letter + c, for each letter
    other_horizons: tuple[tuple[str, int], ...] = ()  # last indices that the text shows too, of the same letters
    first: int = 0  # the index of the first action
    arrival: int = 0  # 1 where the reward of action t is written R_{t+1}, and R_t never
    rewards: frozenset[str] = frozenset()  # forms of r: "s", "sa", "sas"
    short_rewards: bool = False  # r_t = r(s_t, a_t) in all of it, where r(s,a,s') is written too
    marked_policy: bool = False  # π_θ occurs
    policy_apart: bool = False  # π without θ is tried as another policy than π_θ
    reward_function: bool = False  # the text writes r_t = R(s_t, a_t, …): R is r
    one_reward: bool = False  # R(s,a) and r(s,a) are one function
    parametric: frozenset[str] = frozenset()  # p, where p(x; θ) occurs
    discounted: bool = False  # γ occurs
    deterministic: bool = False
    arbitrary: frozenset[str] = frozenset()  # functions that the prose declares arbitrary
    elements: tuple[tuple[str, str], ...] = ()  # letters that run over a set here, and the name of the set
    counts: frozenset[str] = frozenset()  # letters that say how many there are: N of Σ_{i=1}^N
    policies: frozenset[str] = frozenset()  # letters that are written b(a|s), as policies are
    heads: frozenset[str] = frozenset()  # letters that are applied to something
    sigmoid: bool = False  # the prose says that σ is the sigmoid
    visits: tuple[tuple[str, str], ...] = ()  # letters for how often a state is visited, and what is counted
    visits_said: str | None = None  # what the prose says of visits

    @property
    def parameter(self) -> str | None:
        """The one parameter of the policy, which ∇ without an index means; None where there are several."""
        names = self.of_policies or self.parameters or {"theta"}
        for chosen in (names, names & self.differentiated, {n for n in names if n.isalpha()}):
            if len(chosen) == 1:
                return next(iter(chosen))
        return None

    @property
    def others(self) -> tuple[Convention, ...]:
        """The conventions that the text shows too, beside those that it is read under."""
        short = () if self.short_rewards or not {"sa", "sas"} <= self.rewards else (SHORT_REWARDS,)
        return (*self.other_horizons, *short)

    def under(self, one: Convention) -> Survey:
        """The same, with another last index for its letter; or with rewards r(s_t, a_t)."""
        return replace(self, short_rewards=True) if one == SHORT_REWARDS else self._ending(one)

    def _ending(self, last: Convention) -> Survey:
        chosen = tuple(last if h[0] == last[0] else h for h in self.horizons)
        every = (*self.horizons, *self.other_horizons)
        return replace(self, horizons=chosen, other_horizons=tuple(h for h in every if h not in chosen))


@dataclass(frozen=True)
class Scope:
    """Everything in force at one place of the text. Immutable: `bind` gives the scope after a definition."""

    survey: Survey = Survey()
    bindings: tuple[Binding, ...] = ()
    standard: tuple[Binding, ...] = ()  # what the field means by letters that the text leaves undefined
    instances: tuple[tuple[str, int, Node, int], ...] = ()  # letter, element, value, line
    sets: tuple[tuple[str, tuple[int, ...], int], ...] = ()  # a ∈ {0, 1}: letter, elements, line
    numbers: frozenset[str] = frozenset()  # letters that an example lets stand for real numbers
    settings: tuple[tuple[str, Node, int], ...] = ()  # γ = 1, where the text sets it so: letter, value, line
    state_reward: bool = False  # an example's r_t depends on s_t alone
    section: Section = ()  # where the text stands
    names: tuple[Named, ...] = ()  # that equations opened with
    drawn: tuple[tuple[Node, Section], ...] = ()  # x ~ D, as expectations named laws so far
    choices: tuple[Choice, ...] = ()
    meant: frozenset[str] = frozenset()  # letters that an equation of the text has shown to be the field's usual ones

    def bind(self, binding: Binding) -> Scope:
        return replace(self, bindings=(*self.bindings, binding))

    def found(self, key: Key) -> list[Binding]:
        """The definitions of a key so far, the one in force last."""
        return [b for b in self.bindings if b.key == key and (b.local is None or within(self.section, b.local))]

    def own(self, key: Key) -> list[Binding]:
        """The definitions of a key in this text."""
        return [b for b in self.found(key) if not b.file]

    def chosen(self, letters: Collection[str]) -> list[Choice]:
        """What equations of this section say of some letters of the field."""
        return [c for c in self.choices if c.letter in letters and within(self.section, c.section)]

    def before(self, serial: float, line: int = 0) -> Scope:
        """What was defined before a definition at a line; and what “with Z = …” in the same sentence adds to it."""
        earlier = {b.key for b in self.bindings if b.serial < serial}
        beside = {
            b.key: b for b in reversed(self.bindings) if b.serial > serial and 0 <= b.line - line <= BESIDE and line
        }
        added = {b for key, b in beside.items() if key not in earlier and not b.file}
        return replace(self, bindings=tuple(b for b in self.bindings if b.serial < serial or b in added))

    def without(self, dropped: Iterable[Binding]) -> Scope:
        gone = set(dropped)
        return replace(self, bindings=tuple(b for b in self.bindings if b not in gone))

    def elements(self, letter: str) -> tuple[int, ...] | None:
        """The listed elements of the set that a letter runs over, or None when the text lists none."""
        listed = [e for name, e, _ in self.sets if name == letter]
        given = tuple(e for name, e, _, _ in self.instances if name == "pi/1") if letter == "a" else ()
        return listed[-1] if listed else given if len(set(given)) == len(given) > 1 else None

    def values(self, letter: str, elements: tuple[int, ...]) -> dict[int, Node] | None:
        """The values of a letter at every listed element, or None when one is missing."""
        known = {element: value for name, element, value, _ in self.instances if name == letter}
        return {e: known[e] for e in elements} if set(elements) <= known.keys() else None
