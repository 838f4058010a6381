-- One row per line that says the same as another line in every column but referral_id.
with repeated as (
    select unnest(list(line)) as line
    from staged
    group by
        referred_on,
        police_force,
        nationality,
        age,
        sex,
        crime_type,
        outcome,
        person_id,
        channel
    having count(*) > 1
)

select
    'duplicate_row' as rule,
    repeated.line,
    null as field,
    null as value
from repeated
