-- One row per key of the metadata of a Parquet file.
select
    decode(key) as name,
    decode(value) as content
from parquet_kv_metadata($path)
