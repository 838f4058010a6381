"""The audit of releases of exact tables with suppressed cells."""
