-- One row per coded field and value that stands in the extract, with its code and kind, or null where we do not know it.
create or replace temp table meanings as
with found as (
    select distinct
        field,
        value
    from cells
    where field in ('police_force', 'nationality', 'age', 'sex', 'crime_type', 'outcome')
)

select
    found.field,
    found.value,
    spellings.code,
    spellings.kind
from found
left join spellings
    on
        found.field = spellings.field
        and nfc_normalize(lower(found.value)) = spellings.spelling
