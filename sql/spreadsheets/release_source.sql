-- One row: the release's licence, its source and its number of `cells`.
select
    release.licence,
    sources.publisher,
    sources.title,
    (select count(*) from cells) as cells
from release
left join sources on release.source_id = sources.source_id
