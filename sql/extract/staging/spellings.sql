-- One row per field and known spelling (lower case, single spaces, straight apostrophes), with code and kind.
-- code is null if it could be several codes. Of two rows with one spelling, the first in the list counts.
create or replace temp table spellings as
with listed as (
    select
        generate_subscripts($rows, 1) as position,
        unnest($rows::struct(field varchar, spelling varchar, code varchar, kind varchar)[], recursive := true) -- noqa: AL03
),

normalised as (
    select
        field,
        trim(
            regexp_replace(
                nfc_normalize(lower(replace(spelling, '’', ''''))),
                '[\s\x{00A0}\x{200B}\x{202F}\x{FEFF}]+',
                ' ',
                'g'
            )
        ) as spelling,
        code,
        kind,
        position
    from listed
)

select
    field,
    spelling,
    code,
    kind
from normalised
qualify row_number() over (
    partition by field, spelling
    order by position
) = 1
