"""The audit of releases of exact tables with withheld cells."""
