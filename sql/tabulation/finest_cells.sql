-- One row per quarter and combination of published codes that occurs, after grouping. Record-level side only.
select
    year,
    quarter,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    sum(value)::bigint as value
from recoded
where person_id is null
group by all
order by all
