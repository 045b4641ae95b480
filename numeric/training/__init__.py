"""The parts of training: records and checkpoints, settings, function approximation, rollouts."""
