"""What LaTeX commands and Unicode characters mean as tokens: data. A command that is not here stops the reading."""

from __future__ import annotations

GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "varpi", "rho", "varrho", "sigma", "tau", "upsilon", "phi", "varphi", "chi",
    "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
    "ell",
)  # fmt: skip
UNICODE_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi",
    "Ω": "Omega",
}  # fmt: skip
UNICODE = {
    "−": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "∕": "/", "≤": "<=", "≥": ">=", "≠": "!=",
    "≈": "approx", "∼": "~", "←": "<-", "→": "->", "∣": "|", "‖": "||", "∥": "||", "′": "'", "∈": "in", "≔": ":=",
    "≐": ":=", "≜": ":=", "≝": ":=", "∝": "propto", "∖": "setminus", "∀": "forall", "⟹": "implies", "⇒": "implies",
    "⟺": "implies", "⇔": "implies",
}  # fmt: skip
UNICODE_COMMAND = {
    "∑": "sum", "∏": "prod", "∇": "nabla", "∂": "partial", "∞": "infty", "∫": "int", "√": "sqrt",
    "…": "dots", "⋯": "dots",
}  # fmt: skip
OPERATORS = {
    "doteq": ":=", "triangleq": ":=", "coloneqq": ":=", "coloneq": ":=", "approx": "approx", "simeq": "approx",
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">",
    "ne": "!=", "neq": "!=", "propto": "propto", "leftarrow": "<-", "gets": "<-", "sim": "~", "in": "in",
    "to": "->", "rightarrow": "->", "cdot": "*", "times": "*", "div": "/", "mid": "|", "vert": "|", "Vert": "||",
    "parallel": "||", "|": "||", "setminus": "setminus", "backslash": "setminus", "prime": "'", "lbrace": "set{",
    "{": "set{", "rbrace": "set}", "}": "set}", "lbrack": "[", "rbrack": "]", "forall": "forall",
    "implies": "implies", "Rightarrow": "implies", "iff": "implies", "colon": ":",
    "Longrightarrow": "implies", "Leftrightarrow": "implies", "therefore": "implies",
    "succ": ">", "prec": "<", "ll": "<", "gg": ">", "lvert": "|", "rvert": "|", "succeq": ">=", "preceq": "<=",
    "lVert": "||", "rVert": "||", "equiv": "=", "cong": "approx", "longrightarrow": "->", "mapsto": "->",
    "longleftarrow": "<-", "xleftarrow": "<-", "subset": "in", "subseteq": "in", "ast": "*",
    "langle": "angle{", "rangle": "angle}", "Leftarrow": "implies", "Longleftrightarrow": "implies",
    "odot": "odot", "otimes": "odot", "oplus": "odot", "circ": "odot", "cup": "odot", "cap": "odot", "pm": "odot",
    "bmod": "odot", "mod": "odot", "lfloor": "angle{", "rfloor": "angle}", "lceil": "angle{", "rceil": "angle}",
}  # fmt: skip
SPACES = frozenset(
    {
        "\t",
        "\n",
        "\r",
        " ",
        "!",
        ",",
        ":",
        ";",
        ">",
        "allowbreak",
        "centering",
        "displaystyle",
        "enspace",
        "limits",
        "mathstrut",
        "nolimits",
        "nonumber",
        "notag",
        "textstyle",
        "thinspace",
        "scriptstyle",
        "medspace",
        "thickspace",
        "negthinspace",
        "hfill",
        "hline",
        "strut",
        "/",
        "substack",
        "medskip",
        "bigskip",
        "smallskip",
        "break",
    }
)
SKIPPED = frozenset({
    "label", "tag", "hspace", "vspace", "phantom", "hphantom", "vphantom", "color", "textcolor",
})  # fmt: skip
SIZES = frozenset({
    "Big", "Bigg", "Biggl", "Biggm", "Biggr", "Bigl", "Bigm", "Bigr", "big", "bigg", "biggl", "biggm", "biggr",
    "bigl", "bigm", "bigr", "left", "middle", "right",
})  # fmt: skip
TEXTS = frozenset({
    "mbox", "text", "textbf", "textit", "textnormal", "textrm", "textsf", "texttt", "textup", "textsc", "emph",
    "intertext",
})  # fmt: skip
ACCENTS = frozenset({
    "hat", "widehat", "bar", "overline", "tilde", "widetilde", "vec", "dot", "ddot", "check", "breve", "underline",
})  # fmt: skip
FONTS = {
    "mathbb": "bb", "mathcal": "cal", "mathbf": "bf", "boldsymbol": "bf", "bm": "bf", "mathsf": "sf",
    "mathrm": "rm", "operatorname": "rm", "mathit": "", "mathop": "rm", "mathscr": "cal", "mathfrak": "cal",
    "mathds": "bb", "mathbbm": "bb", "Bbb": "bb", "mathtt": "rm", "pmb": "bf", "mathnormal": "",
    "rm": "rm", "bf": "bf", "cal": "cal", "it": "", "sf": "sf", "tt": "rm", "operatornamewithlimits": "rm",
}  # fmt: skip
STARTERS = ACCENTS | FONTS.keys() | {  # commands that a factor may begin with
    "frac", "dfrac", "tfrac", "sum", "prod", "int", "nabla", "log", "ln", "exp", "min", "max", "arg", "argmax",
    "argmin", "underset", "underbrace", "overbrace", "boxed", "cancel", "dots", "sqrt", "binom", "dbinom", "tbinom",
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "det", "dim", "sup", "inf", "lim", "limsup",
    "liminf", "Pr", "iint", "partial", "xcancel", "bcancel", "infty", "emptyset",
}  # fmt: skip
KNOWN = STARTERS | {"star", "top", "bot", "dagger", "stackrel", "overset"}
DOTS = frozenset({
    "cdots", "dots", "dotsb", "dotsc", "dotsm", "dotso", "ldots", "vdots", "ddots",
})  # fmt: skip
SINGLE = frozenset("+-*/=<>()[]{},;:|!'^_&~.")
