-- One row per line whose age is 0, if that is half of the lines or more, and there are at least $fewest_lines.
-- If the mapping reads 0 as 'not recorded', nothing is unusual.
with ages as (
    select
        value,
        coalesce(code <> '_NK' and regexp_full_match(value, '0+'), false) as is_zero,
        sum(lines) over () as all_lines,
        sum(lines) filter (where code <> '_NK' and regexp_full_match(value, '0+')) over () as zeros
    from matched_codes
    where field = 'age'
)

select
    'age_mostly_zero' as rule,
    extract_lines.line,
    'age' as field,
    null as value
from extract_lines
inner join ages on extract_lines.age = ages.value
where
    ages.is_zero
    and 2 * ages.zeros >= ages.all_lines
    and ages.all_lines >= $fewest_lines
