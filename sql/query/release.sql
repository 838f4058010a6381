-- One row: the release's metadata.
select
    release_id,
    title,
    period,
    period_label,
    status,
    additive,
    source_id,
    cast(published_on as varchar) as published_on,
    attribution,
    lay_sentence
from release
