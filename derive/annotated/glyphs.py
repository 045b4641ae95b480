"""What the commands of LaTeX mathematics look like: letters, signs, functions, accents, alphabets."""

from __future__ import annotations

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "varpi": "ϖ", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ",
    "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
_UPRIGHT = {
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "infty": "∞", "partial": "∂", "nabla": "∇", "emptyset": "∅", "ell": "ℓ",
    "hbar": "ℏ", "top": "⊤", "bot": "⊥", "varnothing": "∅", "star": "⋆", "ast": "∗", "dagger": "†", "prime": "′",
    "angle": "∠", "dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱", "dotsc": "…", "dotsb": "⋯",
    "aleph": "ℵ", "Re": "ℜ", "Im": "ℑ", "%": "%", "$": "$", "#": "#", "&": "&", "_": "_", "checkmark": "✓",
    "square": "□", "Box": "□", "blacksquare": "■", "circ": "∘", "bullet": "•",
}  # fmt: skip
LETTERS = _GREEK | _UPRIGHT
UPRIGHT = frozenset(_UPRIGHT.values())
SIGNS = {
    "cdot": "⋅", "times": "×", "div": "÷", "pm": "±", "mp": "∓", "oplus": "⊕", "otimes": "⊗", "odot": "⊙",
    "cup": "∪", "cap": "∩", "setminus": "∖", "backslash": "∖", "wedge": "∧", "land": "∧", "vee": "∨", "lor": "∨",
    "leq": "≤", "le": "≤", "leqslant": "⩽", "geq": "≥", "ge": "≥", "geqslant": "⩾", "neq": "≠", "ne": "≠", "ll": "≪",
    "gg": "≫", "approx": "≈", "simeq": "≃", "cong": "≅", "equiv": "≡", "sim": "∼", "propto": "∝", "doteq": "≐",
    "triangleq": "≜", "coloneqq": "≔", "coloneq": "≔", "in": "∈", "notin": "∉", "ni": "∋", "subset": "⊂",
    "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "perp": "⊥", "parallel": "∥", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "gets": "←", "leftrightarrow": "↔", "mapsto": "↦", "Rightarrow": "⇒", "Leftarrow": "⇐",
    "Leftrightarrow": "⇔", "implies": "⟹", "impliedby": "⟸", "iff": "⟺", "longrightarrow": "⟶", "longmapsto": "⟼",
    "uparrow": "↑", "downarrow": "↓", "neg": "¬", "lnot": "¬", "forall": "∀", "exists": "∃", "colon": ":",
    "therefore": "∴", "because": "∵", "prec": "≺", "preceq": "⪯", "succ": "≻", "succeq": "⪰", "vdash": "⊢",
    "models": "⊨", "lt": "<", "gt": ">", "hookrightarrow": "↪", "rightsquigarrow": "⇝", "xrightarrow": "→",
}  # fmt: skip
FENCES = {
    "{": "{", "}": "}", "lbrace": "{", "rbrace": "}", "|": "‖", "Vert": "‖", "lVert": "‖", "rVert": "‖", "vert": "|",
    "lvert": "|", "rvert": "|", "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "lbrack": "[", "rbrack": "]",
}  # fmt: skip
BIG = {
    "sum": "∑", "prod": "∏", "coprod": "∐", "int": "∫", "iint": "∬", "oint": "∮", "bigcup": "⋃", "bigcap": "⋂",
    "bigoplus": "⨁", "bigotimes": "⨂", "bigvee": "⋁", "bigwedge": "⋀",
}  # fmt: skip
FUNCTIONS = frozenset(
    [
        "log",
        "ln",
        "exp",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "arg",
        "deg",
        "det",
        "dim",
        "hom",
        "ker",
        "Pr",
        "lg",
    ]
)
LIMITS = {
    "max": "max", "min": "min", "sup": "sup", "inf": "inf", "lim": "lim", "limsup": "lim sup", "liminf": "lim inf",
    "argmax": "arg max", "argmin": "arg min", "gcd": "gcd",
}  # fmt: skip
SPACES = {
    "quad": "1em", "qquad": "2em", ",": "0.17em", ":": "0.22em", ">": "0.22em", ";": "0.28em", "!": "-0.17em",
    " ": "0.28em", "thinspace": "0.17em", "enspace": "0.5em", "medspace": "0.22em", "thickspace": "0.28em",
    "negthinspace": "-0.17em",
}  # fmt: skip
ACCENTS = {
    "hat": "^", "widehat": "^", "bar": "¯", "overline": "‾", "tilde": "~", "widetilde": "~", "vec": "→", "dot": "˙",
    "ddot": "¨", "check": "ˇ", "breve": "˘", "overrightarrow": "→", "mathring": "˚",
}  # fmt: skip
BRACES = {"underbrace": ("munder", "⏟"), "overbrace": ("mover", "⏞"), "underline": ("munder", "_")}
SIZES = {
    name + side: size
    for name, size in (("big", "1.2em"), ("Big", "1.8em"), ("bigg", "2.4em"), ("Bigg", "3em"))
    for side in ("", "l", "r", "m")
}
DROPPED = frozenset(
    [
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "scriptscriptstyle",
        "limits",
        "nolimits",
        "nonumber",
        "notag",
        "hline",
        "allowbreak",
        "break",
        "strut",
        "mathstrut",
        "hfill",
        "hfil",
        "noindent",
        "centering",
        "relax",
        "boldmath",
        "normalfont",
        "rm",
        "it",
        "bf",
        "cal",
        "small",
        "large",
        "Large",
        "normalsize",
        "left.",
        "right.",
    ]
)
DROPPED_WITH_ONE = frozenset(
    ["label", "tag", "eqref", "ref", "vspace", "color", "ensuremathspace", "hskip", "vskip", "vphantom", "hphantom"]
)
GROUPS = frozenset(
    [
        "mathop",
        "mathbin",
        "mathrel",
        "mathord",
        "mathopen",
        "mathclose",
        "mathpunct",
        "mathinner",
        "smash",
        "ensuremath",
        "boxed",
    ]
)
WORDS = frozenset(
    [
        "text",
        "textrm",
        "textit",
        "textbf",
        "textsf",
        "texttt",
        "textnormal",
        "textup",
        "textsc",
        "mbox",
        "hbox",
        "emph",
        "intertext",
        "shortintertext",
    ]
)
NAMES = frozenset(["mathrm", "operatorname", "mathsf", "mathtt", "mathup", "mathnormal", "mathit"])

_STARTS = {"mathbb": 0x1D538, "mathcal": 0x1D49C, "mathscr": 0x1D49C, "mathbf": 0x1D400, "mathfrak": 0x1D504}
_SMALL = {"mathbb": 0x1D552, "mathbf": 0x1D41A, "mathfrak": 0x1D51E}
_MISSING = {
    "mathbb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)) | {"1": "𝟙"},
    "mathcal": dict(zip("BEFHILMR", "ℬℰℱℋℐℒℳℛ", strict=True)),
    "mathfrak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}
_ALIAS = {"boldsymbol": "mathbf", "bm": "mathbf", "mathbfit": "mathbf", "pmb": "mathbf", "Bbb": "mathbb",
          "mathds": "mathbb", "mathbbm": "mathbb", "mathscr": "mathcal"}  # fmt: skip
ALPHABETS = frozenset({*_STARTS, *_ALIAS})


def styled(letter: str, alphabet: str) -> str:
    """A letter in one of the mathematical alphabets; as it is where the alphabet does not have it."""
    alphabet = _ALIAS.get(alphabet, alphabet)
    if letter in _MISSING.get(alphabet, {}):
        return _MISSING[alphabet][letter]
    if "A" <= letter <= "Z":
        return chr(_STARTS[alphabet] + ord(letter) - ord("A"))
    if "a" <= letter <= "z" and alphabet in _SMALL:
        return chr(_SMALL[alphabet] + ord(letter) - ord("a"))
    return letter
