-- One row per cell of the tables of up to two dimensions, the quarter counts as one; null and 'c' where it is withheld.
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
