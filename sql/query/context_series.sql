-- One row: the context series with id $series_id.
select
    series_id,
    title,
    publisher,
    unit,
    geography,
    scope,
    why_not_comparable,
    coalesce(note, '') as note
from series
where series_id = $series_id
