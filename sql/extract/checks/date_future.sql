-- One row per line whose referred_on is later than today.
select
    'date_future' as rule,
    extract_lines.line,
    'referred_on' as field,
    parsed_dates.value
from extract_lines
inner join parsed_dates on extract_lines.referred_on = parsed_dates.value
where parsed_dates.day > $today
