-- One row per published cell in a release's database.
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
