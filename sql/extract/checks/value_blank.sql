-- One row per blank cell in a required column.
select
    'value_blank' as rule,
    line,
    field,
    null as value
from extract_cells
where
    value = ''
    and field not in ('person_id', 'channel')
