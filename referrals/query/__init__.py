"""Questions to a release: a selection in, typed observations out. No words and no pixels."""
