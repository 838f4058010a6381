-- One row per context series asked for, or every one.
select
    series_id,
    title,
    publisher,
    unit,
    geography,
    why_not_comparable,
    coalesce(scope, '') as scope,
    coalesce(note, '') as note
from series
where $series is null or list_contains($series::varchar[], series_id)
order by series_id
