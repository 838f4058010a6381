-- One row per quarter and combination of recorded codes that occurs: counts before any grouping. Record-level side only.
create or replace table raw_cells as
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
