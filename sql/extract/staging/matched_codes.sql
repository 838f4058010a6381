-- One row per coded field and value in the extract: lines (their number), code and kind, null if the spelling is unknown.
-- Case, repeated and non-breaking spaces and the form of an apostrophe make no difference.
create or replace temp table matched_codes as
with coded_values as (
    select
        field,
        value,
        count(*) as lines
    from extract_cells
    where field in ('police_force', 'nationality', 'age', 'sex', 'crime_type', 'outcome')
    group by
        field,
        value
),

normalised as (
    select
        field,
        value,
        lines,
        trim(
            regexp_replace(nfc_normalize(lower(replace(value, '’', ''''))), '[\s\x{00A0}\x{200B}\x{202F}\x{FEFF}]+', ' ', 'g')
        ) as spelling
    from coded_values
)

select
    normalised.field,
    normalised.value,
    normalised.lines,
    spellings.code,
    spellings.kind
from normalised
left join spellings
    on
        normalised.field = spellings.field
        and normalised.spelling = spellings.spelling
