-- One row per coded field and value in the extract, with code and kind, null if the spelling is not known.
create or replace temp table matched_codes as
with coded_values as (
    select distinct
        field,
        value
    from extract_cells
    where field in ('police_force', 'nationality', 'age', 'sex', 'crime_type', 'outcome')
)

select
    coded_values.field,
    coded_values.value,
    spellings.code,
    spellings.kind
from coded_values
left join spellings
    on
        coded_values.field = spellings.field
        and nfc_normalize(lower(coded_values.value)) = spellings.spelling
