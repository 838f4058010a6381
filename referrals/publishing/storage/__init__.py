"""Locks and scratch files of a publication."""
