"""Plotly figures of a card."""
