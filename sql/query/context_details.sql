-- One row per observation of a context series, with its series and source, oldest vintage first.
select
    context.observation_id,
    context.series_id,
    context.period_label,
    context.dimension,
    context.category,
    context.value,
    context.lower,
    context.upper,
    context.vintage,
    series.title,
    series.unit,
    series.why_not_comparable,
    sources.title as source_title,
    sources.publisher,
    strftime(context.period_start, '%Y-%m-%d') as period_start,
    strftime(context.period_end, '%Y-%m-%d') as period_end,
    coalesce(context.scope, '') as scope,
    coalesce(context.quotation, '') as quotation,
    coalesce(context.note, '') as note,
    coalesce(sources.published_on, '') as published_on,
    coalesce(sources.address, '') as address
from context
inner join series on context.series_id = series.series_id
inner join sources on context.source_id = sources.source_id
order by context.vintage, context.observation_id
