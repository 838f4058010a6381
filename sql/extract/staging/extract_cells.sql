-- One row per line and field: line, field, value.
create or replace temp view extract_cells as
select
    line,
    field,
    value
from extract_lines
unpivot (
    value for field in (
        referral_id, referred_on, police_force, nationality, age, sex, crime_type, outcome, person_id, channel
    )
)
