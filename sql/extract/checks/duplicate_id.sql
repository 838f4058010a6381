-- One row per line whose referral_id is on another line too.
with repeated as (
    select referral_id
    from extract_lines
    group by referral_id
    having count(*) > 1
)

select
    'duplicate_id' as rule,
    extract_lines.line,
    'referral_id' as field,
    null as value
from extract_lines
inner join repeated on extract_lines.referral_id = repeated.referral_id
