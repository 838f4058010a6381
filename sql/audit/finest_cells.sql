-- One row per finest cell in a release's database: what the dashboard adds up.
select
    period,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    value
from finest
