-- One row per cell that matches every filter (null matches any code), with the number of matching cells in total.
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
    status,
    count(*) over () as total
from cells
where
    ($period is null or list_contains($period::varchar[], period))
    and ($nationality is null or list_contains($nationality::varchar[], nationality))
    and ($age_band is null or list_contains($age_band::varchar[], age_band))
    and ($sex is null or list_contains($sex::varchar[], sex))
    and ($crime_type is null or list_contains($crime_type::varchar[], crime_type))
    and ($outcome is null or list_contains($outcome::varchar[], outcome))
order by period, nationality, age_band, sex, crime_type, outcome
limit
    $limit
    offset $offset
