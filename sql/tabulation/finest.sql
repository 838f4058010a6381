-- One row per quarter and combination of published codes that occurs, after grouping. Record-level side only.
with recoded as (
    select unnest($recoding::struct(dimension varchar, code varchar, published varchar)[], recursive := true)
)

select
    raw_cells.year,
    raw_cells.quarter,
    coalesce(nationality.published, raw_cells.nationality) as nationality,
    coalesce(age_band.published, raw_cells.age_band) as age_band,
    coalesce(sex.published, raw_cells.sex) as sex,
    coalesce(crime_type.published, raw_cells.crime_type) as crime_type,
    coalesce(outcome.published, raw_cells.outcome) as outcome,
    sum(raw_cells.value)::bigint as value
from raw_cells
left join recoded as nationality
    on nationality.dimension = 'nationality' and raw_cells.nationality = nationality.code
left join recoded as age_band
    on age_band.dimension = 'age_band' and raw_cells.age_band = age_band.code
left join recoded as sex
    on sex.dimension = 'sex' and raw_cells.sex = sex.code
left join recoded as crime_type
    on crime_type.dimension = 'crime_type' and raw_cells.crime_type = crime_type.code
left join recoded as outcome
    on outcome.dimension = 'outcome' and raw_cells.outcome = outcome.code
group by all
order by all
