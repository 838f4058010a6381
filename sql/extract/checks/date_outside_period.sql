-- One row per line whose referred_on is outside $period, a year or a quarter.
select
    'date_outside_period' as rule,
    extract_lines.line,
    'referred_on' as field,
    parsed_dates.value
from extract_lines
inner join parsed_dates on extract_lines.referred_on = parsed_dates.value
where
    parsed_dates.day is not null
    and $period not in (parsed_dates.year, parsed_dates.quarter)
