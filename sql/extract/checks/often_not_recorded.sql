-- One row per cell that is not recorded, in fields where that is more than a fifth, if there are at least $fewest_lines.
with often as (
    select field
    from matched_codes
    group by field
    having
        5 * sum(lines) filter (where code = '_NK') > sum(lines)
        and sum(lines) >= $fewest_lines
)

select
    'often_not_recorded' as rule,
    extract_cells.line,
    extract_cells.field,
    null as value
from extract_cells
inner join matched_codes
    on
        extract_cells.field = matched_codes.field
        and extract_cells.value = matched_codes.value
where
    matched_codes.code = '_NK'
    and matched_codes.field in (select often.field from often)
