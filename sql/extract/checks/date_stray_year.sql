-- One row per line in a year to March with under 1% of the lines, if there are at least $fewest_lines.
with years as (
    select
        year,
        sum(lines) as lines,
        sum(sum(lines)) over () as all_lines
    from parsed_dates
    where day is not null
    group by year
)

select
    'date_stray_year' as rule,
    extract_lines.line,
    'referred_on' as field,
    parsed_dates.year as value
from extract_lines
inner join parsed_dates on extract_lines.referred_on = parsed_dates.value
inner join years on parsed_dates.year = years.year
where
    100 * years.lines < years.all_lines
    and years.all_lines >= $fewest_lines
