-- One row per line with a recorded person_id that more than half of the lines have, if there are at least $fewest_lines.
with totals as (
    select count(*) as lines
    from extract_lines
),

persons as (
    select person_id
    from extract_lines
    where person_id <> ''
    group by person_id
    having
        2 * count(*) > (select totals.lines from totals)
        and (select totals.lines from totals) >= $fewest_lines
)

select
    'person_repeated' as rule,
    extract_lines.line,
    'person_id' as field,
    null as value
from extract_lines
inner join persons on extract_lines.person_id = persons.person_id
where
    nfc_normalize(lower(extract_lines.person_id)) not in (
        select spellings.spelling
        from spellings
        where spellings.field = 'person_id'
    )
