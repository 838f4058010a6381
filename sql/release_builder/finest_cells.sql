-- One row per finest cell (quarter and five codes) whose protected count is not 0.
create table finest as
select
    period,
    year,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    value
from (
    select unnest($rows::struct(
        period varchar,
        year varchar,
        nationality varchar,
        age_band varchar,
        sex varchar,
        crime_type varchar,
        outcome varchar,
        value integer
    )[], recursive := true)
) as protected
order by all
