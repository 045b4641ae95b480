"""Arrays and numbers checked on the way into a constructor: frozen, finite, a law, a number in [0, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import NumericError

__all__ = ["check_finite", "check_law", "frozen_array", "unit_number"]

Floats = NDArray[np.float64]


def frozen_array(value: ArrayLike, dtype: type[np.generic], name: str, error: type[NumericError]) -> NDArray[Any]:
    """A read-only copy of `value` as `dtype`; an array that nobody can write any more is taken as it is.

    Raises `error`, naming the value, for what is no array of that kind.
    """
    if isinstance(value, np.ndarray) and value.dtype == dtype and not _writable(value):
        return value
    try:
        given = np.asarray(value)
        with np.errstate(invalid="ignore"):  # NaN as an integer is found out below
            array = given.real.astype(dtype)
    except (TypeError, ValueError) as cause:
        raise error(f"{name} is {value!r}; give an array of {dtype.__name__}") from cause
    if np.iscomplexobj(given) or (dtype is np.int64 and not np.array_equal(array, given)):
        raise error(f"{name} holds {given.dtype} values; give an array of {dtype.__name__}")
    array.flags.writeable = False
    return array


def _writable(array: NDArray[Any] | None) -> bool:
    """Whether the memory of `array` can still change: it, or an array that it is a view of, is writeable."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return True
        array = array.base
    return array is not None


def check_finite(array: Floats, name: str, letters: str, error: type[NumericError]) -> None:
    """|x| < ∞ for every entry x; raises `error`, naming the first that is not."""
    if not np.isfinite(array).all():
        index = tuple(np.argwhere(~np.isfinite(array))[0])
        raise error(f"{name}[{_place(index, letters)}] is {array[index]}; every entry must be a finite number")


def check_law(law: Floats, name: str, letters: str, error: type[NumericError]) -> None:
    """Σ_j law[…, j] = 1 and law >= 0, to rounding; raises `error`, naming the row and its sum."""
    check_finite(law, name, letters, error)
    if (law < 0).any():
        index = tuple(np.argwhere(law < 0)[0])
        raise error(f"{name}[{_place(index, letters)}] is {law[index]}; a probability is never negative")
    # S entries rounded to half a unit, S-1 additions and one division by the sum: at most (S+1) eps.
    sums = law.sum(axis=-1)
    wrong = np.abs(sums - 1) > (law.shape[-1] + 1) * np.finfo(np.float64).eps
    if wrong.any():
        index = tuple(np.argwhere(wrong)[0])
        row = f"{name}[{_place(index, letters)}]" if index else name
        raise error(f"{row} sums to {float(sums[index])!r}, not to 1; correct the row or divide it by its sum")


def unit_number(value: float, name: str, error: type[NumericError]) -> float:
    """0 <= x <= 1, as a float; raises `error` for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError) as cause:
        raise error(f"{name} is {value!r}; give a number in [0, 1]") from cause
    if not 0 <= number <= 1:
        raise error(f"{name} is {value!r}; give a number in [0, 1]")
    return number


def _place(index: tuple[Any, ...] | Any, letters: str) -> str:
    return ", ".join(f"{letter}={int(i)}" for letter, i in zip(letters.split(), index, strict=False))
