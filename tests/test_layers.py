"""Who may import whom: inside a package a file imports only from files above it in these tables.

`derive` and `numeric` never import each other, `proofs` imports `derive`, and only derive/cli may import all three.
A new file needs a place here: put it below everything that it imports, and above everything that imports it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _words(text: str) -> list[str]:
    return text.split()


MODELS = _words("""
    models.numbers models.jets models.environment models.tables models.interpretation models.forms models.compiling
    models.latest models.values models.sums models.path_values models.samples models.slopes models.curvatures
    models.extremes models.evaluation models.equations models.degree models.histories models.sources models.draw
    models.claims models.elimination models.solving models.comparison models.counterexample models.shrink
    models.search models.climbing models.refute models
""")
DERIVE = [
    *_words("""
        errors terms binding timeline wire notation printing.boxes printing.order printing.pieces printing.names
        printing.averages printing.arithmetic printing.layout printing.writing printing ring context kernel
        axioms.conditions axioms.linear axioms.ranges axioms.trajectories axioms.calculus axioms.samples
        axioms.maxima axioms.order axioms rewriting rules.rule rules.linear rules.calculus rules.trajectories
        rules.order rules.ranges rules.samples rules matching calc certificate proving.normal proving.slopes
        proving.products proving.conditional proving.paths proving.samples proving.form proving.difference
        proving.order proving.search proving prove
    """),
    *MODELS,
    *_words("""
        export export.coq export.coq_reader export.coq_equal export.coq_laws export.coq_order export.coq_trajectories
        export.coq_proof export.instances export.coq_file
        catalogue cache graph near_misses sheet.words sheet.refuted sheet.convergence sheet.svg sheet.content
        sheet.collection sheet.mathml sheet.preamble sheet.tex_formula sheet.tex_words sheet.tex_figure
        sheet.tex_size sheet.tex_tables sheet.tex sheet.typst_formula sheet.typst_figure sheet.typst
        sheet.typst_pdf sheet.html_style sheet.html_words sheet.html_laws sheet.html sheet.markdown sheet.notebook
        sheet.json_form sheet.pdf sheet.write sheet.demonstration sheet.tex_map sheet.booklet sheet.html_book
        sheet.html_index sheet.book sheet.display sheet book.bounds book.tree book.vocabulary book.outcome
        book.parts book.source book.reading_order book.sections book.codes book.letters book.tokens book.scope
        book.delimiters book.macros book.cursor book.scripts book.elementary book.granted book.sorts book.naming
        book.best_of book.context
        book.remarks book.plain book.restructured book.estimates book.ellipsis book.document book.indices
        book.roles book.shares book.survey book.laws book.elements book.arbitrary book.sequences book.named_functions
        book.instances book.values book.optimal book.occupancy book.next_states book.visits book.reaching
        book.joint_laws book.data book.prefixes
        book.left_out book.series book.binders book.sums book.maxima book.draws book.divergences book.on_average
        book.stationary
        book.definitions book.tower book.variables book.spelt_paths book.one_step book.conditions book.passing
        book.partial book.slopes
        book.performance book.events book.ranges book.brackets book.branches book.symbols book.rewards
        book.applications book.grammar book.expectations book.statements book.parsing
        book.standard book.elaborate book.introduce book.remainder book.judge book.kinds book.arithmetic book.claims
        book.reach book.repair
        book.chosen book.verdict book.follows book.starred book.certain book.objectives book.progress book.choices
        book.inequalities book.uses book.defining
        book.inherited book.steps book.last_index book.check book.rows book.report book.exchange book.baseline
        book.watch book.apart book.run book annotated.glyphs annotated.typeset annotated.places
        annotated.markdown_words annotated.latex_words annotated.restructured_words annotated.style annotated.cards
        annotated.page annotated.write annotated cli.output cli.catalogue cli.evidence cli.pages cli.certificates
        cli.estimators cli.figures cli.learning cli.exporting cli.sheets cli.texts cli cli.__main__
    """),
]
NUMERIC = _words("""
    errors plots.style plugin validation mdp chains environments grids worlds arms policies returns networks
    optimisers enumeration exact rational evaluation.irrationals evaluation.paths evaluation.statements
    evaluation.models evaluation.jets evaluation.extremes evaluation.tables evaluation.scopes
    evaluation.interpretation evaluation.elementary evaluation.ranges evaluation.averages evaluation.trajectories
    evaluation.derivatives evaluation.meanings evaluation.sides evaluation.hypotheses evaluation evaluate sampling
    solving completing examples convergence estimators surrogates control q_learning bandits cart_pole
    demonstrations training.settings training.simulators training.rollouts training.records training.episodes
    training.tabular training.neural training train strategies isolation judging.calling judging.randomness
    judging.sequential judging.choices judging.precision judging.case judging.shrinking judging.rollouts
    judging.batch judging.rows judging.targets judging.answers judging.watch judging.arrays_kind judging.custom
    judging.drawing judging.objectives judging.trial judging.repairs judging.picture judging.sampled
    judging.reference judging.verdicts judging.figure judging.torch_kind judging.jax_kind judging.asked
    judging.choosing judging.probing judging.explaining judging.by_samples judging.judge judging.comparing
    judging.file judging testing running.progress running.boards running.plan running.learners running.backends
    running.archive running.seeds plots.lines plots.boards plots figures.monte_carlo figures.estimates figures.clip
    figures.field figures.learning figures animation running.pictures running.summary running runs
""")
TABLES = {"derive": DERIVE, "numeric": NUMERIC}
FOREIGN = {
    "derive": {"numeric", "proofs", "tests"},
    "numeric": {"derive", "proofs", "tests"},
    "proofs": {"numeric", "tests"},
}
THE_WITNESS_STANDS_ON = {"errors", "terms", "binding", "timeline", "wire"}  # the models know no rule and no proof


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(p): p for package in FOREIGN for p in (ROOT / package).rglob("*.py") if "__pycache__" not in p.parts}


def imports(source: str, module: str, is_package: bool = False) -> Iterator[str]:
    """The modules of this project that a source imports, wherever in the file: `from p import m` names p.m."""
    here = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join([*here[: len(here) - node.level + 1], node.module or ""]).strip(".")
                if node.level
                else node.module
            )
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            known = name
            while known and known not in FILES and known.split(".")[0] in FOREIGN and "." in known:
                known = known.rpartition(".")[0]
            if known and known.split(".")[0] in {*FOREIGN, "tests"}:
                yield known


def faults(module: str, source: str, is_package: bool = False) -> list[str]:
    """What a file imports that it may not."""
    package, _, place = module.partition(".")
    found = []
    for name in imports(source, module, is_package):
        other, _, theirs = name.partition(".")
        if other in FOREIGN[package] and not module.startswith("derive.cli"):
            found.append(f"{module} imports {name}: {package} may not import {other}")
        elif other == package and package in TABLES and name != module:
            found += _upward(package, place, theirs)
    return found


def _upward(package: str, place: str, theirs: str) -> list[str]:
    table = TABLES[package]
    if place not in table or theirs not in table:
        return []  # test_every_file_has_a_place says so, once
    if place in MODELS and package == "derive" and theirs not in {*MODELS, *THE_WITNESS_STANDS_ON}:
        return [f"derive.{place} imports derive.{theirs}: the models stand on {sorted(THE_WITNESS_STANDS_ON)} alone"]
    if table.index(theirs) >= table.index(place):
        return [f"{package}.{place} imports {package}.{theirs}, which stands below it"]
    return []


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_file_imports_only_from_files_above_it(module: str) -> None:
    path = FILES[module]
    assert not faults(module, path.read_text(encoding="utf-8"), path.name == "__init__.py")


@pytest.mark.parametrize("package", sorted(TABLES))
def test_every_file_has_a_place(package: str) -> None:
    present = {m.partition(".")[2] for m in FILES if m.startswith(f"{package}.")}
    homeless = present - set(TABLES[package])
    assert not homeless, f"give these a place in tests/test_layers.py: {sorted(homeless)}"
    assert len(set(TABLES[package])) == len(TABLES[package])
    assert set(TABLES[package]) <= present, f"no such file: {sorted(set(TABLES[package]) - present)}"


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("derive.terms", "from derive.kernel import refl", "stands below it"),
        ("derive.terms", "def f():\n    import derive.kernel", "stands below it"),
        ("derive.terms", "from derive import kernel", "stands below it"),
        ("derive.kernel", "from . import axioms", "stands below it"),
        ("derive.kernel", "import numeric.mdp", "derive may not import numeric"),
        ("derive.kernel", "from proofs.bandit_mean import arm", "derive may not import proofs"),
        ("derive.models.refute", "from derive.kernel import refl", "the models stand on"),
        ("derive.models.refute", "from derive.printing import text", "the models stand on"),
        ("derive.book.tokens", "from .check import check_document", "stands below it"),
        ("derive.sheet.words", "from derive.book import tree", "stands below it"),
        ("numeric.mdp", "from derive import terms", "numeric may not import derive"),
        ("numeric.mdp", "import numeric.evaluate", "stands below it"),
        ("proofs.bandit_mean", "import numeric", "proofs may not import numeric"),
        ("numeric.testing", "from tests import cases", "numeric may not import tests"),
    ],
)
def test_an_import_that_is_not_allowed_is_found(module: str, source: str, complaint: str) -> None:
    found = faults(module, source)
    assert len(found) == 1
    assert complaint in found[0]


def test_an_import_that_is_allowed_is_not_reported() -> None:
    assert not faults("derive.kernel", "from derive.terms import Var\nimport sympy\nfrom . import ring")
    assert not faults("derive.cli", "from numeric.evaluate import agrees\nimport proofs")
    assert not faults("proofs.bandit_mean", "from derive.rules import unfold\nfrom proofs.bandit_variance import sigma")
