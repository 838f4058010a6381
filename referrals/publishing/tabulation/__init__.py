"""Counting records into cells, on DuckDB or Spark."""
