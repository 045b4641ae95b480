"""One last index, and one form of rewards, for a whole text or a section of it: under which most of its steps are true.

A text that writes Σ_{t=0}^{T} here and Σ_{t=0}^{T-1} there means one of them, unless a section keeps to the other
throughout; so does one that writes r(s,a) and r(s,a,s'). What is true under the other only is refuted where fewer steps
are true under that; else it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.book.progress import Step
from derive.book.scope import SHORT_REWARDS, Convention, Survey
from derive.book.sections import Section, section_of
from derive.book.verdict import PASSED

Walk = Callable[[Survey], list[Step]]
Runs = dict[Survey, list[Step]]
MANY = 2  # formulas that speak for another convention than the one shown most; one alone may be a mistake
MOST = 2  # other conventions that are tried


def agreed(walk: Walk, survey: Survey) -> list[Step]:
    """The steps of a text, judged under the last index that most of it keeps to."""
    runs = {survey: walk(survey)}
    for other in list(dict.fromkeys(s.otherwise for s in runs[survey] if s.otherwise is not None))[:MOST]:
        runs[survey.under(other)] = walk(survey.under(other))
    if len(runs) == 1:
        return runs[survey]
    usual = survey
    for one in runs:
        if len(_ahead(runs[one], runs[usual])) >= max(MANY, 1 + len(_ahead(runs[usual], runs[one]))):
            usual = one
    sections = {_section(s) for s in runs[survey]}
    kept = {section: _kept(section, runs, usual) for section in sections}
    found = [_settled(s, one, runs) for one in runs for s in runs[one] if kept.get(_section(s), usual) == one]
    order = {id(s.formula): n for n, s in reversed([*enumerate(runs[survey])])}
    return sorted(found, key=lambda s: order[id(s.formula)])


def _kept(section: Section, runs: Runs, usual: Survey) -> Survey:
    """The usual convention, or another that a section keeps to throughout."""
    here = {one: [s for s in steps if _section(s) == section] for one, steps in runs.items()}
    for one in runs:
        if len(_ahead(here[one], here[usual])) >= MANY and not _ahead(here[usual], here[one]):
            return one
    return usual


def _section(step: Step) -> Section:
    return section_of(step.formula.source, step.formula.offsets[0])


def _ahead(one: Sequence[Step], two: Sequence[Step]) -> set[int]:
    """The formulas with a step that is true in the first run alone."""
    true = {(id(s.formula), s.start) for s in two if s.verdict in PASSED}
    return {id(s.formula) for s in one if s.verdict in PASSED and (id(s.formula), s.start) not in true}


def _settled(step: Step, survey: Survey, runs: Runs) -> Step:
    """What is true under another last index only: refuted where that makes less of the text true, else unknown."""
    if step.otherwise is None:
        return step
    message = f"true where {_said(step.otherwise)}, which is not the text's"
    other = runs.get(survey.under(step.otherwise))
    worse = other is not None and len(_ahead(runs[survey], other)) > len(_ahead(other, runs[survey]))
    if worse and step.verdict in ("refuted", "inconsistent"):
        return replace(step, message=f"{step.message}; {message}")
    doubt = f"{message} elsewhere: {step.message}"
    return replace(step, verdict="unknown", code="D068", message=doubt, counterexample=None, repair=None, gap=None)


def _said(one: Convention) -> str:
    name, c = one
    if one == SHORT_REWARDS:
        return "r_t = r(s_t, a_t)"
    return f"the last action has the index {name}{f'{c:+}' if c else ''}"
