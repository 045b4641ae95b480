"""The gallery of known faults, `docs/known-faults.md`: each by pattern, judged here and now."""

import math
from pathlib import Path

import numpy as np

from numeric.testing import judge

from . import wrong_estimators as wrong

PAGE = Path(__file__).resolve().parents[2] / "docs" / "known-faults.md"
PATIENCE = 1200.0  # seconds: the page must not hang on how busy the machine is, so no clock cuts the cases short
GROUP = {"batch": 2, "shared_start": True}

FAULTS = [
    ("The discount is left out of the weights", "Σ_t G_t ∇log π in place of Σ_t γ^t G_t ∇log π",
     wrong.without_discount_power, {}),
    ("The discount is there twice", "γ^t multiplies a return that was discounted from the start already",
     wrong.discount_squared, {}),
    ("The discount is one step off", "γ^(t+1)", wrong.discount_power_off_by_one, {}),
    ("The step's own reward is left out", "Σ_(k>t) in place of Σ_(k>=t)", wrong.future_only, {}),
    ("The past in place of the future", "a cumulative sum that runs forwards", wrong.past_and_present, {}),
    ("The last step is dropped", "a loop to T - 1", wrong.last_step_dropped, {}),
    ("Rewards are clipped", "to [-1, 1]", wrong.rewards_clipped, {}),
    ("The baseline knows the action", "or anything that the action has caused", wrong.action_baseline, {}),
    ("The baseline is the next state's value", "an index too far", wrong.next_value_baseline, {}),
    ("A baseline over the columns", "the mean of one's own returns, padding included", wrong.baseline_over_padding, {}),
    ("Returns are whitened", "by the mean and standard deviation of the batch", wrong.returns_whitened, {"batch": 2}),
    ("The mean over the steps of the batch", "a random number divides", wrong.mean_over_steps, {"batch": 2}),
    ("The mean over each sequence", "long sequences count less", wrong.mean_per_sequence, {}),
    ("The mean over the wrong axis", "over time, not over the batch",
     wrong.mean_over_the_wrong_axis, {"batch": 2}),
    ("The group's standard deviation divides", "as in GRPO",
     wrong.group_standardised, {"batch": 3, "shared_start": True}),
    ("A group of one is its own mean", "nothing is learnt from it", wrong.group_of_one, {"batch": 3}),
    ("The best of the group as baseline", "it may be one's own", wrong.best_as_baseline, GROUP),
    ("The ratio is upside down", "μ/π in place of π/μ", wrong.ratio_swapped, {}),
    ("The ratio of the step alone", "the actions before it are left as they were",
     wrong.ratio_of_the_step_alone, {}),
    ("The ratio is clipped", "to [0.8, 1.2]", wrong.ratio_clipped, {}),
    ("The ratios are normalised by their mean", "weighted importance sampling",
     wrong.ratio_self_normalised, {"batch": 2}),
    ("A truncation is taken for an end", "the value of the state where the episode was cut is lost",
     wrong.truncation_as_termination, {}),
    ("The recursion runs on past a cut", "into the padding", wrong.runs_on_past_a_cut, {}),
    ("The value of the next column", "whatever is there, after the end too", wrong.value_of_the_next_column, {}),
]  # fmt: skip


def entry(title, words, estimator, options):
    """A section of the page: the verdict, the smallest MDP, what sampling would have cost on it."""
    verdict = judge(estimator, kind="advantage", timeout=PATIENCE, **options)
    assert verdict.verdict == "BIASED", title
    found = verdict.counterexample
    size = "" if options.get("batch", 1) == 1 else f" In groups of {options['batch']}."
    first = words[0].upper() if words[0].isascii() else words[0]
    return (
        f"## {title}\n\n{first}{words[1:]}.{size}\n\n```\n{found['text']}\n```\n\n"
        f"Sampling sees this bias at three standard errors after about {_samples(found):,} batches of this MDP.\n"
    )


def _samples(found):
    """9 Var / bias² at the entry where that is least, to two digits."""
    bias = np.abs(np.subtract(found["expected"], found["gradient"]))
    number = float(np.min(9 * np.array(found["variances"])[bias > 1e-12] / bias[bias > 1e-12] ** 2))
    digits = max(0, math.floor(math.log10(max(number, 1))) - 1)
    return max(2, round(number / 10**digits) * 10**digits)


def page():
    """The whole page."""
    head = (
        "# Known faults\n\nFaults as they are met in code, by pattern. Each is shown on the smallest MDP on which "
        "`@unbiased` finds it, in the words of its failure;\n`derive` finds and shrinks each in a fraction of a "
        "second. "
        "They are tests, too: `tests/numeric/wrong_estimators.py`.\n"
    )
    return "\n".join([head, *(entry(*fault) for fault in FAULTS)])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
