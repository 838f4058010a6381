-- One row per published cell, as a file of its own that says what release it is of: whoever has it alone learns that.
copy cells to $path (format parquet, compression zstd, kv_metadata {name: $name, status: $status}) -- noqa: PRS
