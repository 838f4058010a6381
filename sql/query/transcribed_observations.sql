-- One row per code of the dimension asked for, within a selection; what the release does not hold is 'x'.
select
    codes.code,
    codes.label,
    codes.kind,
    codes.members,
    cells.value,
    cells.lower,
    cells.upper,
    coalesce(cells.status, 'x') as status,
    coalesce(evidence.open_ended, false) as open_ended,
    coalesce(evidence.working, '') as working,
    coalesce(evidence.statement_ids, []) as statement_ids
from codes
left join cells
    on
        cells.nationality = if($dimension = 'nationality', codes.code, $nationality)
        and cells.age_band = if($dimension = 'age_band', codes.code, $age_band)
        and cells.sex = if($dimension = 'sex', codes.code, $sex)
        and cells.crime_type = if($dimension = 'crime_type', codes.code, $crime_type)
        and cells.outcome = if($dimension = 'outcome', codes.code, $outcome)
left join evidence
    on
        cells.nationality = evidence.nationality
        and cells.age_band = evidence.age_band
        and cells.sex = evidence.sex
        and cells.crime_type = evidence.crime_type
        and cells.outcome = '_T'
where codes.dimension = $dimension
order by codes.position
