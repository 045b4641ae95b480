"""An equation whose left side is a letter: what the letter means from here on, or a claim about it.

A name that is new is introduced, also where what it stands for has no meaning that is known here (then steps that use
it are not judged). r(s,a), π_θ(a|s) and other letters that a text starts from are claimed about first; an equation
about one of them that is no theorem says which of them is meant in this section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from derive.binding import alike, meaning
from derive.book.claims import claim, context, readings
from derive.book.definitions import defined, parameter_of, unfolded
from derive.book.document import Document, Formula
from derive.book.follows import MAX_BACK, follows
from derive.book.introduce import DEFINES, lead, paragraph
from derive.book.judge import Judgement
from derive.book.letters import COUNTERS, DISTRIBUTIONS, LABELS, POLICIES, SCALARS, TIMES
from derive.book.naming import named, recursive, written
from derive.book.optimal import is_best_of_policies
from derive.book.performance import is_another_use
from derive.book.progress import Progress
from derive.book.scope import Binding, Choice, Named, Scope
from derive.book.sections import within
from derive.book.sorts import is_action_value, is_policy, is_primitive, key_of, label_of, mark_of, number, sort_of
from derive.book.starred import unstarred
from derive.book.tokens import Stopped
from derive.book.tree import Call, Node, Sym, children
from derive.book.tree import walk as tree_walk
from derive.book.uses import contradicted
from derive.book.values import NAMES
from derive.book.verdict import PASSED, Judged, judge_claim
from derive.errors import DeriveError
from derive.printing import latex
from derive.terms import Equation, real_symbol

AIMS = frozenset({"J", "L", "ell", "U", "eta"})  # objectives and losses, which a text states anew where it changes them
_BRINGS = re.compile(r"\b(defin\w*|denot\w*|let|call(?:ed)?|introduc\w*)\b", re.I)
_AIMED = re.compile(r"\b(loss\w*|objectives?|minimi[sz]\w*|maximi[sz]\w*|optimi[sz]\w*|surrogate\w*|cost)\b", re.I)


def define(
    walk: Progress,
    n: int,
    formula: Formula,
    left: Node,
    operator: str,
    right: Node,
    conditions: Sequence[Node],
) -> Judged:
    """A letter on the left: its definition; or, where it has one, a claim about it."""
    key = key_of(left, walk.scope.survey)
    assert key is not None
    earlier = walk.scope.own(key)
    of_values = about_values(left, right) and (earlier or not is_difference(left, right))
    again = earlier and _of_another_policy(left, right, earlier[-1])
    if of_values or again or (operator == "=" and is_another_use(left, walk.scope.bindings)):
        judged = judge_claim(left, right, walk.setting(formula, conditions))
        if of_values and operator == "=" and judged[0].verdict in PASSED:
            walk.scope = _with_what_is_meant(walk.scope, left, right)
        return judged
    binding = walk.binding(left, right, formula)
    if earlier and operator == "=" and _SUPPOSES.match(_RUN_IN.sub("", lead(walk.document, n), 1)):
        return Judgement("unknown", "D067", "stated for a case that the sentence before it supposes"), None
    if not earlier:
        return bind(walk, binding, Judgement("definition", "D020", "introduces a symbol"))
    unread = not _can_be_read(walk, earlier[-1])
    if unread and _can_be_read(walk, binding) and not _is_recursion(walk, binding):
        message = f"read as the definition, since that of line {earlier[-1].line} cannot be read"
        return bind(walk, replace(binding, assumed=True), Judgement("definition", "D020", message))
    if operator == "=" and _leads_to_the_same(walk, left, earlier[-1], formula):
        return judge_claim(left, right, walk.setting(formula, conditions))
    anew = _another_aim(walk, n, left, earlier[-1])
    if operator == "=" and not anew:
        judgement, read_as = judge_claim(left, right, walk.setting(formula, conditions))
        if judgement.code == "D051" or judgement.verdict == "refuted":
            rests_on = walk.rests_on(formula)[-MAX_BACK:]
            if judgement.verdict == "refuted":  # from what is true nothing follows that is false
                rests_on = [one for one in rests_on if not one.passed]
            found = follows(left, right, walk.setting(formula, conditions), rests_on)
            if found is not None:
                return found
        if judgement.code == "D051" and (same := unstarred(left, right, walk.setting(formula, conditions))) is not None:
            return same
        special = judgement.code == "D005" and introduces_anew(walk.document, n)  # the text says that it defines
        special = special or (judgement.code == "D050" and same_definition(walk.scope, earlier[-1], binding))
        if not special and (
            judgement.verdict in (*PASSED, "not-read")
            or judgement.code in ("D050", "D058", "D060")
            or judgement.code.startswith("internal")
        ):
            return judgement, read_as
        if _contradicts(walk, n, earlier[-1], binding, judgement):
            message = f"differs from the definition of line {earlier[-1].line}: {judgement.message}"
            return replace(judgement, message=message), read_as
        if (used := _is_gone_on_from(walk, n, formula, earlier[-1], binding, judgement)) is not None:
            message = f"differs from the definition of line {earlier[-1].line}, with which line {used} is true alone"
            return replace(judgement, message=f"{message}: {judgement.message}"), read_as
    line = earlier[-1].line
    if _is_recursion(walk, binding):
        message = f"a recursion, which differs from the definition of line {line}"
        return Judgement("unknown", "D055", message), None
    if same_definition(walk.scope, earlier[-1], binding):
        return bind(walk, binding, Judgement("definition", "D020", f"restates the definition of line {line}"))
    if operator == ":=" or anew or introduces_anew(walk.document, n) or _brings_in(walk, n, earlier[-1], binding):
        message = f"replaces the definition of line {line}, from which it differs"
        return bind(walk, binding, Judgement("definition", "D021", message))
    if is_alternative(paragraph(walk.document, n)):
        message = f"one more choice beside that of line {line}; steps below may mean either"
        return bind(walk, replace(binding, doubtful=True), Judgement("definition", "D027", message))
    message = f"differs from the definition of line {line}; steps below may mean either"
    return bind(walk, replace(binding, doubtful=True), Judgement("unknown", "D055", message))


def _of_another_policy(left: Node, right: Node, earlier: Binding) -> bool:
    """J(π') = J(π) + …: about two policies of what is defined for any."""
    if not isinstance(left, Call) or left.args.only is None or not isinstance(earlier.head, Call):
        return False
    other, own = written(left.args.only), left.head.head
    uses = (n for n in tree_walk(right) if isinstance(n, Call) and n.head.head == own and n.args.only is not None)
    return left.args.only != earlier.head.args.only and any(written(n.args.parts[0]) != other for n in uses)


def _leads_to_the_same(walk: Progress, left: Node, earlier: Binding, formula: Formula) -> bool:
    """L = E[log p] = E[log σ(…)], which ends with what L was defined to be: a claim about p, and L is what it was."""
    reading = readings(walk.scope, [])[0][0]
    try:
        was = defined(earlier, context(walk.scope, reading))
        ends = [defined(walk.binding(left, side, formula), context(walk.scope, reading)) for side in walk.later[-1:]]
    except (Stopped, DeriveError):
        return False
    return any(end.params == was.params and alike(unfolded(end.body), unfolded(was.body)) for end in ends)


def _is_recursion(walk: Progress, binding: Binding) -> bool:
    """G_t = r_t + γ G_{t+1}: what is defined already is not defined by itself."""
    parts = (n for n in tree_walk(binding.body) if isinstance(n, (Sym, Call)))
    return any(key_of(part, walk.scope.survey) == binding.key for part in parts)


def _contradicts(walk: Progress, n: int, earlier: Binding, later: Binding, judgement: Judgement) -> bool:
    """Whether what is refuted cannot be meant as a new definition: it is a recursion, or its words say that it is
    equal; and it brings in no number, unless both are so."""
    if judgement.verdict not in ("refuted", "inconsistent") or introduces_anew(walk.document, n):
        return False
    if is_alternative(paragraph(walk.document, n)):
        return False
    says_equal = _EQUAL.search(lead(walk.document, n)) is not None
    if (_letters(later.body) - _letters(earlier.body)) & SCALARS:
        return _is_recursion(walk, later) and says_equal
    return _is_recursion(walk, later) or says_equal


def _is_gone_on_from(
    walk: Progress, n: int, formula: Formula, earlier: Binding, later: Binding, judgement: Judgement
) -> int | None:
    """The line of a step behind what is refuted that is true with the earlier definition, and false with this, where
    no word says that the letter is defined anew, or is one of several choices; else None."""
    if judgement.verdict not in ("refuted", "inconsistent") or _DEFINING.search(lead(walk.document, n)):
        return None
    if is_alternative(paragraph(walk.document, n)) or _brings_in(walk, n, earlier, later):
        return None
    return contradicted(walk, n, formula, later)


_DEFINING = re.compile(
    r"\b(?:(?:re)?defin(?:e|es|ed|ing)|denot(?:e|es|ed|ing)|let|call(?:ed)?|introduc(?:e|es|ed|ing))\b", re.I
)
_EQUAL = re.compile(
    r"\b(?:equivalent\w*|rewrit\w*|(?:can|may|could)(?: \w+)? (?:be (?:re)?written|(?:re)?write)|equals?|it follows|"
    r"hence|therefore|"
    r"thus|simplif\w*|expand\w*|substitut\w*|by definition|(?:we|this) (?:get|have|obtain|find|gives|yields))\b|"
    r"\bso(?: that)?\W*$",
    re.I,
)
_REFERS = re.compile(
    r"\b(?:is|by|(?<!start )(?<!starting )(?<!begin )from|using|appl\w+|substitut\w+|use|via|in|recall\w*)\s+"
    r"(?:the\s+)?definitions?\b|"
    r"\b(?:gradients?|derivatives?)\s+of\s+(?:the|our|this|an?)\s+(?:\w+\s+)?objective",
    re.I,
)
_OBTAINED = re.compile(
    r"\b(?:we|this|that|which|one)(?: \w+)? (?:obtains?|gets?|arrives?|finds?|derives?|yields?|gives?|concludes?)\b",
    re.I,
)
_SUPPOSES = re.compile(
    r"\W*(?:if|suppose|assum\w+|consider|imagine|when|for (?:example|instance)|in (?:the (?:special )?)?case|let us)\b",
    re.I,
)
_BECOMES = re.compile(
    r"\b(?:loss|objective|cost|surrogate)\b(?: function| term)?(?: then| now)? (?:becomes?|changes? to)\b", re.I
)
_QUALIFIED = re.compile(  # The clipped objective is …, in a section below that of the objective
    r"\b(?:clipped|regulari[sz]ed|penali[sz]ed|surrogate|modified|new|adjusted|combined|augmented|soft|entropy[\w-]*|"
    r"KL[\w-]*|weighted|robust|constrained|[A-Z]{2,}[\w+-]*)[ -](?:\w+[ -])?(?:objective|loss|cost|surrogate)\b"
)
_CHOICE = re.compile(
    r"\b(another|alternative\w*|others?|instead|either|one of|any of|choices?|options?|variants?|versions?|"
    r"in contrast)\b",
    re.I,
)
_REWRITTEN = re.compile(
    r"\b(?:re)?writ\w*|\bequivalent\w*|\bsame\b|\bsimplif\w*|\bderiv\w*|\breduc\w+|\bbecomes?\b|\bexpress\w*", re.I
)


def introduces_anew(document: Document, n: int) -> bool:
    """Whether the sentence before a definition says that it defines; not what the rest of it obtains from that."""
    words = lead(document, n)
    return DEFINES.search(_REFERS.sub("", words)) is not None and not _obtains(words)


def _obtains(words: str) -> bool:
    """“With $G_t := …$ we obtain”: what follows comes from what the sentence defines."""
    return _OBTAINED.search(re.split(r"\$|\\\)|\\]", words)[-1]) is not None


def is_alternative(words: str) -> bool:
    """Whether the words before a definition say that it is one choice of several."""
    if re.fullmatch(r"\W*(?:or|and|or else)\W*", words, re.I) or re.match(
        r"\W*or(?: else| alternatively)?,\s", words, re.I
    ):
        return True
    return _CHOICE.search(words) is not None and _REWRITTEN.search(words) is None


_RUN_IN = re.compile(
    r"\s*(?:(?:[-*+]|\d+[.)])\s+)?(?:\*\*|__|\\(?:textbf|emph)\s*\{)(?P<title>\w(?:(?!\*\*|__)[^{}\n])*)(?:\*\*|__|\})"
)
_OF_AN_ARGUMENT = re.compile(
    r"\b(proof|deriv\w*|step|theorem|lemma|proposition|corollary|claim|notes?|remark|recall|simplif\w*|(?:re)?writ\w*|"
    r"expand\w*|equivalen\w*|then|next|finally|gradient|show\w*)\b",
    re.I,
)


def heads_a_paragraph(words: str) -> bool:
    """Whether a paragraph opens with a heading of its own, in bold, that opens no part of an argument."""
    heading = _RUN_IN.match(words)
    return heading is not None and _OF_AN_ARGUMENT.search(heading["title"]) is None


def _another_aim(walk: Progress, n: int, left: Node, earlier: Binding) -> bool:
    """Whether a section states another objective or loss with the letter of one before."""
    words, elsewhere = lead(walk.document, n), not within(walk.scope.section, earlier.section)
    changed = _BECOMES.search(words) is not None and _EQUAL.search(words) is None
    changed = changed and walk.scope.section != earlier.section
    if not is_aim(left) or _REWRITTEN.search(_BECOMES.sub("", words) if changed else words) is not None:
        return False
    headed = heads_a_paragraph(paragraph(walk.document, n)) and _EQUAL.search(words) is None
    elsewhere = elsewhere or (walk.scope.section != earlier.section and _QUALIFIED.search(words) is not None)
    return headed or changed or (_AIMED.search(words) is not None and elsewhere)


def says_it_defines(left: Node, why: Stopped | None) -> Judgement | None:
    """X := … for a letter or an application X of one: the sign itself says that it defines."""
    if not isinstance(left, (Sym, Call)):
        return None
    if isinstance(left, Call) and not all(isinstance(p, Sym) for p in left.args.parts):
        return None
    because = f": {why.why}" if why is not None else ""
    return Judgement("definition", "D026", f"introduces a symbol for what is not read further{because}")


def unread_definition(
    walk: Progress, n: int, left: Node, operator: str, right: Node, why: Stopped, names: Sequence[Named]
) -> Judgement | None:
    """A new name for what has no meaning that is known here; None where the step may be a claim about an old one."""
    survey = walk.scope.survey
    name = named(left, survey)
    if name is None or recursive(left, right, survey) or (about_values(left, right) and not is_difference(left, right)):
        return None
    earlier = [one for one in names if one.name == name]
    again = f"; line {earlier[-1].line} had another" if earlier else ""
    if earlier and operator != ":=" and not _anew(walk, n, left, right, earlier[-1]):
        return None
    key = key_of(left, survey)
    if key is not None and walk.scope.own(key):  # what is said from here on is not about the one before
        walk.scope = walk.scope.bind(walk.binding(left, right, walk.document.formulas[n]))
    return Judgement("definition", "D026", f"introduces a symbol for what is not read further: {why.why}{again}")


def _anew(walk: Progress, n: int, left: Node, right: Node, earlier: Named) -> bool:
    """Whether an equation for a name that is taken introduces it again: the same one, or an objective that changes."""
    words = paragraph(walk.document, n)
    if earlier.body == written(right) or _BRINGS.search(lead(walk.document, n)) or is_alternative(words):
        return True
    if is_aim(left) and heads_a_paragraph(words):
        return True
    if not is_aim(left) or _REWRITTEN.search(lead(walk.document, n)):
        return False
    return bool(_AIMED.search(lead(walk.document, n))) or not within(walk.scope.section, earlier.section)


def is_aim(left: Node) -> bool:
    """J(θ), L_DPO(θ): a letter for an objective or a loss."""
    head = left.head if isinstance(left, Call) else left
    return isinstance(head, Sym) and head.name in AIMS


def chooses(left: Node, right: Node, scope: Scope) -> bool:
    """r(s,a) = …, π_θ(a|s) = …: an equation that a letter of the field can be chosen to fulfil."""
    head = left.head if isinstance(left, Call) else left
    if not isinstance(head, Sym) or number(right) or (left_name(left) in NAMES and head.name != "q"):
        return False
    if isinstance(left, Call) and is_action_value(left, scope.survey):
        return False
    if not is_primitive(left, scope.survey) and not is_marked_policy(left):
        return False
    parts = left.args.parts if isinstance(left, Call) else ()
    sorts = {sort_of(p, scope.survey) for p in parts}
    plain = all(isinstance(p, Sym) for p in parts) and not sorts & {"path", "number"}
    if head.name in DISTRIBUTIONS:
        free = plain and all(isinstance(p, Sym) and p.sub is None for p in parts) and sorts <= {"S", "A", "X", "Y"}
        return free and bool(parts) and all(n.name != head.name for n in tree_walk(right) if isinstance(n, Sym))
    if head.name in SCALARS and head.sup is not None:  # a power
        return False
    if not plain or not (head.name in ({"r"} | SCALARS) or (is_policy(head, scope.survey) and bool(parts))):
        return False
    letters = list(_letters_of(right))
    return all(written(n) != written(head) for n in letters) and not _leads_back(head, letters, scope)


def _letters_of(node: Node) -> Iterator[Sym]:
    """The letters of an expression with all that hangs on them, and not what hangs on them."""
    if isinstance(node, Sym):
        yield node
    elif isinstance(node, Call):
        yield node.head
        for part in node.args.parts:
            yield from _letters_of(part)
    else:
        for part in children(node):
            yield from _letters_of(part)


def _is_index(part: Node) -> bool:
    """t, i, t+1, 1: what numbers a letter, and does not name it."""
    if isinstance(part, Sym):
        return part.name in TIMES | COUNTERS and label_of(part) is None
    return label_of(part) is None


def is_marked_policy(left: Node) -> bool:
    """π^*(a|s), π_*(y|x), π_r(y|x): a policy by a name that is none of the given ones, π_θ, π_ref, π_old."""
    if not isinstance(left, Call) or left.head.name not in POLICIES:
        return False
    head = left.head
    marks = [mark_of(p, head) for items in (head.sub, head.sup) if items is not None for p in items.parts]
    return len(marks) == 1 and marks[0] is not None and (marks[0] == "*" or marks[0] not in LABELS)


def _leads_back(head: Sym, letters: Sequence[Sym], scope: Scope) -> bool:
    """Whether something on the right was made from the letter on the left, or is it at another index: a claim then."""
    indexed = head.sub is not None and any(_is_index(p) for p in head.sub.parts)
    if indexed and any(n.name == head.name and n.sub for n in letters):
        return True
    if head.name not in POLICIES and {n.head for n in letters} & NAMES.keys():
        return True
    names = {written(replace(n, start=0, end=0)) for n in letters}
    made = [b for b in scope.bindings if written(b.head.head if isinstance(b.head, Call) else b.head) in names]
    return any(isinstance(n, Sym) and written(n) == written(head) for b in made for n in tree_walk(b.body))


def choose(walk: Progress, formula: Formula, left: Node, right: Node | None) -> Judgement:
    """The letter is meant so in this section; a policy or a law may be any in what is stated, but refutes nothing."""
    head = left.head if isinstance(left, Call) else left
    assert isinstance(head, Sym)
    scope = walk.scope
    if not is_marked_policy(left):
        choice = Choice(head.name, scope.section, formula.line, left, right)
        walk.scope = replace(scope, choices=(*scope.choices, choice))
    best = is_marked_policy(left)
    if (
        right is not None
        and (best or head.name not in POLICIES | DISTRIBUTIONS)
        and key_of(left, scope.survey) is not None
    ):
        binding = replace(walk.binding(left, right, formula), local=None if best else scope.section)
        if _can_be_read(walk, binding):
            walk.scope = walk.scope.bind(binding)
    return Judgement("definition", "D028", f"says which {head.name} is meant in this section")


def carry_on(walk: Progress, head: Node, body: Node) -> None:
    """X := … = body, where nothing between was a claim: X is what can be read of it."""
    key = key_of(head, walk.scope.survey)
    known = walk.scope.own(key) if key is not None else []
    if known and written(known[-1].head) == written(head):
        later = replace(known[-1], body=body)
        if _can_be_read(walk, later):
            others = (later if b is known[-1] else b for b in walk.scope.bindings)
            walk.scope = replace(walk.scope, bindings=tuple(others))


def _can_be_read(walk: Progress, binding: Binding) -> bool:
    try:
        defined(binding, context(walk.scope, readings(walk.scope, [binding.body])[0][0]))
    except (Stopped, DeriveError):
        return False
    return True


def about_values(left: Node, right: Node) -> bool:
    """V(s) = Σ_a π(a|s) Q(s,a): values in terms of values lead into each other, and define nothing."""
    if is_best_of_policies(right):  # V^*(s) := max_π V^π(s)
        return False
    return left_name(left) in NAMES and any(isinstance(n, Call) and n.head.name in NAMES for n in tree_walk(right))


def _with_what_is_meant(scope: Scope, left: Node, right: Node) -> Scope:
    """V(s_t) = E[Q(s_t, a_t)], which passes where the text has said what Q is: V is the usual one, for it is that."""
    name = left_name(left)
    with suppress(Stopped):
        assumed = claim(left, right, scope, readings(scope, [left, right])[0][0]).notes.assumed
        open_letters = any(" any " in one or one.startswith("the usual ") for one in assumed - {f"the usual {name}"})
        if not open_letters and all(n.head.name != name for n in tree_walk(right) if isinstance(n, Call)):
            return replace(scope, meant=scope.meant | {name})
    return scope


def is_difference(left: Node, right: Node) -> bool:
    """A = Q - V, which defines an advantage."""
    names = {n.head.name.upper() for n in tree_walk(right) if isinstance(n, Call)}
    return left_name(left) == "A" and names == {"Q", "V"}


def left_name(left: Node) -> str:
    """V of V^π(s)."""
    return left.head.name if isinstance(left, Call) and not left.head.accents else ""


def _brings_in(walk: Progress, n: int, earlier: Binding, later: Binding) -> bool:
    """“We use a discount factor $γ$:”: the sentence before the display names a letter that is new in the definition."""
    if _obtains(lead(walk.document, n)):
        return False
    if _REWRITTEN.search(lead(walk.document, n)) is not None:  # “With $h = …$ we can write this as”
        return False
    new = _letters(later.body) - _letters(earlier.body)
    named: set[str] = set()
    for m in range(n - 1, -1, -1):
        found, formula = walk.parsed[m], walk.document.formulas[m]
        if formula.displayed or formula.latex not in lead(walk.document, n) or isinstance(found, Exception):
            break
        named |= set().union(*(_letters(s.relation) for s in found))
    return bool(new & named)


def _letters(node: Node) -> set[str]:
    return {n.head for n in tree_walk(node) if isinstance(n, Sym)}


def bind(walk: Progress, binding: Binding, judgement: Judgement) -> Judged:
    """The definition is in force from here, also where its right side could not be read: then its uses are not read."""
    scope = walk.scope
    walk.scope = scope.bind(binding)
    ctx = context(scope, readings(scope, [binding.body])[0][0])
    definition = defined(binding, ctx)
    name = parameter_of(binding.head, ctx)
    if name is not None and len(definition.params) == 1:
        use = definition(real_symbol(name))
        return judgement, latex(Equation(use, meaning(use)))
    return judgement, latex(Equation(definition(*definition.params), definition.body))


def same_definition(scope: Scope, one: Binding, two: Binding) -> bool:
    reading = readings(scope, [])[0][0]
    try:
        first, second = (defined(b, context(scope, reading)) for b in (one, two))
    except Stopped:
        return False
    return first.params == second.params and alike(first.body, second.body)
