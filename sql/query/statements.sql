-- One row per statement asked for, with the source it is printed in, in the order asked.
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
