-- One row per code of `columns` (only the total if that is '') and code of `rows`, within a selection and a period of a
-- release whose cells are not added up, transcribed or suppressed. Status 'x' is not published.
with column_codes as (
    select
        code,
        position
    from codes
    where dimension = $columns
    union all
    select
        '_T' as code,
        0 as position
    where $columns = ''
),

combinations as (
    select
        column_codes.code as column_code,
        column_codes.position as column_position,
        row_codes.code,
        row_codes.label,
        row_codes.kind,
        row_codes.members,
        row_codes.position,
        if($rows = 'period', row_codes.code, $period) as period,
        case 'nationality'
            when $rows then row_codes.code
            when $columns then column_codes.code
            else $nationality
        end as nationality,
        case 'age_band'
            when $rows then row_codes.code
            when $columns then column_codes.code
            else $age_band
        end as age_band,
        case 'sex'
            when $rows then row_codes.code
            when $columns then column_codes.code
            else $sex
        end as sex,
        case 'crime_type'
            when $rows then row_codes.code
            when $columns then column_codes.code
            else $crime_type
        end as crime_type,
        case 'outcome'
            when $rows then row_codes.code
            when $columns then column_codes.code
            else $outcome
        end as outcome
    from codes as row_codes
    cross join column_codes
    where row_codes.dimension = $rows
)

select
    combinations.column_code,
    combinations.code,
    combinations.label,
    combinations.kind,
    combinations.members,
    cells.value,
    cells.lower,
    cells.upper,
    coalesce(cells.status, 'x') as status,
    coalesce(evidence.open_ended, false) as open_ended,
    coalesce(evidence.working, '') as working,
    coalesce(evidence.assumes, '') as assumes,
    coalesce(evidence.statement_ids, []) as statement_ids
from combinations
left join cells
    on
        combinations.period = cells.period
        and combinations.nationality = cells.nationality
        and combinations.age_band = cells.age_band
        and combinations.sex = cells.sex
        and combinations.crime_type = cells.crime_type
        and combinations.outcome = cells.outcome
-- Only a transcribed release has evidence. It covers one period, and has no evidence on outcomes.
left join evidence
    on
        cells.nationality = evidence.nationality
        and cells.age_band = evidence.age_band
        and cells.sex = evidence.sex
        and cells.crime_type = evidence.crime_type
        and cells.outcome = '_T'
order by combinations.column_position, combinations.position
