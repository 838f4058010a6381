-- One row per line whose referred_on is not a real day, such as 31 February, or is before 1900, except in the worked example.
select
    'date_impossible' as rule,
    extract_lines.line,
    'referred_on' as field,
    parsed_dates.value
from extract_lines
inner join parsed_dates on extract_lines.referred_on = parsed_dates.value
where
    parsed_dates.is_date
    and (
        parsed_dates.day is null
        or (parsed_dates.day < date '1900-01-01' and not parsed_dates.is_example)
    )
