-- One row per row of the table release: only one, if the database is sound.
select
    release_id,
    title,
    status,
    published_on
from release
