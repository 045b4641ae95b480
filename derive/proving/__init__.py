"""Proofs found without help: both sides brought to one form, their difference to zero, in kernel steps. Untrusted."""
