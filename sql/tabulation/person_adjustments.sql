-- One row per combination of recorded codes, and one per person of several referrals in it, whose referrals are taken off.
-- The people of any group within a year are the sum of its values and the number of its different persons.
create or replace temp view people as
select
    year,
    quarter,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    null as person_id,
    value
from raw_cells
union all
select
    year,
    quarter,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    person_id,
    -value as value
from repeated
