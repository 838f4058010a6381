"""The counting of records into cells, with DuckDB or Spark."""
