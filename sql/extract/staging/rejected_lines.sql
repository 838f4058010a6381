-- One row per line with at least one error: line.
create or replace temp table rejected_lines as
select distinct line
from first_fault_per_cell
where list_contains($errors, rule)
