-- One row per readable line: line number and every column as trimmed text, '' if blank.
-- Version 1.0.0 wrote the channel of synthetic records as 'illustrative'. They must not be taken for real ones.
create or replace temp table extract_lines as
select
    line,
    coalesce(trim(referral_id), '') as referral_id,
    coalesce(trim(referred_on), '') as referred_on,
    coalesce(trim(police_force), '') as police_force,
    coalesce(trim(nationality), '') as nationality,
    coalesce(trim(age), '') as age,
    coalesce(trim(sex), '') as sex,
    coalesce(trim(crime_type), '') as crime_type,
    coalesce(trim(outcome), '') as outcome,
    coalesce(trim(person_id), '') as person_id,
    if(lower(trim(channel)) = 'illustrative', 'synthetic', coalesce(trim(channel), '')) as channel
from read_csv(
    $path,
    columns = $columns,
    delim = $delimiter,
    quote = '"',
    escape = '"',
    header = false,
    auto_detect = false,
    strict_mode = true,
    new_line = '\n'
)
