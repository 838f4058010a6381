"""The published document behind a transcribed release: its statements, numbers and series."""
