-- One row: the oldest version of DuckDB that opens the database of a release, such as 'v1.0.0+'.
select tags['storage_version'] as storage_version
from duckdb_databases()
where not internal
