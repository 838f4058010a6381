-- One row per row of the table release. A sound database has exactly one.
select
    release_id,
    title,
    status,
    published_on
from release
