"""The catalogue: one derivation a file, named by its conclusion."""
