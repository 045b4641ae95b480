"""The kind `torch`: a scalar loss of tensors, differentiated at the logits; all batches at once under torch.func."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.judging.answers import Answers, gathered
from numeric.judging.batch import Batch, Pool
from numeric.judging.calling import bound
from numeric.judging.case import Case
from numeric.judging.choices import Chooser
from numeric.judging.precision import dtypes_below_double
from numeric.judging.rollouts import FIELDS
from numeric.judging.watch import Watch

__all__ = ["TorchLoss"]

Floats = NDArray[np.float64]
AT_ONCE = 4096
PROBES, CHECKED = 2, 12  # batches of the first cases that are also differentiated one by one


class TorchLoss:
    """The answers of a loss: -∂loss/∂logits for an objective that is maximised, +∂loss/∂logits otherwise."""

    def __init__(self, minimised: bool):
        self.sign = 1.0 if minimised else -1.0
        self.vectorised: bool | None = None  # not known yet
        self.single = False
        self._maps = 0
        self.at_random = False  # then every batch draws for itself, and no two answers are alike

    def __call__(self, function: Callable[..., Any], case: Case, pool: Pool, watch: Watch) -> Answers:
        import torch

        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # tensors this small only wait for other threads
        try:
            return self._answered(function, case, pool, watch)
        finally:
            torch.set_num_threads(threads)

    def _answered(self, function: Callable[..., Any], case: Case, pool: Pool, watch: Watch) -> Answers:
        import torch

        chooser = Chooser()
        call = bound(function, None, chooser)
        tensors = {name: torch.tensor(pool.array(name)) for name in FIELDS}
        if self.single:
            tensors = {name: t.float() if t.dtype == torch.float64 else t for name, t in tensors.items()}
        batch, chance, gradients = [], [], []
        with watch.calls_of(pool) as at:
            more = True
            while more:
                chooser_state = functools.partial(_loss, call, pool, chooser)
                found = self._gradients(chooser_state, chooser, tensors, pool, watch, at)
                gradients.append(found)
                batch.append(np.arange(len(found)))
                chance.append(np.full(len(found), chooser.chance if chooser.used else 1.0))
                more = chooser.next_sequence()
            watch.calls += len(pool.rows)
        number = np.concatenate(batch)
        per_step = self.sign * np.concatenate(gradients)
        estimates = gathered(case, pool, number, per_step)
        return Answers(
            number,
            np.concatenate(chance),
            estimates,
            float(np.abs(per_step).max(initial=0.0)) * case.steps,
            per_step,
        )

    def _gradients(self, loss: Any, chooser: Chooser, tensors: Any, pool: Pool, watch: Watch, at: list[int]) -> Floats:
        import torch

        probes = min(PROBES, len(pool.rows))
        if self.vectorised is None:
            try:
                self._probe(loss, tensors, pool, watch)
            except (RuntimeError, TypeError, ValueError) as cause:
                if self.single or not any(word in str(cause) for word in ("Double", "Float", "dtype", "double")):
                    raise
                self.single = True
                for name, tensor in tensors.items():
                    tensors[name] = tensor.float() if tensor.dtype == torch.float64 else tensor
                self._probe(loss, tensors, pool, watch)
        if self.single:
            watch.computes_in("float32")
        if self.vectorised is not False:
            checked = self._maps < CHECKED and not self.at_random
            first = self._one_backward(loss, tensors, pool, watch, at, range(probes)) if checked else None
            try:
                found = self._mapped(loss, tensors, watch, pool)
                self._maps += 1
                tolerance = 1e-4 if watch.lower else 1e-11
                if first is None or np.allclose(found[:probes], first, rtol=tolerance, atol=tolerance):
                    self.vectorised = True
                    return found
            except (EstimatorError, KeyboardInterrupt):
                raise
            except Exception:  # not every function can be mapped: then one after the other
                pass
            self.vectorised = False
        return self._one_backward(loss, tensors, pool, watch, at, range(len(pool.rows)))

    def _probe(self, loss: Any, tensors: dict[str, Any], pool: Pool, watch: Watch) -> None:
        """One call, watched closely: a scalar, with a gradient, in which precision, nothing written."""
        import torch

        with dtypes_below_double() as seen:
            fields = {name: tensor[0].clone() for name, tensor in tensors.items()}
            logits = fields["logits"].requires_grad_()
            versions: dict[str, Any] = {}
            value = loss(logits, fields, versions)
        if not isinstance(value, torch.Tensor):
            hint = "; does it end with `return`?" if value is None else ", a tensor that depends on b.logp or b.logits"
            watch.fault(f"returns {value!r:.60} of type {type(value).__name__}; return a scalar loss{hint}", pool, 0)
        if value.numel() != 1:
            watch.fault(
                f"returns a loss of shape {tuple(value.shape)}; return a scalar: reduce it by a sum or a mean",
                pool,
                0,
            )
        watch.computes_in(str(value.dtype).removeprefix("torch."))
        for dtype in sorted(seen):
            watch.computes_in(dtype)
        if not value.requires_grad:
            self._no_grad(loss, tensors, pool, watch)
        for name, (tensor, version) in versions.items():
            if tensor._version != version:
                watch.fault(f"changes its batch (b.{name} is written in place); clone it first", pool, 0)

    def _no_grad(self, loss: Any, tensors: dict[str, Any], pool: Pool, watch: Watch) -> None:
        """No gradient on one batch may be chance; on every batch it is a fault."""
        for number in range(1, len(pool.rows)):
            fields = {name: tensor[number].clone() for name, tensor in tensors.items()}
            if loss(fields["logits"].requires_grad_(), fields, {}).requires_grad:
                return
        watch.fault(
            "returns a loss without a gradient; compute it from b.logp or b.logits, without detach or .item()",
            pool,
            0,
        )

    def _mapped(self, loss: Any, tensors: dict[str, Any], watch: Watch, pool: Pool) -> Floats:
        import torch
        from torch.func import grad_and_value, vmap

        others = {name: tensor for name, tensor in tensors.items() if name != "logits"}

        def of(logits: Any, fields: dict[str, Any]) -> Any:
            return loss(logits, fields, {}).reshape(())

        mapped = vmap(grad_and_value(of), chunk_size=AT_ONCE, randomness="different" if self.at_random else "error")
        gradient, value = mapped(tensors["logits"], others)
        return _finite(gradient, value, watch, pool, range(len(pool.rows)), torch)

    def _one_backward(
        self, loss: Any, tensors: dict[str, Any], pool: Pool, watch: Watch, at: list[int], numbers: range
    ) -> Floats:
        """Σ_k loss_k has the gradient of every loss_k in rows of its own."""
        import torch

        logits = tensors["logits"][numbers.start : numbers.stop].clone().requires_grad_()
        losses = []
        versions: dict[str, Any] = {}
        for number in numbers:
            at[0] = number
            fields = {name: tensor[number] for name, tensor in tensors.items()}
            value = loss(logits[number], fields, versions)
            for name, (tensor, version) in versions.items():
                if tensor._version != version:
                    watch.fault(f"changes its batch (b.{name} is written in place); clone it first", pool, number)
            losses.append(value.reshape(()) if isinstance(value, torch.Tensor) else torch.tensor(float(value)))
        stacked = torch.stack(losses)
        if stacked.requires_grad:
            stacked.sum().backward()
        gradient = logits.grad if logits.grad is not None else torch.zeros_like(logits)
        return _finite(gradient, stacked, watch, pool, numbers, torch)


def _loss(
    call: Any, pool: Pool, chooser: Chooser, logits: Any, fields: dict[str, Any], versions: dict[str, Any]
) -> Any:
    """f on one batch of tensors; logp is computed from the logits, so that its gradient reaches them."""
    import torch

    logp = torch.log_softmax(logits, -1).gather(-1, fields["actions"][..., None])[..., 0]
    given = {**fields, "logits": logits, "logp": logp}
    if not torch._C._functorch.maybe_current_level():
        versions.update({name: (tensor, tensor._version) for name, tensor in given.items()})
    chooser._depth = 0  # a further call of the same sequence of choices
    return call(Batch(pool, 0, chooser, given))


def _finite(gradient: Any, value: Any, watch: Watch, pool: Pool, numbers: range, torch: Any) -> Floats:
    if not bool(torch.isfinite(value).all()):
        number = int((~torch.isfinite(value)).nonzero()[0, 0])
        watch.fault(f"returns the loss {float(value[number])}; return finite numbers", pool, numbers[number])
    if not bool(torch.isfinite(gradient).all()):
        number = int((~torch.isfinite(gradient)).nonzero()[0, 0])
        watch.fault("has a gradient that is not finite, though its loss is", pool, numbers[number])
    found: Floats = gradient.detach().double().numpy()
    return found
