-- One row per observation of the context series in $series, with its series and source, oldest first.
select
    context.series_id,
    series.title,
    series.unit,
    series.geography,
    series.why_not_comparable,
    context.observation_id,
    context.period_label,
    context.dimension,
    context.category,
    context.value,
    context.lower,
    context.upper,
    context.vintage,
    context.break_before,
    sources.source_id,
    sources.title as source_title,
    sources.publisher,
    cast(context.period_start as varchar) as period_start,
    cast(context.period_end as varchar) as period_end,
    coalesce(context.scope, '') as scope,
    coalesce(context.status, '') as status,
    coalesce(context.note, '') as note,
    coalesce(context.quotation, '') as quotation,
    coalesce(sources.published_on, '') as published_on,
    coalesce(sources.address, '') as address
from context
inner join series on context.series_id = series.series_id
inner join sources on context.source_id = sources.source_id
where list_contains($series::varchar[], context.series_id)
order by context.series_id, context.period_start, context.vintage, context.observation_id
