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
    "succ": ">", "prec": "<", "ll": "<", "gg": ">", "lvert": "|", "rvert": "|",
}  # fmt: skip
SPACES = frozenset({
    "\t", "\n", "\r", " ", "!", ",", ":", ";", ">", "allowbreak", "centering", "displaystyle", "enspace", "limits",
    "mathstrut", "nolimits", "nonumber", "notag", "textstyle", "thinspace",
})  # fmt: skip
SIZES = frozenset({
    "Big", "Bigg", "Biggl", "Biggm", "Biggr", "Bigl", "Bigm", "Bigr", "big", "bigg", "biggl", "biggm", "biggr",
    "bigl", "bigm", "bigr", "left", "middle", "right",
})  # fmt: skip
TEXTS = frozenset({
    "mbox", "text", "textbf", "textit", "textnormal", "textrm", "textsf", "textup",
})  # fmt: skip
ACCENTS = frozenset({"hat", "widehat", "bar", "overline", "tilde", "widetilde", "vec", "dot"})
FONTS = {
    "mathbb": "bb", "mathcal": "cal", "mathbf": "bf", "boldsymbol": "bf", "bm": "bf", "mathsf": "sf",
    "mathrm": "rm", "operatorname": "rm", "mathit": "", "mathop": "rm",
}  # fmt: skip
STARTERS = ACCENTS | FONTS.keys() | {  # commands that a factor may begin with
    "frac", "dfrac", "tfrac", "sum", "prod", "int", "nabla", "log", "ln", "exp", "min", "max", "arg", "argmax",
    "argmin", "underset", "underbrace", "overbrace", "boxed", "cancel", "dots",
}  # fmt: skip
KNOWN = STARTERS | {"partial", "infty", "star", "ast", "top"}
DOTS = frozenset({
    "cdots", "dots", "dotsb", "dotsc", "ldots",
})  # fmt: skip
SINGLE = frozenset("+-*/=<>()[]{},;:|!'^_&~.")
