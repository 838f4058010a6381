"""The audit of a release with suppressed cells."""
