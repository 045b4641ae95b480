"""The first witness: any term evaluated exactly on a finite model; an identity decided, or refuted by a small one."""

from derive.models.counterexample import Counterexample
from derive.models.evaluation import Model, evaluate
from derive.models.refute import Outcome, agreeing, decide, fails

__all__ = ["Counterexample", "Model", "Outcome", "agreeing", "decide", "evaluate", "fails"]
