-- One row per line and column of the extract.
create or replace temp view cells as
select
    line,
    field,
    value
from staged
unpivot (
    value for field in (
        referral_id, referred_on, police_force, nationality, age, sex, crime_type, outcome, person_id, channel
    )
)
