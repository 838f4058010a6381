-- One row per context series.
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
order by series_id
