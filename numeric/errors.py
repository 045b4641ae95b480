"""What can go wrong in `numeric`, one class each. Every message shows the value and says what to do."""

__all__ = [
    "BanditError",
    "ControlError",
    "EnumerationError",
    "EstimatorError",
    "MDPError",
    "NumericError",
    "PolicyError",
    "SamplingError",
    "TrainError",
    "TrajectoriesError",
    "UnevaluableError",
    "WorldError",
]


class NumericError(ValueError):
    """The base of every error that `numeric` raises on purpose."""


class MDPError(NumericError):
    """An array or number that does not describe a finite MDP."""


class TrajectoriesError(NumericError):
    """Arrays that are not a padded batch of trajectories."""


class WorldError(NumericError):
    """A world that is not in the registry, or an environment that cannot be one."""


class BanditError(NumericError):
    """Arms, a way to choose among them, or a number of pulls that are none."""


class ControlError(NumericError):
    """Settings of value iteration, policy iteration or Q-learning, or an MDP that they cannot solve."""


class PolicyError(NumericError):
    """Parameters or probabilities that are not a policy, or a score where the probability is zero."""


class EnumerationError(NumericError):
    """More trajectories, or batches of them, than were allowed."""


class SamplingError(NumericError):
    """A number of episodes that cannot be drawn."""


class TrainError(NumericError):
    """Settings, a task or a checkpoint that training cannot start from."""


class EstimatorError(NumericError):
    """A fault of the estimator judged: it raises, mutates, remembers, answers nonsense, never ends."""


class UnevaluableError(NumericError):
    """A statement without a value on a model: an index outside the trajectory, log 0, an unknown letter."""
