-- One row per column of the Parquet file $path, in its order: column_name, column_type.
select
    column_name,
    column_type
from (describe from read_parquet($path)) -- noqa: PRS
