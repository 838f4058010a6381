-- One row per quarter and combination of recorded codes that occurs, with its referrals (value).
-- Record-level side only.
create or replace table unrecoded_cells as
select
    year,
    quarter,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    count(*) as value
from records
group by all
