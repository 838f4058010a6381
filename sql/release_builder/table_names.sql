-- One row per table of the release that is being written.
select table_name
from duckdb_tables()
order by table_name
