-- One row per dimension and code of the release, in display order.
select
    dimension,
    code,
    label,
    kind,
    position
from codes
order by dimension, position
