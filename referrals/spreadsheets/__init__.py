"""Workbooks as data, and their writers for Excel and OpenDocument: of releases and of cards."""
