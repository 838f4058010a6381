"""Synthetic extracts of invented people that agree with the published figures."""
