"""Cell suppression, primary and secondary, for exact tables."""
