-- One row per column of a Parquet file, in its order.
select name
from parquet_schema($path)
where num_children is null
