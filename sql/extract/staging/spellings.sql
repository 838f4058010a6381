-- One row per field and known spelling in lower case, with code and kind; code is null if it could be several codes.
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
