-- One row per number of dimensions that a sum fixes: the announced largest error of such a sum, 0 where it is exact.
select
    "order",
    max_error
from precision
order by "order"
