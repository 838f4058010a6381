-- One row per row of the Parquet file $path, in its order: every column as text.
select columns(*)::varchar
from read_parquet($path)
