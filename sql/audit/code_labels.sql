-- One row per code of a dimension in the database of a release, without periods.
select
    dimension,
    code,
    label
from codes
where dimension <> 'period'
order by position
