-- One row per date text that stands in the extract, with its day, the year to March and the calendar quarter it lies in.
create or replace temp table days as
with found as (
    select distinct
        referred_on as value,
        regexp_full_match(referred_on, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as is_iso
    from staged
),

dated as (
    select
        value,
        is_iso,
        if(is_iso, try_cast(value as date), null) as day
    from found
),

placed as (
    select
        value,
        is_iso,
        day,
        year(day - interval 3 month) as starts
    from dated
)

select
    value,
    is_iso,
    day,
    printf('%d-%02d', starts, (starts + 1) % 100) as year,
    printf('%d-Q%d', year(day), quarter(day)) as quarter
from placed
