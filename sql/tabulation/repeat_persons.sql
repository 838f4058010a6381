-- One row per person and recorded code combination, for people with several referrals in the year.
-- value is the number of their referrals in that combination. Record-level side only.
create or replace table repeat_persons as
with repeats as (
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
inner join repeats
    on records.year = repeats.year and records.person_id = repeats.person_id
group by all
