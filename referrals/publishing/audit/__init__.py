"""The independent audit: attacks on a release, from its public files alone."""
