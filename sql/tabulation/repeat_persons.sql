-- One row per person of several referrals in a year, quarter and combination of recorded codes. Record-level side only.
create or replace table repeated as
with several as (
    select
        year,
        person_id
    from records
    where person_id is not null
    group by
        year,
        person_id
    having count(*) > 1
)

select
    records.year,
    records.quarter,
    records.nationality,
    records.age_band,
    records.sex,
    records.crime_type,
    records.outcome,
    records.person_id,
    count(*) as value
from records
inner join several
    on records.year = several.year and records.person_id = several.person_id
group by all
