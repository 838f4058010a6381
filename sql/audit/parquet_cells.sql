-- One row per published cell in the Parquet file of a release.
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
from read_parquet($path)
