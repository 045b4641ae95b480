"""`judge` and `judge_file`: each verdict on an estimator that deserves it, each fault as one clear error."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, fields

import numpy as np
import pytest

from numeric.errors import EstimatorError
from numeric.estimators import reward_to_go, total_return, weighted_scores
from numeric.exact import moments, objective_gradient
from numeric.mdp import FiniteMDP
from numeric.returns import discounts, returns, rewards_to_go
from numeric.testing import Verdict, judge, judge_file


def without_discount_power(b, theta):
    return weighted_scores(b, theta, rewards_to_go(b.rewards, b.gamma))


def group_mean(b, theta):
    total = returns(b.rewards, b.gamma)
    return weighted_scores(b, theta, (total - total.mean())[:, None])


def leave_one_out(b, theta):
    return group_mean(b, theta) * len(b) / (len(b) - 1)


def group_standardised(b, theta):
    total = returns(b.rewards, b.gamma)
    return weighted_scores(b, theta, ((total - total.mean()) / (total.std() + 1e-8))[:, None])


def mean_over_horizon(b, theta):
    return reward_to_go(b, theta) / b.rewards.shape[1]


def mean_over_steps_taken(b, theta):
    return reward_to_go(b, theta) * len(b) / b.mask.sum()


def undiscounted(b, theta):
    return weighted_scores(b, theta, rewards_to_go(b.rewards, 1.0))


def in_single_precision(b, theta):
    return reward_to_go(b, theta).astype(np.float32)


def through_single_precision(b, theta):
    return in_single_precision(b, theta).astype(np.float64)


def nothing(b, theta):
    return np.zeros_like(theta)


# --- verdicts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", [total_return, reward_to_go, in_single_precision])
def test_unbiased(estimator):
    verdict = judge(estimator)
    assert (verdict.verdict, verdict.objective, verdict.unbiased_for) == (
        "UNBIASED",
        "discounted J",
        "discounted J",
    )
    assert (verdict.scale, verdict.counterexample, verdict.mdps) == (None, None, 50)
    assert verdict.max_abs_bias < 1e-6
    assert verdict.cosine == pytest.approx(1)
    assert verdict.variance > 0


@pytest.mark.parametrize("batch", [2, 3])
def test_a_leave_one_out_baseline_is_unbiased(batch):
    assert judge(leave_one_out, batch=batch, max_examples=20).verdict == "UNBIASED"


@pytest.mark.parametrize(("batch", "scale"), [(2, 1 / 2), (3, 2 / 3), (4, 3 / 4)])
def test_the_group_mean_scales_by_one_less_than_the_group_over_the_group(batch, scale):
    verdict = judge(group_mean, batch=batch, max_examples=20)
    assert (verdict.verdict, verdict.scale, verdict.unbiased_for) == ("SCALED", scale, None)


def test_a_scale_that_follows_the_shape_is_a_formula():
    verdict = judge(mean_over_horizon)
    assert (verdict.verdict, verdict.scale) == ("SCALED", "1/T")


def test_a_wrong_sign_is_a_scale():
    assert judge(lambda b, theta: -reward_to_go(b, theta), max_examples=20).scale == -1


def test_numeric_is_equal_to_single_precision_only():
    verdict = judge(through_single_precision)
    assert (verdict.verdict, verdict.unbiased_for) == ("NUMERIC", "discounted J")
    assert 1e-9 < verdict.max_abs_bias < 1e-5


def test_an_estimator_of_another_objective_is_told_which():
    verdict = judge(undiscounted)
    assert (verdict.verdict, verdict.unbiased_for) == ("BIASED", "undiscounted J")


def test_without_a_gradient_anywhere_the_verdict_is_vacuous():
    """One example is the simplest one, and it has no reward."""
    verdict = judge(reward_to_go, max_examples=1)
    assert (verdict.verdict, verdict.mdps, verdict.cosine, verdict.unbiased_for) == ("VACUOUS", 1, None, None)


BIASED = [
    (without_discount_power, 1),
    (mean_over_steps_taken, 1),
    (nothing, 1),
    (group_standardised, 2),
]


@pytest.mark.parametrize(("estimator", "batch"), BIASED)
def test_biased_comes_with_a_small_mdp_that_shows_it(estimator, batch):
    verdict = judge(estimator, batch=batch)
    found = verdict.counterexample
    assert verdict.verdict == "BIASED"
    assert verdict.max_abs_bias > 0.1
    assert found["states"] <= 2
    assert (found["actions"], np.count_nonzero(found["reward"])) == (2, 1)
    assert found["horizon"] <= 2
    mdp = FiniteMDP(
        found["initial"],
        found["transition"],
        found["reward"],
        found["gamma"],
        found["horizon"],
        found["terminal"],
    )
    theta = np.array(found["theta"])
    assert np.array_equal(objective_gradient(mdp, theta), found["gradient"])
    assert np.array_equal(moments(estimator, mdp, theta, batch=batch).mean, found["expected"])
    assert np.abs(np.subtract(found["expected"], found["gradient"])).max() > 1e-3


def test_the_missing_discount_power_is_shown_on_one_state_with_fractions():
    found = judge(without_discount_power).counterexample
    assert (found["states"], found["actions"], found["horizon"], found["gamma"]) == (1, 2, 2, 0.5)
    assert found["text"].splitlines() == [
        "1 state, 2 actions, 2 steps, γ = 1/2",
        "start: s0",
        "policy: π(a0|s0) = 1/2, π(a1|s0) = 1/2",
        "step: s0, a0 -> s0, reward 1",
        "step: s0, a1 -> s0, reward 0",
        "θ[s0, a0]: E[estimator] = 1/2, ∇J = 3/8",
        "θ[s0, a1]: E[estimator] = -1/2, ∇J = -3/8",
        "equal if γ = 1",
    ]


def test_where_a_factor_would_repair_the_counterexample_the_text_says_that_others_differ():
    text = judge(mean_over_steps_taken).counterexample["text"]
    assert text.endswith("a factor would repair this one; on other MDPs the factor differs")


def test_the_same_seed_gives_the_same_verdict_and_another_seed_other_mdps():
    first, second = judge(without_discount_power, seed=3), judge(without_discount_power, seed=3)
    assert first == second
    assert judge(without_discount_power, seed=4).variance != first.variance


def test_the_verdict_is_the_json_of_the_command_line():
    names = "verdict objective unbiased_for scale max_abs_bias variance cosine mdps counterexample"
    assert [field.name for field in fields(Verdict)] == names.split()
    assert json.loads(json.dumps(asdict(judge(without_discount_power))))["verdict"] == "BIASED"


def wrong_without_discount(b):
    return b.gamma == 1


def wrong_without_future(b):
    return b.gamma == 0


def wrong_at_the_fourth_step(b):
    return b.mask.shape[1] == 4


def wrong_for_the_third_action(b):
    return b.actions == 2


def wrong_in_the_third_state(b):
    return b.obs == 2


def wrong_after_a_loss(b):
    return b.rewards < 0


RARE = [
    wrong_without_discount,
    wrong_without_future,
    wrong_at_the_fourth_step,
    wrong_for_the_third_action,
    wrong_in_the_third_state,
    wrong_after_a_loss,
]


@pytest.mark.parametrize("where", RARE)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_is_wrong_in_a_corner_alone_is_found(where, seed):
    """One per cent too much, on the steps of one kind."""

    def estimator(b, theta):
        weights = discounts(b.gamma, b.rewards.shape[1]) * rewards_to_go(b.rewards, b.gamma)
        return weighted_scores(b, theta, weights * np.where(where(b), 1.01, 1))

    assert judge(estimator, seed=seed).verdict == "BIASED"


# --- faults -----------------------------------------------------------------------------------------------

calls = []


def raises(b, theta):
    return {}["missing"]


def leaves(b, theta):
    sys.exit(3)


def returns_a_number(b, theta):
    return 1.0


def returns_a_list(b, theta):
    return theta.tolist()


def returns_a_row(b, theta):
    return theta[0]


def returns_complex(b, theta):
    return theta * 1j


def returns_truth(b, theta):
    return theta > 0


def returns_nan(b, theta):
    return reward_to_go(b, theta) / 0.0


def mutates_in_place(b, theta):
    b.rewards[:] = 0
    return theta


def mutates_by_assignment(b, theta):
    b.gamma = 1.0
    return theta


def mutates_theta(b, theta):
    theta += 1
    return theta


def remembers(b, theta):
    calls.append(float(b.rewards.sum()))
    return reward_to_go(b, theta) + sum(calls)


def draws_at_random(b, theta):
    return reward_to_go(b, theta) * np.random.default_rng().normal()


FAULTS = {
    raises: r"raises raises KeyError: 'missing', line \d+ of raises \[batch: \(s=0, a=0, r=0\)\]",
    leaves: r"leaves raises SystemExit: 3",
    returns_a_number: r"returns 1.0 of type float; return a NumPy array \[S, A\] = \(1, 2\)",
    returns_a_list: r"returns \[\[0.0, 0.0\]\] of type list; return a NumPy array",
    returns_a_row: r"returns shape \(2,\); return one estimate \[S, A\] = \(1, 2\) per batch",
    returns_complex: r"returns dtype complex128; return an array of a real dtype",
    returns_truth: r"returns dtype bool; return an array of a real dtype",
    returns_nan: r"returns nan at \[s=0, a=0\]; return finite numbers",
    mutates_in_place: r"changes its batch or theta \(ValueError: .* is read-only, line \d+ of mutates",
    mutates_by_assignment: r"changes its batch or theta \(FrozenInstanceError: .*; copy before writing",
    mutates_theta: r"changes its batch or theta \(ValueError: output array is read-only",
    remembers: r"gives two answers for one batch, .* and later .*: it remembers earlier calls",
    draws_at_random: r"gives two answers for one batch, .* compute from b and theta alone",
}


@pytest.mark.parametrize(("estimator", "message"), FAULTS.items(), ids=[f.__name__ for f in FAULTS])
def test_a_fault_is_one_clear_error(estimator, message):
    with pytest.raises(EstimatorError, match=message):
        judge(estimator)


def test_reusing_one_output_array_is_no_fault():
    kept = {}

    def reuses(b, theta):
        array = kept.setdefault(theta.shape, np.zeros_like(theta))
        array[:] = reward_to_go(b, theta)
        return array

    assert judge(reuses, max_examples=20).verdict == "UNBIASED"


def test_reusing_one_output_array_does_not_hide_a_memory():
    kept, count = {}, []

    def reuses_and_counts(b, theta):
        count.append(1)
        array = kept.setdefault(theta.shape, np.zeros_like(theta))
        array[:] = len(count)
        return array

    with pytest.raises(EstimatorError, match="gives two answers for one batch"):
        judge(reuses_and_counts)


def test_a_fault_on_an_mdp_met_while_shrinking_only_stops_the_shrinking():
    def picky(b, theta):
        small = theta.shape == (1, 2) and b.rewards.shape[1] == 2 and b.gamma == 0.5
        if small and b.rewards.any() and not theta.any():
            raise RuntimeError("too small for me")
        return without_discount_power(b, theta)

    found = judge(picky).counterexample
    assert found["horizon"] == 2
    assert (found["states"], found["gamma"], np.any(found["theta"])) != (1, 0.5, False)


@pytest.mark.parametrize("changes", [{"batch": 0}, {"max_examples": 0}])
def test_numbers_below_one_are_refused(changes):
    with pytest.raises(EstimatorError, match=r"(batch|max_examples) is 0; give an integer >= 1"):
        judge(reward_to_go, **changes)


def test_a_group_too_large_to_enumerate_is_refused():
    assert judge(leave_one_out, batch=8, max_examples=5).mdps == 5
    with pytest.raises(EstimatorError, match="batch is 13; every batch is enumerated: give at most 12"):
        judge(leave_one_out, batch=13)


def test_an_unknown_kind_is_told_the_known_ones():
    with pytest.raises(EstimatorError, match="kind is 'tensorflow'; the known kinds are numpy"):
        judge(reward_to_go, kind="tensorflow")


# --- files ------------------------------------------------------------------------------------------------

FILE = """
import os, sys, time
import numpy as np
from numeric.estimators import reward_to_go, weighted_scores
from numeric.returns import rewards_to_go

print("loading")

def right(b, theta):
    print("calling")
    return reward_to_go(b, theta)

def wrong(b, theta):
    return weighted_scores(b, theta, rewards_to_go(b.rewards, b.gamma))

def sleeps(b, theta):
    if b.rewards.any():
        open(__file__ + ".pid", "w").write(str(os.getpid()))
        time.sleep(60)
    return 0 * theta

def vanishes(b, theta):
    os._exit(3)

def raises(b, theta):
    raise RuntimeError("of its own")
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_file_is_judged_as_its_function_would_be_and_its_output_stays_off_ours(file, capfd):
    verdict = judge_file(file, "right", max_examples=10)
    out, err = capfd.readouterr()
    assert verdict == judge(reward_to_go, max_examples=10)
    assert out == ""
    assert "loading" in err
    assert "calling" in err


def test_a_biased_function_of_a_file_brings_its_counterexample(file):
    verdict = judge_file(file, "wrong")
    assert (verdict.verdict, verdict.counterexample) == (
        "BIASED",
        judge(without_discount_power).counterexample,
    )


def test_a_folder_named_like_the_package_is_not_in_the_way(file, tmp_path, monkeypatch):
    (tmp_path / "work" / "numeric").mkdir(parents=True)
    (tmp_path / "work" / "numeric" / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "work")
    assert judge_file(file, "right", max_examples=2).mdps == 2


def test_what_never_ends_is_killed_and_the_mdp_named(file):
    started = time.monotonic()
    with pytest.raises(EstimatorError, match=r"sleeps did not end within 2 seconds; it was on\n\d states?, 2 actions"):
        judge_file(file, "sleeps", timeout=2)
    assert time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((file.parent / "mine.py.pid").read_text()), 0)


def test_what_ends_its_process_is_named_with_its_status(file):
    with pytest.raises(EstimatorError, match=r"vanishes ended its own process, with status 3; it was on\n1 state"):
        judge_file(file, "vanishes")


def test_a_fault_in_a_file_is_the_same_error(file):
    with pytest.raises(EstimatorError, match="raises raises RuntimeError: of its own, line 26 of raises"):
        judge_file(file, "raises")


def test_an_unknown_function_is_told_the_nearest_names(file):
    with pytest.raises(EstimatorError, match=r"mine.py has no function 'rihgt'; did you mean right"):
        judge_file(file, "rihgt")


def test_a_file_that_is_missing_or_does_not_load_is_named(tmp_path):
    with pytest.raises(EstimatorError, match=r"nowhere.py is not a Python file; give the path of one that defines f"):
        judge_file(tmp_path / "nowhere.py", "f")
    broken = tmp_path / "broken.py"
    broken.write_text("def f(:\n", encoding="utf-8")
    with pytest.raises(EstimatorError, match=r"broken.py cannot be loaded: SyntaxError: .*line 1"):
        judge_file(broken, "f")


# --- what is imported -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("numeric", "hypothesis numpy sympy flint derive"),
        ("numeric.testing", "sympy flint derive matplotlib torch"),
    ],
)
def test_the_witness_stays_light_and_alone(module, absent):
    code = f"import sys, {module}; print([m for m in '{absent}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
