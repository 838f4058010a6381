-- One row per published cell with at most two codes other than '_T', with its `working`, if any.
select
    cells.period,
    cells.nationality,
    cells.age_band,
    cells.sex,
    cells.crime_type,
    cells.outcome,
    cells.value,
    cells.lower,
    cells.upper,
    cells.status,
    coalesce(evidence.working, '') as working
from cells
left join evidence
    on
        cells.nationality = evidence.nationality
        and cells.age_band = evidence.age_band
        and cells.sex = evidence.sex
        and cells.crime_type = evidence.crime_type
        and cells.outcome = '_T'
where
    len(list_filter(
        [cells.nationality, cells.age_band, cells.sex, cells.crime_type, cells.outcome], lambda code: code <> '_T'
    )) <= 2
