-- One row per identifier that a spreadsheet has shortened, such as 1.23457E+14.
with identifiers as (
    select
        line,
        'referral_id' as field,
        referral_id as value
    from extract_lines
    where contains(referral_id, '+')
    union all
    select
        line,
        'person_id' as field,
        person_id as value
    from extract_lines
    where contains(person_id, '+')
)

select
    'number_shortened' as rule,
    line,
    field,
    null as value
from identifiers
where regexp_full_match(value, '[0-9](\.[0-9]+)?[eE]\+[0-9]+')
