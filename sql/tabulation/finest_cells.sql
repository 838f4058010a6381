-- One row per quarter and combination of published codes that occurs, with its referrals (value).
-- Record-level side only.
select
    year,
    quarter,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    sum(value)::bigint as value
from recoded_cells
where person_id is null
group by all
order by all
