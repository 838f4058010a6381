-- One row per row of adjusted_counts, with published codes in place of recorded ones.
-- Record-level side only.
create or replace temp table recoded_cells as
with recodes as (
    select unnest($recoding::struct(year varchar, dimension varchar, code varchar, published varchar)[], recursive := true)
)

select
    adjusted_counts.year,
    adjusted_counts.quarter,
    coalesce(nationality.published, adjusted_counts.nationality) as nationality,
    coalesce(age_band.published, adjusted_counts.age_band) as age_band,
    coalesce(sex.published, adjusted_counts.sex) as sex,
    coalesce(crime_type.published, adjusted_counts.crime_type) as crime_type,
    coalesce(outcome.published, adjusted_counts.outcome) as outcome,
    adjusted_counts.person_id,
    adjusted_counts.value
from adjusted_counts
left join recodes as nationality
    on
        nationality.dimension = 'nationality'
        and adjusted_counts.year = nationality.year
        and adjusted_counts.nationality = nationality.code
left join recodes as age_band
    on
        age_band.dimension = 'age_band'
        and adjusted_counts.year = age_band.year
        and adjusted_counts.age_band = age_band.code
left join recodes as sex
    on
        sex.dimension = 'sex'
        and adjusted_counts.year = sex.year
        and adjusted_counts.sex = sex.code
left join recodes as crime_type
    on
        crime_type.dimension = 'crime_type'
        and adjusted_counts.year = crime_type.year
        and adjusted_counts.crime_type = crime_type.code
left join recodes as outcome
    on
        outcome.dimension = 'outcome'
        and adjusted_counts.year = outcome.year
        and adjusted_counts.outcome = outcome.code
