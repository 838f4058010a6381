-- One row per dimension and code of the release, in display order.
select
    dimension,
    code,
    label,
    kind,
    members,
    position
from codes
order by dimension, position
