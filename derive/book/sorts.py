"""What kind of thing a tree is: its sort as an argument, its key, whether it can head a definition."""

from __future__ import annotations

from typing import TypeGuard

from derive.book import tree
from derive.book.letters import (
    COUNTERS,
    DISTRIBUTIONS,
    ELEMENTS,
    FUNCTIONS,
    HORIZONS,
    LABELS,
    PARAMETERS,
    POLICIES,
    REWARDS,
    SCALARS,
    TIMES,
    TRAJECTORY,
    VALUES,
)
from derive.book.scope import Key, Survey
from derive.book.tree import Call, Items, Node, Num, Sym, walk


def is_parameter(node: Node, survey: Survey) -> bool:
    """θ, or π_θ standing for it as in J(π_θ)."""
    if not isinstance(node, Sym) or node.accents or node.sup is not None:
        return False
    if node.name in POLICIES and node.sub is not None:
        return any(is_parameter(p, survey) for p in node.sub.parts)
    return node.head in (survey.parameters or {"theta"}) and node.sub is None


def parameter_name(node: Node) -> str:
    """theta, of θ and of π_θ."""
    assert isinstance(node, Sym)
    if node.name in POLICIES and node.sub is not None:
        return next(p.head for p in node.sub.parts if isinstance(p, Sym))
    return node.head


def sort_of(node: Node, survey: Survey) -> str:
    """param, path, number, dot, a domain's name, or real."""
    if is_parameter(node, survey):
        return "param"
    if is_other_parameter(node):
        return "mark"
    if isinstance(node, Sym) and is_policy(node, survey) and node.name not in ELEMENTS:
        return "policy"
    if isinstance(node, tree.Dot):
        return "dot"
    if integer(node) is not None:
        return "number"
    if isinstance(node, Sym) and not node.accents and not node.font and node.sup is None:
        if node.name == TRAJECTORY and (node.sub is None or node.sub.separators == (":",)):
            return "path"
        if node.name in ELEMENTS:
            return ELEMENTS[node.name].name
        if (role := dict(survey.elements).get(node.name)) is not None:
            return role
    return "real"


def is_other_parameter(node: Node) -> TypeGuard[Sym]:
    """θ_k, θ^-, φ': another value of a parameter."""
    marked = isinstance(node, Sym) and (node.sub or node.sup or node.primes or node.accents)
    return bool(marked) and isinstance(node, Sym) and node.name in PARAMETERS


def written_mark(node: Node) -> str:
    """theta_k, theta-, phi': a value of a parameter as one word."""
    assert isinstance(node, Sym)
    marks = [n for items in (node.sub, node.sup) if items is not None for n in walk(items)]
    return node.head + "".join(str(getattr(m, "name", getattr(m, "text", ""))) for m in marks)


def is_element(node: Node, survey: Survey) -> bool:
    """A letter that runs over a set, whatever hangs on it."""
    return isinstance(node, Sym) and (node.name in ELEMENTS or any(node.name == n for n, _ in survey.elements))


def is_policy(node: Node | None, survey: Survey) -> bool:
    """π, π_old, b: a letter for a policy, whatever hangs on it."""
    return isinstance(node, Sym) and (node.name in POLICIES or node.name in survey.policies)


def integer(node: Node) -> int | None:
    """The value of a signed whole number as written."""
    if isinstance(node, Num):
        return int(node.text) if "." not in node.text else None
    if isinstance(node, tree.Add) and len(node.terms) == 1 and isinstance(node.terms[0][1], Num):
        sign, number = node.terms[0]
        value = integer(number)
        return None if value is None else sign * value
    if isinstance(node, tree.Group) and node.items.only is not None:
        return integer(node.items.only)
    return None


def number(node: Node) -> bool:
    """Whether a tree is closed arithmetic: numbers and signs only."""
    allowed = (Num, tree.Add, tree.Mul, tree.Div, tree.Pow, tree.Group, Items)
    return all(isinstance(n, allowed) for n in walk(node))


def closed(node: Node) -> bool:
    """Whether a tree is closed arithmetic with e^x, log x and the sigmoid σ(x) of numbers."""
    if isinstance(node, Sym):
        return node.head == "e" and node.sub is None and node.sup is not None and closed(node.sup)
    if isinstance(node, Call):
        return node.head == Sym(node.head.start, node.head.end, "sigma") and closed(node.args)
    if isinstance(node, tree.Fun):
        return node.name in ("exp", "log") and closed(node.body)
    if isinstance(node, tree.Add):
        return all(closed(term) for _, term in node.terms)
    parts = {Items: "parts", tree.Mul: "factors"}
    if type(node) in parts:
        return all(closed(part) for part in getattr(node, parts[type(node)]))
    if isinstance(node, tree.Div):
        return closed(node.over) and closed(node.under)
    if isinstance(node, tree.Pow):
        return closed(node.base) and number(node.exponent)
    if isinstance(node, tree.Group):
        return closed(node.items)
    return isinstance(node, Num)


def label_of(node: Node) -> str | None:
    """old in π_old, * in V^*, pi in V^π; None when it is no label."""
    if isinstance(node, tree.Text):
        return node.text.strip()
    if isinstance(node, tree.Mul) and all(
        isinstance(f, Sym) and f == Sym(f.start, f.end, f.name) for f in node.factors
    ):
        word = "".join(f.name for f in node.factors if isinstance(f, Sym))
        return word if word in LABELS or _is_word(word) else None
    if isinstance(node, Sym) and node.name in POLICIES and node.sup is None and _marked(node):
        return node.head
    if isinstance(node, Sym) and node.sub is None and node.sup is None:
        if (node.name in LABELS and node.name not in TIMES) or node.name in ("epsilon", "varepsilon", "lambda", "eta"):
            return node.name  # L_ε, the loss with label noise ε
        if node.font == "rm" and len(node.name) > 1:
            return node.name
    return None


def mark_of(node: Node, head: Sym) -> str | None:
    """What a letter below another says that is no index: a label; r in π_r, a policy by its name."""
    if (label := label_of(node)) is not None or head.name not in POLICIES:
        return label
    plain = isinstance(node, Sym) and node == Sym(node.start, node.end, node.name)
    return node.name if plain and isinstance(node, Sym) and node.name not in TIMES | COUNTERS | PARAMETERS else None


def _is_word(letters: str) -> bool:
    """KL, Low, flat: letters that are read together; not the indices ij, tk."""
    if not letters.isascii() or not letters.isalpha() or set(letters) <= TIMES | COUNTERS:
        return False
    return len(letters) >= 3 or (len(letters) == 2 and letters.isupper())


def above_label(node: Node) -> str | None:
    """What a superscript says that is no power: a label, V in δ^V and δ^{V^π}, GAE(γ,λ)."""
    if (label := label_of(node)) is not None:
        return label
    if isinstance(node, Sym) and node == Sym(node.start, node.end, node.name):
        capital = len(node.name) == 1 and node.name.isupper() and node.name not in HORIZONS
        return node.name if capital or node.name in SCALARS else None
    if isinstance(node, Call) and node.head.font == "rm":
        return node.head.name
    if isinstance(node, Sym) and node.sub is None and node.sup is not None and node.name in VALUES:  # δ^{V^π}
        only = node.sup.only
        return node.name if isinstance(only, Sym) and only.name in POLICIES and _marked(only) else None
    factors = node.factors if isinstance(node, tree.Mul) else ()
    heads = [f.head if isinstance(f, Call) else f for f in factors]
    if len(heads) > 1 and all(isinstance(h, Sym) and h == Sym(h.start, h.end, h.name) for h in heads):
        word = "".join(h.name for h in heads if isinstance(h, Sym))
        return word if word.isupper() and len(word) == len(heads) else None
    return None


def _marked(policy: Sym) -> bool:
    """π, or π_θ."""
    only = policy.sub.only if policy.sub is not None else None
    return policy.sub is None or (isinstance(only, Sym) and only.head in PARAMETERS and only.sub is None)


_NAMED = frozenset({"Var", "Cov", "Pr", "mean", "std", "clip", "sigmoid", "softmax"})
_OF_ELEMENTS = DISTRIBUTIONS | POLICIES | REWARDS | FUNCTIONS | VALUES


def key_of(node: Node, survey: Survey) -> Key | None:
    """The key of a letter with indices and arguments, or None where it has none (a sample superscript, a product)."""
    head, args = (node.head, node.args.parts) if isinstance(node, Call) else (node, ())
    if not isinstance(head, Sym):
        return None
    labels, indices = [], 0
    for part in head.sub.parts if head.sub is not None else ():
        if is_parameter(part, survey):
            of_function = isinstance(part, Sym) and part.name in PARAMETERS and head.name in VALUES | REWARDS
            labels += [parameter_name(part)] if of_function else []
            continue
        label = mark_of(part, head)
        if label is not None:
            labels.append(label)
        elif isinstance(part, (tree.Relation, tree.Group)):
            return None
        else:
            indices += 1
    if head.sup is not None:
        label = above_label(head.sup.only) if head.sup.only is not None else None
        squared = isinstance(head.sup.only, Num) and head.sup.only.text == "2" and head.name == "sigma"
        label = "2" if squared else label  # a variance is called σ^2
        if label is None:
            return None
        labels.append("^" + label)
    sorts = tuple(s for a in args if (s := sort_of(a, survey)) not in ("param", "mark", "policy"))
    labels += [written_mark(a) for a in args if sort_of(a, survey) == "mark"]
    if len(args) > 1:  # L(π_θ; π_ref), L(π, π')
        labels += [written_mark(a) for a in args if sort_of(a, survey) == "policy"]
    if len(args) == 1 and sorts in (("real",), ("X",), ("Y",)) and head.name not in _OF_ELEMENTS | {"Z"}:
        sorts = ()  # σ(x) and σ(θ) are one function of a number
    return Key(head.head, tuple(labels), indices, sorts)


def is_head(node: Node, survey: Survey) -> bool:
    """Whether a tree can stand on the left of a definition: a letter with distinct plain variables."""
    key = key_of(node, survey)
    sym = node.head if isinstance(node, Call) else node
    if key is None or not isinstance(sym, Sym) or is_primitive(node, survey):
        return False
    if isinstance(node, Call) and sym.name in _NAMED:  # known functions, which nobody defines
        return False
    compares = isinstance(node, Call) and ">" in node.args.separators and key.sorts != ()
    word = sym.font == "rm" and len(sym.name) > 1  # odds(y|x)
    if isinstance(node, Call) and any(s != "," for s in node.args.separators) and key.sorts and not (compares or word):
        return False
    below = (sym.sub.parts[0],) if is_run(sym) and sym.sub else sym.sub.parts if sym.sub else ()
    parts = [*below, *(node.args.parts if isinstance(node, Call) else ())]
    plain = [p for p in parts if not is_parameter(p, survey) and mark_of(p, sym) is None]
    if not all(isinstance(p, Sym) and p.sup is None and not p.accents for p in plain):
        return False
    if any(isinstance(p, Sym) and p.name == TRAJECTORY and p.sub is not None for p in plain):
        return False
    shown = [(p.head, str(p.sub)) for p in plain if isinstance(p, Sym)]
    return len(set(shown)) == len(shown)


def is_run(node: Sym) -> bool:
    """G_{t:t+n}, ρ_{t:T-1}: a letter from a time to a time, of no moments."""
    if node.sub is None or node.sub.separators != (":",) or node.name in {*ELEMENTS, TRAJECTORY}:
        return False
    start, end = node.sub.parts
    plain = isinstance(start, Sym) and start == Sym(start.start, start.end, start.name, primes=start.primes)
    named = plain and isinstance(start, Sym) and start.name in TIMES | COUNTERS
    return named and isinstance(end, (Sym, tree.Add, Num))


def names_reward(left: Node, right: Node) -> bool:
    """r_t = R(s_t, a_t, s_{t+1}): the reward of a step, by the reward function."""
    if not (isinstance(left, Sym) and left.head in ("r", "R") and left.sub is not None and left.sup is None):
        return False
    return (
        isinstance(right, Call)
        and right.head == Sym(right.head.start, right.head.end, right.head.name)
        and (right.head.name in ("r", "R") and all(isinstance(a, Sym) and a.name in ELEMENTS for a in right.args.parts))
    )


def is_update(left: Node, right: Node, survey: Survey) -> bool:
    """θ_{t+1} = θ_t + …, θ' = θ + …: a parameter that is made from itself."""
    names = survey.parameters or {"theta"}
    if not isinstance(left, Sym) or left.name not in names or (left.sub is None and not left.primes):
        return False
    return any(
        isinstance(n, Sym) and n.name == left.name and (n.sub, n.primes) != (left.sub, left.primes) for n in walk(right)
    )


def _optimal(sym: Sym) -> bool:
    """π^*, which a text defines."""
    return sym.sup is not None and sym.sup.only is not None and label_of(sym.sup.only) == "*"


def _of_laws(node: Call, sorts: set[str]) -> bool:
    """P(s'|s,a), p_θ(x); not the ratio ρ_t(θ), not the probability P(y_1 ≻ y_2) of a preference."""
    known = sorts <= {"S", "A", "X", "Y", "path", "param", "number"} and sorts != {"param"}
    return known and ">" not in node.args.separators


def is_action_value(node: Call, survey: Survey) -> bool:
    """q(s, a): a value, no law."""
    sorts = [sort_of(a, survey) for a in node.args.parts]
    return node.head.name == "q" and sorts == ["S", "A"] and node.args.separators == (",",)


def is_primitive(node: Node, survey: Survey) -> bool:
    """Letters that a text of this field starts from, so that `letter = …` is a claim or an example's value."""
    sym = node.head if isinstance(node, Call) else node
    if not isinstance(sym, Sym) or sym.accents:
        return False
    sorts = {sort_of(a, survey) for a in node.args.parts} if isinstance(node, Call) else set()
    ratio = sym.name == "rho" and not sorts & {"S", "path"}  # ρ(y), where states are what ρ is a law of
    if isinstance(node, Call):
        return (
            (is_policy(sym, survey) and not _optimal(sym))
            or (sym.name in DISTRIBUTIONS and _of_laws(node, sorts) and not is_action_value(node, survey) and not ratio)
            or (sym.name == "r" and "path" not in sorts and not (sym.sub and sorts <= {"param", "mark"}))
        )
    if sym.name == "r" or (sym.name in (*ELEMENTS, TRAJECTORY) and sym.name.islower()):
        return True
    policy = sym.name in POLICIES and (
        sym.name != "mu" or "mu" in survey.heads
    )  # μ may be a mean, where it is no μ(a|s)
    return is_parameter(sym, survey) or (sym.name in (SCALARS | HORIZONS) and sym.sub is None) or policy
