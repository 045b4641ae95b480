"""The judge of estimators, one idea a file: cases, rollouts, batches, kinds, trials, verdicts, counterexamples."""
