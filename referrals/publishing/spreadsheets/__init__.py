"""Accessible spreadsheets of a release, for Excel and OpenDocument."""
