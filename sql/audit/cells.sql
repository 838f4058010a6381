-- One row per published cell in the database of a release.
select
    period,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    value,
    lower,
    upper,
    status
from cells
