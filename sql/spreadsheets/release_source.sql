-- One row: where the release comes from, its licence, and how many cells it holds.
select
    release.licence,
    sources.publisher,
    sources.title as source,
    (select count(*) from cells) as cells
from release
left join sources on release.source_id = sources.source_id
