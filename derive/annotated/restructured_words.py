"""The words of a reStructuredText file as HTML: headings, lists, emphasis; other directives as they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from derive.annotated.places import Shown, filled, restored, split

_ADORNMENT = re.compile(r"([=\-`:.'\"~^_*+#<>])\1{2,}[ \t]*")
_INLINE = re.compile(
    r"``(.+?)``|\*\*(.+?)\*\*|(?<![\w*])\*([^*\s][^*]*)\*|:[\w:-]+:`([^`]+)`|`([^`<]+?)(?:\s*<([^>`]+)>)?`_{0,2}"
)
_ITEM = re.compile(r"[ \t]*(?:[-*•]|\d+\.|#\.)[ \t]+")


def restructured_words(text: str, shown: Mapping[int, Shown]) -> str:
    """The HTML of a text whose formulas are marks."""
    order: list[str] = []
    return "".join(_block(block, order, shown) for block in re.split(r"\n[ \t]*\n", text) if block.strip())


def _block(block: str, order: list[str], shown: Mapping[int, Shown]) -> str:
    lines = block.strip("\n").split("\n")
    if len(lines) > 2 and _ADORNMENT.fullmatch(lines[0]) and _ADORNMENT.fullmatch(lines[2]):
        lines = lines[1:]
    if len(lines) > 1 and _ADORNMENT.fullmatch(lines[1]) and not _ADORNMENT.fullmatch(lines[0]):
        if lines[1][0] not in order:
            order.append(lines[1][0])
        level = min(order.index(lines[1][0]) + 1, 4)
        heading = f"<h{level}>{_words(lines[0].strip(), shown)}</h{level}>\n"
        return heading + (_block("\n".join(lines[2:]), order, shown) if lines[2:] else "")
    if (remark := re.match(r"\s*\.\.[ \t]+(derive:.*)", block, re.S)) is not None:
        return f'<p><span class="remark">{escape(restored(remark[1], shown))}</span></p>\n'
    if block.lstrip().startswith(".. "):
        return f"<pre><code>{escape(restored(block, shown))}</code></pre>\n"
    if _ITEM.match(lines[0]):
        items = re.split(r"\n(?=[ \t]*(?:[-*•]|\d+\.|#\.)[ \t])", "\n".join(lines))
        return "<ul>" + "".join(f"<li>{_parts(_ITEM.sub('', i, count=1), shown)}</li>" for i in items) + "</ul>\n"
    return _parts(block, shown)


def _parts(text: str, shown: Mapping[int, Shown]) -> str:
    out = []
    for part in split(text):
        if isinstance(part, int):
            out.append(f"{shown[part].block or shown[part].inline}\n")
        else:
            out.append(f"<p>{_words(part.strip(), shown)}</p>\n")
    return "".join(out)


def _words(text: str, shown: Mapping[int, Shown]) -> str:
    out, at = [], 0
    for found in _INLINE.finditer(text):
        code, strong, emphasis, role, link, _ = found.groups()
        tag, said = ("code", code) if code else ("strong", strong) if strong else ("em", emphasis or role or link)
        out += [escape(text[at : found.start()]), f"<{tag}>{escape(said)}</{tag}>"]
        at = found.end()
    return filled("".join([*out, escape(text[at:])]), shown)
