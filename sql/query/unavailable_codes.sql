-- One row per period, dimension and code that the period does not have, because the code is in a group there.
select
    period,
    dimension,
    code
from cells
unpivot (code for dimension in (nationality, age_band, sex, crime_type, outcome))
where
    status = 'x'
    and code <> '_T'
