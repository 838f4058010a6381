-- One row per corrected number and day, the newest first.
select
    number_id,
    superseded_on,
    shown,
    reason
from superseded
order by superseded_on desc, number_id asc
