-- One row per blank cell in a required column, unless a mapping says what blank means there.
select
    'value_blank' as rule,
    line,
    field,
    null as value
from extract_cells
where
    value = ''
    and field not in ('person_id', 'channel')
    and field not in (
        select spellings.field
        from spellings
        where spellings.spelling = ''
    )
