-- One row per cell with a real day or nationality on a line whose channel is 'example'.
select
    'real_in_example' as rule,
    extract_lines.line,
    'referred_on' as field,
    parsed_dates.value
from extract_lines
inner join parsed_dates on extract_lines.referred_on = parsed_dates.value
where
    parsed_dates.day is not null
    and not parsed_dates.is_example
    and lower(extract_lines.channel) = 'example'
union all
select
    'real_in_example' as rule,
    extract_lines.line,
    'nationality' as field,
    matched_codes.value
from extract_lines
inner join matched_codes on extract_lines.nationality = matched_codes.value
where
    matched_codes.field = 'nationality'
    and matched_codes.kind <> 'example'
    and matched_codes.code <> '_NK'
    and lower(extract_lines.channel) = 'example'
