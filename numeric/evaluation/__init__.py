"""Behind numeric/evaluate.py: numbers, jets, tables, statements, paths, and the meaning of each node."""
