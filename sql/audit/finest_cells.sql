-- One row per finest cell in the database of a rounded release. The dashboard adds these up.
select
    period,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    value
from finest
