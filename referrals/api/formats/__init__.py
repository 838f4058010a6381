"""Serialisers of the API: JSON-stat, tables, feeds."""
