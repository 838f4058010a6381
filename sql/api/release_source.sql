-- One row: the source and licence of the release.
select
    release.licence,
    coalesce(sources.publisher, '') as publisher,
    coalesce(sources.title, '') as title,
    coalesce(sources.published_on, '') as published_on,
    coalesce(sources.address, '') as address
from release
left join sources on release.source_id = sources.source_id
