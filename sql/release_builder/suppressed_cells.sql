-- One row per cell of the one- and two-way tables; null and 'c' if it is suppressed.
create table cells as
select
    period,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    value,
    value as lower,
    value as upper,
    if(value is null, 'c', '') as status
from (
    select unnest($rows::struct(
        period varchar,
        nationality varchar,
        age_band varchar,
        sex varchar,
        crime_type varchar,
        outcome varchar,
        value integer
    )[], recursive := true)
) as tables
order by all
