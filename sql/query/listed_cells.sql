-- One row per listed cell of a release.
select
    period,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    value,
    lower,
    upper
from cells
order by all
