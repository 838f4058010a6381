"""Texts as HTML: the renderer, and the pictograms beside a text."""
