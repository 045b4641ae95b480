"""The rule codes of `derive check`: one for every cause of a verdict. A code never changes its meaning."""

from __future__ import annotations

from derive.errors import unknown_name

CODES: dict[str, tuple[str, str]] = {
    "D001": ("proved", "A kernel theorem, replayed, for every finite process and horizon; a finite model agrees."),
    "D002": ("holds", "Equal on every finite model of the sizes printed; no general proof was found."),
    "D003": ("holds", "Arithmetic, right to the digits that are printed."),
    "D004": ("holds", "Follows from an equation just before it, as far as that one holds."),
    "D005": ("holds", "True for a number that the text sets, as γ = 1, and false in general."),
    "D006": ("holds", "True where moves are certain, as the words before it say, and false in general."),
    "D010": ("refuted", "A finite model on which the sides differ, under every reading; a second evaluator agrees."),
    "D011": ("refuted", "Arithmetic that is wrong, also to the digits that are printed."),
    "D013": ("refuted", "The probabilities that an example gives to its actions do not add up to one."),
    "D012": ("inconsistent", "True only under a definition that the text has since replaced."),
    "D020": ("definition", "Introduces a symbol."),
    "D021": ("definition", "Replaces an earlier definition, from which it differs; the text says that it defines."),
    "D022": ("definition", "Gives values to a letter in an example; general statements are read without it."),
    "D023": ("definition", "Lists the elements of a set, or the parts of a trajectory."),
    "D024": ("definition", "The probability of a trajectory in an environment that the text says is deterministic."),
    "D025": ("definition", "An estimator: the mean of a sample."),
    "D026": ("definition", "Introduces a symbol for what has no meaning that is known here; its uses are not judged."),
    "D027": ("definition", "Gives one more choice for a symbol, beside those before it."),
    "D028": ("definition", "Says which reward, policy or law is meant in this section."),
    "D030": ("not-a-claim", "An expression, which states nothing."),
    "D031": ("not-a-claim", "An update rule."),
    "D032": ("not-a-claim", "Says where something lies, goes or is drawn from."),
    "D033": ("not-a-claim", "A condition, for the statements beside it."),
    "D034": ("not-a-claim", "Defines macros."),
    "D035": ("not-a-claim", "Names what makes an objective best (argmax)."),
    "D036": ("not-a-claim", "Says how a state or an action is made."),
    "D037": ("not-a-claim", "States an objective, and what it is to be made."),
    "D040": ("not-read", "The notation cannot be read at this token."),
    "D041": ("not-read", "The notation is read, but this part of it has no meaning that is known here."),
    "D042": ("not-read", "The formula has no end."),
    "D043": ("not-read", "Continues a formula that was not read."),
    "D050": ("unknown", "Read, but no method decides it."),
    "D051": ("unknown", "Fails under the reading that was assumed for a letter the text does not define."),
    "D052": ("unknown", "A relation that is no equation."),
    "D053": ("unknown", "An approximation that is no arithmetic."),
    "D054": ("unknown", "A value in an example, whose numbers are not read."),
    "D055": ("unknown", "Differs from an earlier definition, and the text does not say that it defines anew."),
    "D056": ("unknown", "Fails as it is read, but ∇ may reach further to the right."),
    "D057": ("unknown", "Equal only to the digits that are printed."),
    "D058": ("unknown", "Proved, but no finite model could confirm it."),
    "D059": ("unknown", "Fails under one reading that the text allows, and another could not be decided."),
    "D060": ("unknown", "Both sides are zero on every model: nothing was tested."),
    "D061": ("unknown", "True for the rewards of the text's example only, false for general ones."),
    "D062": ("unknown", "Fails, but stands under a condition, or before ⟹, or behind what was not established."),
    "D063": ("unknown", "Not decided within the time of a step."),
    "D065": ("unknown", "Judging it ended the process that it was judged in, for its time or its memory."),
    "D064": ("unknown", "Read; what it says is left open by the text, or no finite model has a value for it."),
    "D066": ("unknown", "Not decided within the memory that a step may use."),
    "D067": ("unknown", "About a letter that is defined otherwise, for a case that the text supposes."),
    "D068": ("unknown", "True only under another last index, or another form of rewards, than the rest of the text."),
    "D069": ("unknown", "An inequality that fails for some processes, and may be meant as a condition."),
    "internal": ("unknown", "A fault of this program while it judged the step; please report it."),
    "internal-disagreement": ("unknown", "Two of the witnesses disagree, a fault of this program; please report it."),
}  # fmt: skip


def explain(code: str) -> str:
    """What a code means. Raises UnknownName."""
    if code not in CODES:
        raise unknown_name("code", code, CODES)
    verdict, meaning = CODES[code]
    return f"{code} ({verdict}): {meaning}"
