"""The words of a LaTeX text as HTML: headings, lists and emphasis; other commands are shown as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

from derive.annotated.places import Shown, filled, split

_HEADINGS = {"title": "h1", "part": "h1", "chapter": "h1", "section": "h2", "subsection": "h3", "subsubsection": "h4",
             "paragraph": "h4"}  # fmt: skip
_COMMENT = re.compile(r"(?<!\\)%[ \t]*(derive:[^\n]*)?[^\n]*\n?")
_BLOCK = re.compile(
    rf"\\({'|'.join(_HEADINGS)})\*?\s*\{{((?:[^{{}}]|\{{[^{{}}]*\}})*)\}}|\\(begin|end)\s*\{{(\w+)\*?\}}(\[[^\]\n]*\])?|\\item\b"
)
_LISTS = {"itemize": "ul", "enumerate": "ol", "description": "ul"}
_COMMAND = re.compile(
    r"\\(emph|textit|textbf|texttt|textsc|underline|footnote)\{([^{}]*)\}|\\(cite\w*|ref|eqref|autoref|cref|Cref)\*?"
    r"(?:\[[^\]]*\])?\{([^{}]*)\}|\\(?:label|index|vspace|hspace)\*?\{[^{}]*\}|\\(noindent|maketitle|clearpage|newpage|"
    r"smallskip|medskip|bigskip|centering|item|par)\b|\\([%$&#_{} ])|\\\\|(~|---?|``|'')|(\\[A-Za-z]+)"
)
_TAGS = {"emph": "em", "textit": "em", "textbf": "strong", "texttt": "code", "underline": "u"}
_SIGNS = {"~": "\u00a0", "--": "–", "---": "—", "``": "“", "''": "”"}


def latex_words(text: str, shown: Mapping[int, Shown]) -> str:
    """The HTML of a text whose formulas are marks; what stands before \\begin{document} is left out."""
    _, begun, body = text.rpartition("\\begin{document}")
    body = body if begun else text
    body = _COMMENT.sub(lambda m: f"\n\n{m[1]}\n\n" if m[1] else "", body.replace("\\end{document}", ""))
    out: list[str] = []
    opened: list[str] = []
    at = 0
    for block in _BLOCK.finditer(body):
        out.append(_paragraphs(body[at : block.start()], shown))
        out.append(_opened(block, opened, lambda said: _line(said, shown)))
        at = block.end()
    out.append(_paragraphs(body[at:], shown))
    return "".join([*out, *(f"</{tag}>" for tag in reversed(opened))])


def _opened(block: re.Match[str], opened: list[str], line: Callable[[str], str]) -> str:
    """A heading; the beginning or the end of an environment; an item of a list."""
    if block[1]:
        tag = _HEADINGS[block[1]]
        return f"<{tag}>{line(block[2])}</{tag}>\n"
    if block[3] is None:
        return ("</li><li>" if opened and opened[-1] == "li" else "") if opened else "<p>• </p>"
    tag = _LISTS.get(block[4], "div")
    if block[3] == "begin":
        opened += [tag, "li"] if tag != "div" else [tag]
        name = f"{block[4]} {block[5] or ''}".strip()
        return f"<{tag}><li>" if tag != "div" else f'<div class="directive"><p class="kind">{line(name)}</p>\n'
    wanted = [tag, "li"] if tag != "div" else [tag]
    if opened[-len(wanted) :] != wanted:
        return ""
    del opened[-len(wanted) :]
    return "".join(f"</{t}>" for t in reversed(wanted))


def _paragraphs(text: str, shown: Mapping[int, Shown]) -> str:
    out = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        for part in split(paragraph):
            if isinstance(part, int):
                out.append(f"{shown[part].block or shown[part].inline}\n")
            elif part.strip().startswith("derive:"):
                out.append(f'<p><span class="remark">{escape(part.strip())}</span></p>\n')
            elif said := _line(part, shown).strip():
                out.append(f"<p>{said}</p>\n")
    return "".join(out)


def _line(text: str, shown: Mapping[int, Shown]) -> str:
    out, at = [], 0
    for found in _COMMAND.finditer(text):
        out += [escape(text[at : found.start()]), _set(found)]
        at = found.end()
    return filled("".join([*out, escape(text[at:])]), shown)


def _set(found: re.Match[str]) -> str:
    if found[1]:
        tag = _TAGS.get(found[1], "span")
        return f"<{tag}>{escape(found[2])}</{tag}>"
    if found[3]:
        return f'<span class="reference">[{escape(found[4])}]</span>'
    if found[6]:
        return escape(found[6])
    if found[7]:
        return _SIGNS[found[7]]
    return f'<code class="html">{escape(found[8])}</code>' if found[8] else ""
