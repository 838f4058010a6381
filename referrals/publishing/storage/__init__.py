"""Folder locks, and scratch folders for records."""
