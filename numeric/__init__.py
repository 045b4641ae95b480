"""Finite MDPs, estimators and learning: the numeric witness, in NumPy alone."""
