-- One row per line whose age is not a whole number from 0 to 120.
select
    'age_invalid' as rule,
    extract_lines.line,
    'age' as field,
    matched_codes.value
from extract_lines
inner join matched_codes on extract_lines.age = matched_codes.value
where
    matched_codes.field = 'age'
    and matched_codes.kind is null
