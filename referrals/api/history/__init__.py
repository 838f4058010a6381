"""The history of releases: changed cells, corrections, and the check of witnesses."""
