"""The exact judge of policy-gradient mathematics: one language, three readings."""
