-- One row per dimension and code of the release, in the order of showing.
select
    dimension,
    code,
    label,
    kind,
    position
from codes
order by dimension, position
