-- One row per column of the release's own tables.
select
    table_name,
    column_name
from duckdb_columns()
where not internal
