-- One row per cell that a spreadsheet would run as a formula; value is its first character.
select
    'formula_in_cell' as rule,
    line,
    field,
    left(value, 1) as value
from extract_cells
where
    left(value, 1) in ('=', '+', '-', '@', chr(9))
    and not regexp_full_match(value, '[+-]?[0-9.]*')
