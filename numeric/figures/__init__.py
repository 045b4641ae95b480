"""The figures of this project by name: each is drawn from exact values, and says in words what it shows."""

from __future__ import annotations

from numeric.figures.monte_carlo import monte_carlo

__all__ = ["monte_carlo"]
