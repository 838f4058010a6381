"""Proposals for mappings, which show no value that could be about a person."""
