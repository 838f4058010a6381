"""Revisions: which changes of a published year can be shown safely."""
