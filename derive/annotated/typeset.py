"""LaTeX mathematics as an author wrote it -> MathML that looks like it, for pages. Nothing is judged by it.

What it does not know it does not guess: then there is no MathML, and the page shows the source. Everything is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from derive.annotated import glyphs as look
from derive.book.tokens import Macro

MAX_LENGTH, MAX_TOKENS, MAX_DEPTH = 20_000, 20_000, 40
_TOKEN = re.compile(r"\\(?:[A-Za-z]+\*?|.)|\d+(?:\.\d+)?|[ \t\r\n]+|.", re.S)
_ENVIRONMENTS = {
    "align": "rl", "aligned": "rl", "alignat": "rl", "alignedat": "rl", "split": "rl", "eqnarray": "rcl",
    "gather": "c", "gathered": "c", "multline": "c", "equation": "c", "flalign": "rl", "cases": "l", "rcases": "l",
    "array": "c", "matrix": "c", "pmatrix": "c", "bmatrix": "c", "vmatrix": "c", "smallmatrix": "c", "dcases": "l",
    "substack": "c", "multlined": "c", "IEEEeqnarray": "rcl",
}  # fmt: skip
_FENCED = {"pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "cases": "{", "dcases": "{", "rcases": " }"}
_SIGNS = {"-": "−", "*": "∗", "'": "′"}


class _Unknown(Exception):
    """Something that is not known here, or too much of it."""


def typeset(latex: str, macros: Mapping[str, Macro] | None = None, *, display: bool = False) -> str | None:
    """A <math> element with the source as its plain text; None for what cannot be set."""
    if len(latex) > MAX_LENGTH:
        return None
    try:
        inside = _Setter(_TOKEN.findall(latex), macros or {}).table(None, "rl")
    except (_Unknown, RecursionError):
        return None
    attributes = ' display="block"' if display else ""
    return f'<math{attributes} alttext="{escape(latex, quote=True)}">{inside}</math>'


class _Setter:
    """The tokens that are left, the last first, and how deep the reading is."""

    def __init__(self, tokens: Sequence[str], macros: Mapping[str, Macro]) -> None:
        self.left = list(reversed(tokens))
        self.macros = macros
        self.depth = 0
        self.budget = MAX_TOKENS

    def next(self) -> str:
        self.budget -= 1
        if self.budget < 0:
            raise _Unknown
        return self.left.pop() if self.left else ""

    def peek(self) -> str:
        """The next token that is no space; macros are expanded."""
        while self.left:
            token = self.left[-1]
            if token.isspace():
                self.left.pop()
            elif token.startswith("\\") and token[1:] in self.macros:
                self._expand(self.next()[1:])
            else:
                return token
        return ""

    def _expand(self, name: str) -> None:
        macro = self.macros[name]
        arguments = [self.raw() for _ in range(macro.arguments)]
        body: list[str] = []
        tokens = _TOKEN.findall(macro.body)
        for n, token in enumerate(tokens):
            if token.isdigit() and n and tokens[n - 1] == "#":
                if not 0 < int(token[0]) <= len(arguments):
                    raise _Unknown
                body += [*arguments[int(token[0]) - 1], *token[1:]]
            elif token != "#":
                body.append(token)
        self.budget -= len(body) + 1
        if self.budget < 0:
            raise _Unknown
        self.left += reversed(body)

    def raw(self) -> list[str]:
        """The tokens of one argument: a group without its braces, or one token."""
        while self.left and self.left[-1].isspace():
            self.left.pop()
        first = self.next()
        if first != "{":
            return [first] if first else []
        found: list[str] = []
        depth = 1
        while True:
            token = self.next()
            depth += (token == "{") - (token == "}")
            if not token:
                raise _Unknown
            if depth == 0:
                return found
            found.append(token)

    def table(self, end: str | None, columns: str) -> str:
        r"""Rows between `\\`, cells between `&`; a single cell is a row of mathematics."""
        rows: list[list[str]] = [[]]
        while True:
            rows[-1].append(self.row(("&", "\\\\", "\\cr", "\\tabularnewline", *([end] if end else []))))
            token = self.next()
            if token == (end or ""):
                break
            if not token:
                raise _Unknown
            if token != "&":
                if self.peek() == "[":
                    while self.next() not in ("]", ""):
                        pass
                rows.append([])
        rows = [row for row in rows if any(row)]
        if len(rows) <= 1 and len(rows[0] if rows else []) <= 1:
            return f"<mrow>{rows[0][0] if rows else ''}</mrow>"
        if len(rows) == 1 and columns == "rl":
            return f"<mrow>{''.join(rows[0])}</mrow>"
        cells = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
        return (
            f'<mtable class="{columns}" displaystyle="{"false" if columns == "c" and end else "true"}">{cells}</mtable>'
        )

    def row(self, stops: Sequence[str]) -> str:
        """Elements with their scripts, until one of these tokens comes, which stays."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Unknown
        out: list[str] = []
        while (token := self.peek()) and token not in stops:
            if token in ("}", "\\right", "&", "\\\\", "\\end"):
                raise _Unknown
            base, limits = ("", False) if token in ("^", "_", "'") else self.element()
            out.append(self.scripts(base or "<mrow></mrow>" if token in ("^", "_", "'") else base, limits))
        self.depth -= 1
        return "".join(out)

    def scripts(self, base: str, limits: bool) -> str:
        below = above = None
        primes = ""
        while (token := self.peek()) in ("_", "^", "'", "\\limits", "\\nolimits"):
            self.next()
            if token == "'":
                primes += "′"
            elif token == "_" and below is None:
                below = self.argument()
            elif token == "^" and above is None:
                above = self.argument()
            elif not token.startswith("\\"):
                raise _Unknown
        if primes:
            above = f"<mrow><mo>{primes}</mo>{above or ''}</mrow>"
        under, over, both = ("munder", "mover", "munderover") if limits else ("msub", "msup", "msubsup")
        if below is not None and above is not None:
            return f"<{both}>{base}{below}{above}</{both}>"
        if below is not None:
            return f"<{under}>{base}{below}</{under}>"
        return base if above is None else f"<{over}>{base}{above}</{over}>"

    def argument(self) -> str:
        """One element: a group, or the next symbol."""
        token = self.peek()
        if token == "{":
            self.next()
            inside = self.row(("}",))
            self.close("}")
            return f"<mrow>{inside}</mrow>"
        if not token or token in ("}", "&", "\\\\", "\\right", "\\end", "^", "_"):
            raise _Unknown
        if len(token) > 1 and token.isdigit():  # x^10 is x^1 0
            self.left[-1:] = [token[1:], token[0]]
        return self.element()[0]

    def close(self, wanted: str) -> None:
        if self.next() != wanted:
            raise _Unknown

    def element(self) -> tuple[str, bool]:
        """One element, and whether its scripts stand below and above it."""
        token = self.peek()
        if token == "{":
            return self.argument(), False
        self.next()
        if token.startswith("\\"):
            return self.command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>", False
        if token.isalpha():
            upright = ' mathvariant="normal"' if token in look.UPRIGHT else ""
            return f"<mi{upright}>{escape(token)}</mi>", False
        if token in "()[]|/":
            return _fence(token), False
        if token == "~":
            return _space("0.28em"), False
        if token in "#%$" or not token.isprintable():
            raise _Unknown
        return f"<mo>{escape(_SIGNS.get(token, token))}</mo>", False

    def command(self, name: str) -> tuple[str, bool]:
        starred, name = name.endswith("*"), name.rstrip("*") or name
        if name in look.LETTERS:
            return _letter(look.LETTERS[name]), False
        if name in look.SIGNS:
            return f"<mo>{escape(look.SIGNS[name])}</mo>", False
        if name == "mid":
            return '<mo form="infix" stretchy="false" lspace="0.28em" rspace="0.28em">|</mo>', False
        if name in look.FENCES:
            return _fence(look.FENCES[name]), False
        if name in look.BIG:
            integral = look.BIG[name] in "∫∬∮"
            return f'<mo largeop="true" movablelimits="true">{look.BIG[name]}</mo>', not integral
        if name in look.FUNCTIONS:
            return self.named(name), False
        if name in look.LIMITS:
            return f'<mo form="prefix" movablelimits="true">{look.LIMITS[name]}</mo>', True
        if name in look.SPACES:
            return _space(look.SPACES[name]), False
        return self.structure(name, starred)

    def named(self, name: str) -> str:
        """The name of a function, with room behind it unless brackets follow."""
        plain = self.peek() in ("(", "[", "{", "^", "_", "\\left", "")
        return f'<mo form="prefix" lspace="0.17em" rspace="{"0" if plain else "0.17em"}">{escape(name)}</mo>'

    def structure(self, name: str, starred: bool) -> tuple[str, bool]:
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            return f"<mfrac>{self.argument()}{self.argument()}</mfrac>", False
        if name in ("binom", "tbinom", "dbinom"):
            pair = f'<mfrac linethickness="0">{self.argument()}{self.argument()}</mfrac>'
            return f"<mrow><mo>(</mo>{pair}<mo>)</mo></mrow>", False
        if name == "sqrt":
            return self.root(), False
        if name == "left":
            return self.fenced(), False
        if name in look.SIZES:
            size = look.SIZES[name]
            return f'<mo stretchy="true" symmetric="true" minsize="{size}" maxsize="{size}">{self.fence()}</mo>', False
        if name in look.ALPHABETS:
            return self.in_alphabet(name), False
        if name in look.NAMES:
            return self.name("".join(self.raw()), starred)
        if name in look.WORDS:
            return self.words(), False
        if name in look.ACCENTS:
            sign = f'<mo stretchy="{str(name.startswith(("wide", "over"))).lower()}">{look.ACCENTS[name]}</mo>'
            return f'<mover accent="true">{self.argument()}{sign}</mover>', False
        if name in look.BRACES:
            kind, sign = look.BRACES[name]
            return f'<{kind}>{self.argument()}<mo stretchy="true">{sign}</mo></{kind}>', name != "underline"
        if name in ("underset", "overset", "stackrel"):
            kind, small, base = "munder" if name == "underset" else "mover", self.argument(), self.argument()
            return f"<{kind}>{base}{small}</{kind}>", False
        return self.rest(name)

    def rest(self, name: str) -> tuple[str, bool]:
        if name == "begin":
            return self.environment(), False
        if name == "substack":
            self.close("{") if self.peek() == "{" else self.close("a group")
            return self.table("}", "c"), False
        if name == "textcolor":
            self.raw()
            return self.argument(), False
        if name in look.GROUPS:
            return self.argument(), name == "mathop"
        if name in ("hspace", "mspace", "hskip"):
            self.raw()
            return _space("1em"), False
        if name in ("phantom",):
            return f"<mphantom>{self.argument()}</mphantom>", False
        if name == "tag":
            return f'<mspace width="2em"/><mtext>({escape("".join(self.raw()))})</mtext>', False
        if name in look.DROPPED_WITH_ONE:
            self.raw()
            return "", False
        if name in look.DROPPED:
            return "", False
        if name == "not":
            return f"<mrow>{self.argument()}<mo>\u0338</mo></mrow>", False
        raise _Unknown

    def root(self) -> str:
        if self.peek() != "[":
            return f"<msqrt>{self.argument()}</msqrt>"
        self.next()
        index = self.row(("]",))
        self.close("]")
        return f"<mroot>{self.argument()}<mrow>{index}</mrow></mroot>"

    def fence(self) -> str:
        r"""The bracket behind \left or \big; nothing for a dot."""
        token = self.peek()
        self.next()
        if token.startswith("\\") and token[1:] in look.FENCES:
            return escape(look.FENCES[token[1:]])
        if token in ("(", ")", "[", "]", "|", "/", ".", "<", ">") or token == "\\backslash":
            return {".": "", "<": "⟨", ">": "⟩", "\\backslash": "∖"}.get(token, token)
        raise _Unknown

    def fenced(self) -> str:
        opens = f'<mo form="prefix" stretchy="true" fence="true">{self.fence()}</mo>'
        parts = [self.row(("\\right", "\\middle"))]
        while self.peek() == "\\middle":
            self.next()
            parts.append(f'<mo stretchy="true" symmetric="true">{self.fence()}</mo>')
            parts.append(self.row(("\\right", "\\middle")))
        self.close("\\right")
        return (
            f'<mrow>{opens}{"".join(parts)}<mo form="postfix" stretchy="true" fence="true">{self.fence()}</mo></mrow>'
        )

    def in_alphabet(self, name: str) -> str:
        tokens = self.raw()
        if all(len(t) == 1 and t.isalnum() for t in tokens):
            inside = "".join(look.styled(t, name) for t in tokens)
            return f'<mi mathvariant="normal">{inside}</mi>' if len(tokens) == 1 else f"<mi>{inside}</mi>"
        self.left += reversed(["{", *tokens, "}"])
        return self.argument()

    def name(self, word: str, limits: bool) -> tuple[str, bool]:
        word = re.sub(r"\\[,;:! ]|[{}]", "", word)
        if not re.fullmatch(r"[\w .'()+/*-]{0,60}", word):
            raise _Unknown
        if limits:
            return f'<mo form="prefix" movablelimits="true">{escape(word)}</mo>', True
        return f'<mi mathvariant="normal">{escape(word)}</mi>' if len(word) == 1 else self.named(word), False

    def words(self) -> str:
        """Words, and the formulas between dollars among them."""
        said, out = "".join(c if c.isprintable() else " " for c in "".join(self.raw())), []
        for n, part in enumerate(re.split(r"(?<!\\)\$", said)):
            if n % 2:
                out.append(_Setter(_TOKEN.findall(part), self.macros).table(None, "rl"))
            elif part:
                plain = re.sub(r"\\(?:[a-z]+ ?|([%&#_$]))|[{}]", lambda m: m[1] or "", part).replace("~", " ")
                spaced = re.sub(r"^\s+|\s+$", "\u00a0", plain)
                out.append(f"<mtext>{escape(spaced)}</mtext>")
        return f"<mrow>{''.join(out)}</mrow>"

    def environment(self) -> str:
        name = "".join(self.raw()).rstrip("*")
        if name not in _ENVIRONMENTS:
            raise _Unknown
        if name in ("array", "alignat", "alignedat", "IEEEeqnarray") and self.peek() == "{":
            self.raw()
        self.depth += 1
        inside = self.table("\\end", _ENVIRONMENTS[name])
        self.depth -= 1
        if "".join(self.raw()).rstrip("*") != name:
            raise _Unknown
        fences = (_FENCED.get(name, "") + "  ")[:2]
        left, right = (
            f'<mo stretchy="true" symmetric="true" fence="true">{f}</mo>' if f != " " else "" for f in fences
        )
        return f"<mrow>{left}{inside}{right}</mrow>"


def _letter(sign: str) -> str:
    upright = ' mathvariant="normal"' if sign in look.UPRIGHT else ""
    return f"<mi{upright}>{escape(sign)}</mi>"


def _fence(sign: str) -> str:
    room = ' lspace="0.1em" rspace="0.1em"' if sign in "|‖" else ""
    form = ' form="infix"' if sign in "|‖" else ""
    return f'<mo{form} stretchy="false"{room}>{escape(sign)}</mo>'


def _space(width: str) -> str:
    return f'<mspace width="{width}"/>'
