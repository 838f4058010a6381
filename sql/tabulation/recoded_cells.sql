-- One row per row of the view `people`, in published codes: what is grouped has one code. Record-level side only.
create or replace temp table recoded as
with recodes as (
    select unnest($recoding::struct(dimension varchar, code varchar, published varchar)[], recursive := true)
)

select
    people.year,
    people.quarter,
    coalesce(nationality.published, people.nationality) as nationality,
    coalesce(age_band.published, people.age_band) as age_band,
    coalesce(sex.published, people.sex) as sex,
    coalesce(crime_type.published, people.crime_type) as crime_type,
    coalesce(outcome.published, people.outcome) as outcome,
    people.person_id,
    people.value
from people
left join recodes as nationality
    on nationality.dimension = 'nationality' and people.nationality = nationality.code
left join recodes as age_band
    on age_band.dimension = 'age_band' and people.age_band = age_band.code
left join recodes as sex
    on sex.dimension = 'sex' and people.sex = sex.code
left join recodes as crime_type
    on crime_type.dimension = 'crime_type' and people.crime_type = crime_type.code
left join recodes as outcome
    on outcome.dimension = 'outcome' and people.outcome = outcome.code
