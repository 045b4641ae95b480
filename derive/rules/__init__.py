"""Derived rules: the reasons that a line of a derivation may give. Untrusted: each ends in kernel theorems.

A rule has the words that a sheet prints, and a conversion of one node. Rules are oriented so that applying one
everywhere comes to an end; a line is justified when it and the line before it reach the same term
(derive/calc.py). To add a rule, write one in the file whose idea it belongs to; it is found by its name.
"""

from derive.rules.calculus import (
    chain_rule,
    constant,
    evaluate_at,
    exp_of_sum,
    log_derivative,
    log_of_product,
    product_rule,
)
from derive.rules.linear import (
    arithmetic,
    at_old,
    distinguish,
    enumerate_cases,
    expectation,
    factor_out,
    gradient_of_sum,
    into_sums,
    linearity,
    normalised,
    number_out,
    reorder,
    unfold,
    variance,
)
from derive.rules.order import (
    adding,
    below_by,
    below_larger,
    below_maximum,
    below_sizes,
    by_order,
    constant_maximum,
    factor_of_extreme,
    gradient_of_extreme,
    log_at_least,
    log_at_most,
    smaller_below,
)
from derive.rules.ranges import count, empty, last_apart, one_apart, separate, shift, split, square_of_sum, write_out
from derive.rules.rule import AVERAGES, RULES, SUMS, Rule, first_of
from derive.rules.samples import draw_sample, fewer_samples, gradient_of_samples, independence
from derive.rules.trajectories import (
    draw_action,
    draw_start,
    draw_state,
    known,
    marginal,
    path_probability,
    same_paths,
    score_vanishes,
    sum_last_step,
    tower,
    transport,
)

__all__ = [
    "AVERAGES", "RULES", "SUMS", "Rule", "adding", "arithmetic", "at_old", "below_by", "below_larger",
    "below_maximum", "below_sizes", "by_order", "chain_rule", "constant", "constant_maximum", "count", "distinguish",
    "draw_action", "draw_sample", "draw_start", "draw_state", "empty", "enumerate_cases", "evaluate_at",
    "exp_of_sum", "expectation", "factor_of_extreme", "factor_out", "fewer_samples", "first_of",
    "gradient_of_extreme", "gradient_of_samples", "gradient_of_sum", "independence", "into_sums", "known",
    "last_apart", "linearity", "log_at_least", "log_at_most", "log_derivative", "log_of_product", "marginal",
    "normalised", "number_out", "one_apart", "path_probability", "product_rule", "reorder", "same_paths",
    "score_vanishes", "separate", "shift", "smaller_below", "split", "square_of_sum", "sum_last_step", "tower",
    "transport", "unfold", "variance", "write_out",
]  # fmt: skip
