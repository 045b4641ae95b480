"""In which precision PyTorch computes: every dtype that an operation gives is seen."""

from __future__ import annotations

from typing import Any

__all__ = ["dtypes_below_double"]


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
