"""The words of a Markdown text as HTML: no HTML of the author's, no pictures from elsewhere, no scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from derive.annotated.places import DISPLAY, Shown, filled, restored, split

_REMARK = re.compile(r"\s*<!--\s*(derive:.*?)\s*-->\s*", re.S)


def markdown_words(text: str, shown: Mapping[int, Shown], deep: int = 0) -> str:
    """The HTML of a text whose formulas are marks."""
    parser = MarkdownIt("commonmark").use(front_matter_plugin).enable(["table", "strikethrough"])
    parser.core.ruler.after("block", "displays", _displays_apart)
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    environment = {"shown": shown, "deep": deep}
    tokens = parser.parse(text, environment)
    for token in tokens:
        _clean(token, shown)
    return str(parser.renderer.render(tokens, parser.options, environment))


def _displays_apart(state: Any) -> None:
    """A paragraph with displays in it becomes paragraphs and displays."""
    out: list[Token] = []
    tokens = iter(state.tokens)
    for token in tokens:
        if token.type != "inline" or DISPLAY not in token.content or out[-1].type != "paragraph_open":
            out.append(token)
            continue
        opening, closing = out.pop(), next(tokens)
        for part in split(token.content):
            if isinstance(part, int):
                out.append(Token("display", "", 0, block=True, meta={"number": part}))
            else:
                out += [opening, token.copy(content=part.strip("\n"), children=[]), closing]
    state.tokens = out


def _clean(token: Token, shown: Mapping[int, Shown]) -> None:
    for name, value in token.attrs.items():
        token.attrs[name] = restored(str(value), shown)
    for child in token.children or []:
        _clean(child, shown)


def _text(self: Any, tokens: Sequence[Token], i: int, options: Any, env: Any) -> str:
    return filled(escape(tokens[i].content), env["shown"])


def _display(self: Any, tokens: Sequence[Token], i: int, options: Any, env: Any) -> str:
    one = env["shown"][tokens[i].meta["number"]]
    return f"{one.block or one.inline}\n"


def _code(self: Any, tokens: Sequence[Token], i: int, options: Any, env: Any) -> str:
    return f"<code>{escape(restored(tokens[i].content, env['shown']))}</code>"


def _block(self: Any, tokens: Sequence[Token], i: int, options: Any, env: Any) -> str:
    """Code; or, in a directive of MyST, words."""
    token, shown = tokens[i], env["shown"]
    directive = re.match(r"\s*\{([\w:-]+)\}(.*)", token.info)
    if directive is not None and not directive[1].startswith(("code", "literal", "raw")) and env["deep"] < 3:
        inside = markdown_words(token.content, shown, env["deep"] + 1)
        title = filled(escape(f"{directive[1]} {directive[2].strip()}"), shown)
        return f'<aside class="directive"><p class="kind">{title}</p>\n{inside}</aside>\n'
    return f"<pre><code>{escape(restored(token.content, shown))}</code></pre>\n"


def _html(self: Any, tokens: Sequence[Token], i: int, options: Any, env: Any) -> str:
    """A remark to the checker is shown, another comment is not; tags are shown as they are written."""
    content = restored(tokens[i].content, env["shown"])
    if (remark := _REMARK.fullmatch(content)) is not None:
        return f'<span class="remark">{escape(remark[1])}</span>'
    if content.lstrip().startswith("<!--"):
        return ""
    inside = f'<code class="html">{escape(content.strip())}</code>'
    return f"<p>{inside}</p>\n" if tokens[i].type == "html_block" else inside


def _image(self: Any, tokens: Sequence[Token], i: int, options: Any, env: Any) -> str:
    words = filled(escape(tokens[i].content), env["shown"])
    return f'<span class="picture">picture: {words or escape(str(tokens[i].attrs.get("src", "")))}</span>'


def _hidden(self: Any, tokens: Sequence[Token], i: int, options: Any, env: Any) -> str:
    return ""


_RULES = {
    "text": _text,
    "display": _display,
    "code_inline": _code,
    "fence": _block,
    "code_block": _block,
    "html_block": _html,
    "html_inline": _html,
    "image": _image,
    "front_matter": _hidden,
}
