-- One row per published cell, in a Parquet file whose metadata names the release and its status.
copy cells to $path (format parquet, compression zstd, kv_metadata {name: $name, status: $status}) -- noqa: PRS
