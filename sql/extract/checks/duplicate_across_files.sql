-- One row per line whose referral_id is in the table records already, from another extract.
select distinct
    'duplicate_across_files' as rule,
    extract_lines.line,
    'referral_id' as field,
    null as value
from extract_lines
inner join records on extract_lines.referral_id = records.referral_id
