-- One row per release that a database says it is: one, if it is sound.
select
    release_id,
    title,
    status,
    published_on
from release
