-- One row per code of the dimension asked for, within a selection and a period of a release of tables; 'x' is not published.
select
    codes.code,
    codes.label,
    codes.kind,
    codes.members,
    cells.value,
    cells.lower,
    cells.upper,
    coalesce(cells.status, 'x') as status
from codes
left join cells
    on
        cells.period = if($dimension = 'period', codes.code, $period)
        and cells.nationality = if($dimension = 'nationality', codes.code, $nationality)
        and cells.age_band = if($dimension = 'age_band', codes.code, $age_band)
        and cells.sex = if($dimension = 'sex', codes.code, $sex)
        and cells.crime_type = if($dimension = 'crime_type', codes.code, $crime_type)
        and cells.outcome = if($dimension = 'outcome', codes.code, $outcome)
where codes.dimension = $dimension
order by codes.position
