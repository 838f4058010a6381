-- One row per table of the release being written.
select table_name
from duckdb_tables()
order by table_name
