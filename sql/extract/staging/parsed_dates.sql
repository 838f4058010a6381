-- One row per text in referred_on (value): lines (their number), is_date, is_example, day, year and quarter.
-- $days has the days of texts that a mapping reads; all others must be in the form YYYY-MM-DD.
-- A year is to March, its quarters are calendar quarters. Years 1 to 9 of the calendar are those of the worked example.
create or replace temp table parsed_dates as
with days as (
    select unnest($days::struct(value varchar, day date)[], recursive := true)
),

texts as (
    select
        referred_on as value,
        count(*) as lines,
        regexp_full_match(referred_on, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as is_iso
    from extract_lines
    group by referred_on
),

dated as (
    select
        texts.value,
        texts.lines,
        (days.day is not null or texts.is_iso) as is_date,
        coalesce(days.day, if(texts.is_iso, try_cast(texts.value as date), null)) as day
    from texts
    left join days on texts.value = days.value
),

with_start_year as (
    select
        value,
        lines,
        is_date,
        day,
        coalesce(year(day) between 1 and 9, false) as is_example,
        year(day - interval 3 month) as start_year
    from dated
)

select
    value,
    lines,
    is_date,
    is_example,
    day,
    if(is_example, printf('EY%d', year(day)), printf('%d-%02d', start_year, (start_year + 1) % 100)) as year,
    printf(if(is_example, 'EY%d-Q%d', '%d-Q%d'), year(day), quarter(day)) as quarter
from with_start_year
