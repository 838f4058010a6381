"""Consistency of the files of a release, with each other and with the ranges they imply."""
