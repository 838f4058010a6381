-- One row per statement in $ids, in that order, with its source.
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
where list_contains($ids, statements.statement_id)
order by list_position($ids, statements.statement_id)
