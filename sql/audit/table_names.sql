-- One row per table or view in the database of a release.
select table_name as name
from duckdb_tables()
union all
select view_name as name
from duckdb_views()
where not internal
