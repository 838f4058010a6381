-- One row per line whose nationality could mean several codes.
select
    'nationality_ambiguous' as rule,
    extract_lines.line,
    'nationality' as field,
    matched_codes.value
from extract_lines
inner join matched_codes on extract_lines.nationality = matched_codes.value
where
    matched_codes.field = 'nationality'
    and matched_codes.kind = 'ambiguous'
