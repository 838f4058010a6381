-- One row per cell whose value is in no codelist of its column.
select
    'unknown_code' as rule,
    cells.line,
    cells.field,
    cells.value
from cells
inner join meanings
    on
        cells.field = meanings.field
        and cells.value = meanings.value
where
    meanings.kind is null
    and meanings.field <> 'age'
