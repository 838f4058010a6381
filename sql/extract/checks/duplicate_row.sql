-- One row per line that equals another in every column except referral_id.
with repeated as (
    select unnest(list(line)) as line
    from extract_lines
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
