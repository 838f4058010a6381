-- One row per recorded code combination, plus a negative adjustment row for each repeat person.
-- So the people in a group within one year are sum(value) + count(distinct person_id).
create or replace temp view adjusted_counts as
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
from unrecoded_cells
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
from repeat_persons
