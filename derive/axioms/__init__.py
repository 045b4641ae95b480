"""The calculus of finite sums, expectations and gradients: laws admitted without proof. TRUSTED.

A law takes a context and a term, checks its side condition on the context, and returns what the term equals (or, in
order.py, what it is at most). Its docstring is its statement. Linear operators L are Σ_x, Σ_{t=a}^{b}, Σ_τ, E_x, E_τ,
E_{x_1, …, x_N}, E[· | up to p] and ∇. None speaks of a return, a value, an advantage, a surrogate or an objective.
"""

from derive.axioms import calculus, linear, maxima, order, ranges, samples, trajectories  # noqa: F401  (admits the laws)
