"""Speed as a ratio, side by side with what people would use instead: `python -m benchmarks [NAME ...] [--quick]`.

One file a group, one plain function a benchmark; nothing here is asserted in a test, and nothing is installed.
"""
