-- One row per text in referred_on (value), with is_iso, is_example, day, year and quarter.
-- A year is to March, its quarters are calendar quarters. Years 1 to 9 of the calendar are those of the worked example.
create or replace temp table parsed_dates as
with texts as (
    select distinct
        referred_on as value,
        regexp_full_match(referred_on, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as is_iso
    from extract_lines
),

dated as (
    select
        value,
        is_iso,
        if(is_iso, try_cast(value as date), null) as day
    from texts
),

with_start_year as (
    select
        value,
        is_iso,
        day,
        coalesce(year(day) between 1 and 9, false) as is_example,
        year(day - interval 3 month) as start_year
    from dated
)

select
    value,
    is_iso,
    is_example,
    day,
    if(is_example, printf('EY%d', year(day)), printf('%d-%02d', start_year, (start_year + 1) % 100)) as year,
    printf(if(is_example, 'EY%d-Q%d', '%d-Q%d'), year(day), quarter(day)) as quarter
from with_start_year
