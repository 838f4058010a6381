-- One row per line with an error.
create or replace temp table refused as
select distinct line
from faults
where list_contains($errors, rule)
