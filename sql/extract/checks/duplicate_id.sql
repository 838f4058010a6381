-- One row per line whose referral_id stands on another line too.
with repeated as (
    select referral_id
    from staged
    group by referral_id
    having count(*) > 1
)

select
    'duplicate_id' as rule,
    staged.line,
    'referral_id' as field,
    null as value
from staged
inner join repeated on staged.referral_id = repeated.referral_id
