-- One row per published statement, with its source.
select
    statements.statement_id,
    statements.section,
    statements.printed,
    statements.quotation,
    statements.note,
    sources.title as source_title,
    sources.publisher,
    coalesce(sources.published_on, '') as published_on,
    coalesce(sources.address, '') as address
from statements
inner join sources on statements.source_id = sources.source_id
order by statements.statement_id
