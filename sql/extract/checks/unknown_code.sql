-- One row per cell of a coded column, except age, whose value is not in the code list.
select
    'unknown_code' as rule,
    extract_cells.line,
    extract_cells.field,
    extract_cells.value
from extract_cells
inner join matched_codes
    on
        extract_cells.field = matched_codes.field
        and extract_cells.value = matched_codes.value
where
    matched_codes.kind is null
    and matched_codes.field <> 'age'
