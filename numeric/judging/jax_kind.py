"""The kind `jax`: a scalar loss of arrays, compiled once a shape, all batches mapped, in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.judging.answers import Answers, gathered
from numeric.judging.batch import Batch, Pool
from numeric.judging.calling import bound
from numeric.judging.case import Case
from numeric.judging.choices import Chooser
from numeric.judging.rollouts import FIELDS
from numeric.judging.watch import Watch

__all__ = ["SHAPES", "JaxLoss"]

Floats = NDArray[np.float64]
SHAPES = ((2, 2), (4, 3), (6, 2))  # (T, A) of the arrays: one compilation each
AT_ONCE = 256


class JaxLoss:
    """The answers of a loss: -∂loss/∂logits for an objective that is maximised, +∂loss/∂logits otherwise."""

    def __init__(self, minimised: bool):
        self.sign = 1.0 if minimised else -1.0
        self._compiled: dict[Any, Any] = {}
        self.traced = True  # whether f can be traced at all, γ included
        self._zero = True

    def __call__(self, function: Callable[..., Any], case: Case, pool: Pool, watch: Watch) -> Answers:
        import jax

        chooser = Chooser()
        call = bound(function, None, chooser)
        fields = {name: pool.array(name) for name in FIELDS}
        batch, chance, gradients = [], [], []
        with _in_double(jax), watch.calls_of(pool):
            more = True
            while more:
                found = self._gradients(call, chooser, fields, pool, watch)
                gradients.append(found)
                batch.append(np.arange(len(found)))
                chance.append(np.full(len(found), chooser.chance if chooser.used else 1.0))
                more = chooser.next_sequence()
            watch.calls += len(pool.rows)
        number, per_step = np.concatenate(batch), self.sign * np.concatenate(gradients)
        estimates = gathered(case, pool, number, per_step)
        return Answers(
            number,
            np.concatenate(chance),
            estimates,
            float(np.abs(per_step).max(initial=0.0)) * case.steps,
            per_step,
        )

    def _gradients(self, call: Any, chooser: Chooser, fields: dict[str, Any], pool: Pool, watch: Watch) -> Floats:
        import jax

        def loss(logits: Any, others: dict[str, Any], gamma: Any) -> Any:
            return _loss(call, pool, chooser, logits, others, gamma)

        shape, script = fields["logits"].shape[1:], tuple(chooser._script)
        if (shape, script) not in self._compiled:
            self._probe(loss, fields, pool, watch)
            mapped = jax.vmap(jax.value_and_grad(loss), in_axes=(0, 0, None))
            self._compiled[shape, script] = (jax.jit(mapped), list(chooser._script), list(chooser._laws))
        run, chooser._script, chooser._laws = self._compiled[shape, script]
        chooser._depth = len(chooser._script)
        values, gradients = [], []
        total = len(pool.rows)
        for first in range(0, total, AT_ONCE):
            rows = np.minimum(np.arange(first, first + AT_ONCE), total - 1)  # the last one again, up to a full block
            block = {name: array[rows] for name, array in fields.items()}
            logits = block.pop("logits")
            if self.traced:
                try:
                    value, gradient = run(logits, block, pool.gamma)
                except jax.errors.ConcretizationTypeError:
                    self.traced = False
            if not self.traced:
                value, gradient = self._one_by_one(loss, logits, block, pool, min(AT_ONCE, total - first))
            values.append(np.asarray(value))
            gradients.append(np.asarray(gradient, dtype=np.float64))
        value, gradient = np.concatenate(values)[:total], np.concatenate(gradients)[:total]
        _check_finite(value, gradient, watch, pool)
        return gradient

    def _one_by_one(self, loss: Any, logits: Any, block: dict[str, Any], pool: Pool, number: int) -> tuple[Any, Any]:
        """For a function that cannot be traced: slow, so the caller draws fewer cases."""
        import jax

        pairs = [
            jax.value_and_grad(loss)(logits[i], {name: array[i] for name, array in block.items()}, pool.gamma)
            for i in range(number)
        ]
        return np.array([float(v) for v, _ in pairs]), np.array([np.asarray(g) for _, g in pairs])

    def _probe(self, loss: Any, fields: dict[str, Any], pool: Pool, watch: Watch) -> None:
        """One trace: a scalar, in which precision."""
        import jax

        one = {name: array[0] for name, array in fields.items()}
        logits = one.pop("logits")
        try:
            closed = jax.make_jaxpr(loss)(logits, one, pool.gamma)
        except jax.errors.ConcretizationTypeError:
            self.traced = False
            return
        except TypeError as cause:
            watch.fault(
                f"does not return a scalar loss ({str(cause).splitlines()[0][:120]}); return one number",
                pool,
                0,
            )
        if len(closed.out_avals) != 1 or closed.out_avals[0].shape != ():
            shapes = ", ".join(str(tuple(a.shape)) for a in closed.out_avals) or "nothing"
            watch.fault(f"returns a loss of shape {shapes}; return a scalar: reduce it by a sum or a mean", pool, 0)
        for dtype in sorted(_dtypes(closed.jaxpr)):
            watch.computes_in(dtype)
        if not _depends(closed.jaxpr):
            watch.fault("returns a loss without a gradient; compute it from b.logp or b.logits", pool, 0)


def _loss(call: Any, pool: Pool, chooser: Chooser, logits: Any, fields: dict[str, Any], gamma: Any) -> Any:
    import jax

    table = jax.nn.log_softmax(logits)
    logp = jax.numpy.take_along_axis(table, jax.numpy.asarray(fields["actions"])[..., None], -1)[..., 0]
    given = {name: jax.numpy.asarray(array) for name, array in fields.items()}
    chooser._depth = 0
    b = Batch(pool, 0, chooser, {**given, "logits": logits, "logp": logp})
    b.__dict__["gamma"] = gamma
    return call(b)


def _check_finite(value: Any, gradient: Any, watch: Watch, pool: Pool) -> None:
    if not np.isfinite(value).all():
        number = int(np.argwhere(~np.isfinite(value))[0, 0])
        watch.fault(f"returns the loss {float(value[number])}; return finite numbers", pool, number)
    if not np.isfinite(gradient).all():
        number = int(np.argwhere(~np.isfinite(gradient))[0, 0])
        watch.fault("has a gradient that is not finite, though its loss is", pool, number)


def _in_double(jax: Any) -> Any:
    """float64 inside, and as it was outside."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64

    return enable_x64()


def _dtypes(jaxpr: Any) -> set[str]:
    """Every floating dtype below float64 that an equation gives, inner ones included."""
    found: set[str] = set()
    for equation in jaxpr.eqns:
        for variable in equation.outvars:
            name = str(getattr(variable.aval, "dtype", ""))
            if name in ("float32", "float16", "bfloat16"):
                found.add(name)
        for value in equation.params.values():
            inner = getattr(value, "jaxpr", value)
            if hasattr(inner, "eqns"):
                found |= _dtypes(inner)
    return found


def _depends(jaxpr: Any) -> bool:
    """Whether the result is reached from the first argument, the logits."""
    reached = {jaxpr.invars[0]}
    for equation in jaxpr.eqns:
        if any(not hasattr(v, "val") and v in reached for v in equation.invars):
            reached |= set(equation.outvars)
    return any(not hasattr(v, "val") and v in reached for v in jaxpr.outvars)
