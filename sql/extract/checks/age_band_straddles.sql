-- One row per line whose age is a band that lies across two of ours.
select
    'age_band_straddles' as rule,
    extract_lines.line,
    'age' as field,
    matched_codes.value
from extract_lines
inner join matched_codes on extract_lines.age = matched_codes.value
where
    matched_codes.field = 'age'
    and matched_codes.kind = 'straddling'
