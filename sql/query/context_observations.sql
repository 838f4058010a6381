-- One row per observation of a context series, oldest period and oldest vintage first.
select
    context.observation_id,
    context.period_start,
    context.period_label,
    context.dimension,
    context.category,
    context.value,
    context.status,
    context.vintage,
    context.break_before,
    sources.title as source_title,
    sources.publisher,
    not contains(series.publisher, split_part(sources.publisher, ' (', 1)) as second_hand,
    coalesce(sources.published_on, '') as published_on,
    coalesce(context.scope, '') as scope,
    coalesce(context.note, '') as note,
    coalesce(context.quotation, '') as quotation,
    coalesce(sources.address, '') as address
from context
inner join series on context.series_id = series.series_id
inner join sources on context.source_id = sources.source_id
where context.series_id = $series_id
order by context.period_start, context.vintage, context.observation_id
