-- One row per line whose referral_id stands in an extract that was loaded before this one.
select distinct
    'duplicate_across_files' as rule,
    staged.line,
    'referral_id' as field,
    null as value
from staged
inner join records on staged.referral_id = records.referral_id
