-- One row per field and spelling that we know, in lower case, with its code, or with no code where it names no single one.
create or replace temp table spellings as
with known as (
    select unnest($rows::struct(field varchar, spelling varchar, code varchar, kind varchar)[], recursive := true)
)

select
    field,
    nfc_normalize(lower(spelling)) as spelling,
    code,
    kind
from known
