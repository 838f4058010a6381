-- One row per dated fact about a context series with id $series_id, with its source, oldest first.
select
    annotations.annotation_id,
    annotations.kind,
    annotations.happened_on,
    annotations.says,
    annotations.quotation,
    sources.title as source_title,
    sources.publisher,
    coalesce(sources.published_on, '') as published_on,
    coalesce(sources.address, '') as address
from annotations
inner join sources on annotations.source_id = sources.source_id
where list_contains(annotations.series_ids, $series_id)
order by annotations.happened_on, annotations.annotation_id
