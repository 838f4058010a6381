-- One row per line whose referred_on is neither in the form YYYY-MM-DD nor in a form of the mapping.
select
    'date_not_iso' as rule,
    extract_lines.line,
    'referred_on' as field,
    parsed_dates.value
from extract_lines
inner join parsed_dates on extract_lines.referred_on = parsed_dates.value
where not parsed_dates.is_date
