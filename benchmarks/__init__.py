"""Measurements on bases of 100,000 and 1,000,000 customers; ``make bench`` writes docs/benchmarks.md."""
