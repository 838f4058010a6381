-- One row per cell that says nothing, in a column that must.
select
    'value_blank' as rule,
    line,
    field,
    null as value
from cells
where
    value = ''
    and field not in ('person_id', 'channel')
