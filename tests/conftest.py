"""Hypothesis profiles: `default` for every run, `deep` (--hypothesis-profile deep) for a long one."""

from hypothesis import settings

settings.register_profile("default", max_examples=50, deadline=None, derandomize=False, print_blob=True)
settings.register_profile("deep", max_examples=1000, deadline=None, derandomize=False, print_blob=True)
settings.load_profile("default")
