-- One row per cell with the text of a spreadsheet's error, such as #N/A, unless a mapping says what it means.
with errors as (
    select unnest([
        '#N/A', '#REF!', '#DIV/0!', '#VALUE!', '#NAME?', '#NUM!', '#NULL!', '#SPILL!', '#CALC!', 'Err:502', 'Err:504'
    ]) as value
),

-- Usually empty, so that the cells need not be searched.
found as (
    select
        matched_codes.field,
        matched_codes.value
    from matched_codes
    inner join errors on matched_codes.value = errors.value
    where matched_codes.code is null
    union all
    select
        'referred_on' as field,
        parsed_dates.value
    from parsed_dates
    inner join errors on parsed_dates.value = errors.value
    union all
    select
        identifiers.field,
        errors.value
    from (values ('referral_id'), ('person_id')) as identifiers (field)
    cross join errors
    where errors.value in (
        select extract_lines.referral_id from extract_lines
        where extract_lines.referral_id >= '#' and extract_lines.referral_id < '$'
        union all
        select extract_lines.person_id from extract_lines
        where extract_lines.person_id >= '#' and extract_lines.person_id < '$'
    )
)

select
    'spreadsheet_error' as rule,
    extract_cells.line,
    extract_cells.field,
    extract_cells.value
from extract_cells
inner join found
    on
        extract_cells.field = found.field
        and extract_cells.value = found.value
