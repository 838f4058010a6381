"""Additive small-count rounding that keeps every one-way total exact."""
