-- One row per line whose referred_on is a date that systems write in place of a missing one.
select
    'date_sentinel' as rule,
    extract_lines.line,
    'referred_on' as field,
    parsed_dates.value
from extract_lines
inner join parsed_dates on extract_lines.referred_on = parsed_dates.value
where
    parsed_dates.day in (
        date '1900-01-01', date '1900-01-02', date '1901-01-01', date '1970-01-01', date '1980-01-01', date '2000-01-01'
    )
