-- One row per period, dimension and code that the period lacks, because a group there includes it.
select
    period,
    dimension,
    code
from cells
unpivot (code for dimension in (nationality, age_band, sex, crime_type, outcome))
where
    status = 'x'
    and code <> '_T'
