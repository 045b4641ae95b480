"""What an author says in comments: in every format, not in code; what is not known, or has no reason, is an error."""

import pytest

from derive.book.document import parse
from derive.book.remarks import conventions, said, suppressions
from derive.book.source import decode
from derive.book.survey import survey
from derive.errors import Unreadable


def words(name, text):
    return [w for w, _, _ in said(decode(name, text.encode()))]


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("a.md", "---\ntitle: x\nderive: first index 1\n---\n", ["first index 1"]),
        ("a.md", "x <!-- derive: one -->\n\n<!-- derive:\ntwo\n-->", ["one", "two"]),
        ("a.md", "> <!-- derive: first index 1 -->", ["first index 1"]),
        ("a.md", "`<!-- derive: a -->`\n\n```\n<!-- derive: b -->\n```\n% derive: c", []),
        ("a.tex", "% derive: one\n  %%derive: two\nx % derive: a", ["one", "two"]),
        ("a.txt", "\\documentclass{a}\n% derive: first index 1\n", ["first index 1"]),
        ("a.rst", ".. derive: first index 1\n\n% derive: no\n", ["first index 1"]),
    ],
)  # fmt: skip
def test_where_remarks_stand(name, text, wanted):
    assert words(name, text) == wanted


@pytest.mark.parametrize("name", ["a.md", "a.tex", "a.rst"])
def test_a_convention_replaces_what_is_inferred(name):
    opens, closes = {"a.md": ("<!-- ", " -->"), "a.tex": ("% ", ""), "a.rst": (".. ", "")}[name]
    wanted = "r_t = r(s_t); last index H-1; first index 1; parameter \\phi; any function g; deterministic"
    text = f"{opens}derive: {wanted}{closes}"
    document = parse(decode(name, text.encode()))
    found = conventions(survey([], document.text), document.sources)
    assert (found.rewards, found.horizons, found.first) == (frozenset({"s"}), (("H", -1),), 1)
    assert (found.parameters, found.deterministic, "g" in found.arbitrary) == (frozenset({"phi"}), True, True)


@pytest.mark.parametrize("said_", ["r_t = r(t)", "last index", "first index 2", "frist index 1", "deterministic!"])
def test_a_convention_that_is_not_known_is_an_error_that_names_its_line(said_):
    source = decode("a.md", f"One\n\n<!-- derive: {said_} -->".encode())
    with pytest.raises(Unreadable, match=r"a\.md:3: the convention .* is not known; .*known: "):
        conventions(survey([], source.text), (source,))


def test_a_near_miss_is_named():
    source = decode("a.md", b"<!-- derive: frist index 0 -->")
    with pytest.raises(Unreadable, match="did you mean 'first index 0'"):
        conventions(survey([], source.text), (source,))


def test_suppressions_have_codes_and_a_reason():
    (one,) = suppressions(decode("a.tex", b"% derive: ignore D010, D012: on purpose\n"))
    assert (one.codes, one.reason) == (frozenset({"D010", "D012"}), "on purpose")
    for text in ("ignore D010", "ignore D010:", "ignore: why", "ignore all: why"):
        with pytest.raises(Unreadable, match="needs codes and a reason"):
            suppressions(decode("a.tex", f"% derive: {text}\n".encode()))
