"""The one form that prove() brings both sides of a claim to: conversions that end in kernel steps. Untrusted."""
