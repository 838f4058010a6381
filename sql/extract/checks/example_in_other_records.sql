-- One row per cell of the worked example (a day or a country) on a line whose channel is not 'example'.
select
    'example_in_other_records' as rule,
    extract_lines.line,
    'referred_on' as field,
    parsed_dates.value
from extract_lines
inner join parsed_dates on extract_lines.referred_on = parsed_dates.value
where
    parsed_dates.is_example
    and lower(extract_lines.channel) <> 'example'
union all
select
    'example_in_other_records' as rule,
    extract_lines.line,
    'nationality' as field,
    matched_codes.value
from extract_lines
inner join matched_codes on extract_lines.nationality = matched_codes.value
where
    matched_codes.field = 'nationality'
    and matched_codes.kind = 'example'
    and lower(extract_lines.channel) <> 'example'
