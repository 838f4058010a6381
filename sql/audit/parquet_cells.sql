-- One row per published cell in a release's Parquet file.
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
