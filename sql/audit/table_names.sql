-- One row per table and view of a release's database.
select table_name as name
from duckdb_tables()
union all
select view_name as name
from duckdb_views()
where not internal
