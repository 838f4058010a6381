-- One row per published statement, with its source.
select
    statements.statement_id,
    statements.section,
    statements.kind,
    statements.subject,
    statements.measure,
    statements.period_start,
    statements.period_end,
    statements.nationality,
    statements.age_band,
    statements.sex,
    statements.crime_type,
    statements.share_of,
    statements.value,
    statements.printed,
    statements.unit,
    statements.precision,
    statements.role,
    statements.quotation,
    statements.note,
    sources.source_id,
    sources.title as source_title,
    sources.publisher,
    coalesce(sources.published_on, '') as published_on,
    coalesce(sources.address, '') as address
from statements
inner join sources on statements.source_id = sources.source_id
order by statements.statement_id
