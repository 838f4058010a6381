"""Mappings: how extracts in the layouts of other systems are read."""
