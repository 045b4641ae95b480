"""What rests on what, in three forms."""

from xml.etree import ElementTree

import pytest

from derive.graph import levels, mermaid, svg, tree

RESTS = {"a": (), "b": ("a",), "c": ("a", "b"), "<d>": ()}


def test_a_tree_shows_what_was_shown_once() -> None:
    assert tree(RESTS) == ["<d>", "c", "    a", "    b", "        a"]
    assert tree({"a": (), "b": ("a",), "c": ("b",), "d": ("b",)}) == ["c", "    b", "        a", "d", "    b …"]


def test_columns_put_each_name_after_all_it_rests_on() -> None:
    assert levels(RESTS) == [["a", "<d>"], ["b"], ["c"]]


def test_a_circle_is_named() -> None:
    with pytest.raises(ValueError, match="in a circle: x, y"):
        levels({"x": ("y",), "y": ("x",), "z": ()})


def test_mermaid_has_an_arrow_for_each_use() -> None:
    assert mermaid({"a": (), "b": ("a",)}) == "flowchart LR\n    a\n    b\n    a --> b\n"


def test_the_picture_is_xml_with_a_box_for_each_name() -> None:
    root = ElementTree.fromstring(svg(RESTS))
    boxes = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(boxes) == ["<d>", "a", "b", "c"]
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) == 3
