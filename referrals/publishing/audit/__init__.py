"""The audit: attacks on a release from its public files, without the code that protected it."""
