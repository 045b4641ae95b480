"""How theorems, equations and derivations show themselves in a notebook, without a change to their classes."""

import importlib.util

import pytest

from derive.kernel import Theorem, define
from derive.notation import objective
from derive.sheet.display import bundle, load_ipython_extension
from derive.terms import Equation

THEOREM = define(objective(), ())


def test_a_theorem_is_shown_in_three_forms():
    shown = bundle(THEOREM)
    assert shown["text/plain"] == "⊢ J(θ) = E_τ[R(τ)]"
    assert shown["text/latex"].startswith(r"$\displaystyle \;\vdash\; J(\theta) =")
    assert "<math" in shown["text/html"]
    assert bundle(Equation(THEOREM.lhs, THEOREM.rhs))["text/plain"] == "J(θ) = E_τ[R(τ)]"


def test_a_derivation_is_shown_with_its_title_and_hypotheses():
    from proofs.sigmoid_gradient import sigmoid_gradient

    assert sigmoid_gradient.title in bundle(sigmoid_gradient)["text/html"]
    assert " ⊢ " in " " + bundle(sigmoid_gradient)["text/plain"]


def test_the_classes_are_left_alone():
    assert not hasattr(Theorem, "_repr_html_")


@pytest.mark.skipif(importlib.util.find_spec("IPython") is None, reason="IPython is not installed")
def test_a_notebook_uses_them():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    load_ipython_extension(shell)
    data, _ = shell.display_formatter.format(THEOREM)
    assert data["text/html"] == bundle(THEOREM)["text/html"]
    assert data["text/plain"] == bundle(THEOREM)["text/plain"]
    InteractiveShell.clear_instance()
