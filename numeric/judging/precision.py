"""In which precision a function computes: what PyTorch is seen to do, what NumPy code says of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numeric.judging.calling import names_used

__all__ = ["dtypes_below_double", "speaks_of_single"]

SINGLE = ("float32", "single", "f4", "<f4", "float16")


def speaks_of_single(function: Callable[..., Any]) -> bool:
    """Whether the code of the function, or of one that it calls, names a dtype below float64."""
    return any(name in SINGLE for name in names_used(function))


def dtypes_below_double() -> Any:
    """A context that notes every dtype below float64 that an operation gives."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Noting(TorchDispatchMode):
        def __enter__(self) -> Any:
            self.seen: set[str] = set()
            super().__enter__()
            return self.seen

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            for tensor in out if isinstance(out, tuple | list) else (out,):
                if isinstance(tensor, torch.Tensor) and tensor.is_floating_point() and tensor.dtype != torch.float64:
                    self.seen.add(str(tensor.dtype).removeprefix("torch."))
            return out

    return Noting()
