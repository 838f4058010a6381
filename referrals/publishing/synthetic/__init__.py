"""Synthetic extracts of invented people, and those of the worked example."""
