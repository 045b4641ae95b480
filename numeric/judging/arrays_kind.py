"""Kinds whose function takes and gives arrays: `advantage`, `numpy`, `value_target`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.judging.answers import Answers, gathered, scored
from numeric.judging.batch import Batch, Pool
from numeric.judging.calling import bound
from numeric.judging.case import Case
from numeric.judging.choices import Chooser
from numeric.judging.precision import dtypes_below_double
from numeric.judging.watch import Watch

__all__ = ["advantage", "gradient_array", "value_target"]

Floats = NDArray[np.float64]
PROBED = 100  # calls, before which each case is watched more closely
Checked = Callable[[Any, Watch, Pool, int], NDArray[Any]]


def advantage(function: Callable[..., Any], case: Case, pool: Pool, watch: Watch) -> Answers:
    """Weights w [N, T]: the estimate is (1/N) Σ_n Σ_t w_{n,t} ∇log π(a_t|s_t), over the steps that were taken."""
    batch, chance, weights = _called(function, case, pool, watch, _weights)
    per_step = scored(case, pool, batch, weights)
    largest = float(np.abs(weights[pool.rollouts.arrays["mask"][pool.rows[batch]]]).max(initial=0.0))
    return Answers(batch, chance, gathered(case, pool, batch, per_step), largest, per_step)


def gradient_array(function: Callable[..., Any], case: Case, pool: Pool, watch: Watch) -> Answers:
    """The estimate itself, an array [S, A]."""
    shape = case.theta.shape

    def checked(value: Any, watch: Watch, pool: Pool, number: int) -> NDArray[Any]:
        array = _array(value, watch, pool, number, f"a NumPy array [S, A] = {shape}")
        if array.shape != shape:
            watch.fault(f"returns shape {array.shape}; return one estimate [S, A] = {shape} per batch", pool, number)
        if not np.isfinite(array).all():
            s, a = np.argwhere(~np.isfinite(array))[0]
            watch.fault(f"returns {array[s, a]} at [s={s}, a={a}]; return finite numbers", pool, number)
        return array

    batch, chance, estimates = _called(function, case, pool, watch, checked)
    return Answers(batch, chance, estimates, float(np.abs(estimates).max()))


def value_target(function: Callable[..., Any], case: Case, pool: Pool, watch: Watch) -> Answers:
    """Targets [N, T]: of V_t(s_t), Q_t(s_t, a_t) or A_t(s_t, a_t) at every step that was taken; [N] for t = 0 alone."""
    batch, chance, targets = _called(function, case, pool, watch, _targets)
    largest = float(np.nanmax(np.abs(targets[pool.rollouts.arrays["mask"][pool.rows[batch]]]), initial=0.0))
    return Answers(batch, chance, np.zeros((len(batch), 0)), largest, targets=targets)


def _called(
    function: Callable[..., Any], case: Case, pool: Pool, watch: Watch, checked: Checked
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """f on every batch, for every sequence of its own choices: the batch, the chance, the value."""
    chooser = Chooser()
    call = bound(function, case.theta, chooser)
    batches, chances, values = [], [], []
    with watch.calls_of(pool) as at:
        if watch.calls < PROBED:
            _precision(call, pool, chooser, watch)
        for number in range(len(pool.rows)):
            at[0] = number
            chooser.begin()
            more = True
            while more:
                array = checked(call(Batch(pool, number, chooser)), watch, pool, number)
                values.append(array.astype(np.float64))  # a copy: f may fill the same array at its next call
                batches.append(number)
                chances.append(chooser.chance if chooser.used else 1.0)
                more = chooser.next_sequence()
            watch.calls += 1
    found = np.array(values)
    if not (found.astype(np.float32) == found)[~np.isnan(found)].all():
        watch.reads.add("*more than float32*")
    return np.array(batches), np.array(chances), found


def _precision(call: Callable[[Batch], Any], pool: Pool, chooser: Chooser, watch: Watch) -> None:
    """One call more, where PyTorch is loaded, to see whether f computes in less than float64 somewhere inside."""
    if "torch" not in sys.modules:
        return
    chooser.begin()
    with dtypes_below_double() as seen:
        call(Batch(pool, 0, chooser))
    if "float32" in seen:
        watch.computes_in("float32")


def _array(value: Any, watch: Watch, pool: Pool, number: int, wanted: str) -> NDArray[Any]:
    if isinstance(value, np.ndarray):
        array: NDArray[Any] = value
    elif isinstance(value, list) and "[N, T]" in wanted:
        array = np.asarray(value, dtype=np.float64)
    elif hasattr(value, "detach"):
        array = _from_torch(value, watch)
    elif hasattr(value, "__array__") and not np.isscalar(value):
        array = np.asarray(value)
    else:
        hint = "; does it end with `return`?" if value is None else ""
        watch.fault(f"returns {value!r:.60} of type {type(value).__name__}; return {wanted}{hint}", pool, number)
    if array.dtype.kind not in "fiu" and str(array.dtype) != "bfloat16":
        watch.fault(f"returns dtype {array.dtype}; return an array of a real dtype such as float64", pool, number)
    watch.computes_in(str(array.dtype))
    return array


def _from_torch(value: Any, watch: Watch) -> NDArray[Any]:
    watch.computes_in(str(value.dtype).removeprefix("torch."))
    array: NDArray[Any] = value.detach().cpu().numpy()
    return array


def _targets(value: Any, watch: Watch, pool: Pool, number: int) -> NDArray[Any]:
    """One number a step; one a trajectory, [N], is the target at t = 0, the other steps having none (NaN)."""
    number_of, steps = pool.rows.shape[1], pool.rollouts.arrays["mask"].shape[1]
    if np.shape(value) == (number_of,) and (number_of, steps) != (1, 1):
        array = _array(value, watch, pool, number, f"an array [N] = ({number_of},)")
        if not np.isfinite(array).all():
            watch.fault(f"returns {array[~np.isfinite(array)][0]}; return finite numbers", pool, number)
        whole = np.full((number_of, steps), np.nan)
        whole[:, 0] = array
        return whole
    return _weights(value, watch, pool, number)


def _weights(value: Any, watch: Watch, pool: Pool, number: int) -> NDArray[Any]:
    """One number a step [N, T]; one a trajectory [N, 1] stands for all its steps; [T] is a batch of one."""
    shape = pool.rows.shape[1], pool.rollouts.arrays["mask"].shape[1]
    array = _array(value, watch, pool, number, f"an array [N, T] = {shape}")
    if array.shape != shape:
        if array.shape == (shape[0], 1):
            array = np.broadcast_to(array, shape)
        elif shape[0] == 1 and array.shape == shape[1:]:
            array = array[None]
        elif array.shape == (*shape, 1):
            array = array[..., 0]
        else:
            hint = "; one number a trajectory is [N, 1]: index it [:, None]" if array.shape == shape[:1] else ""
            watch.fault(f"returns shape {array.shape}; return one number a step, [N, T] = {shape}{hint}", pool, number)
    mask = pool.rollouts.arrays["mask"][pool.rows[number]]
    if not np.isfinite(array[mask]).all():
        n, t = np.argwhere(~np.isfinite(array) & mask)[0]
        watch.fault(f"returns {array[n, t]} at [n={n}, t={t}]; return finite numbers", pool, number)
    return np.where(mask, array, 0)
