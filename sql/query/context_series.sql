-- One row: the context series asked for.
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
