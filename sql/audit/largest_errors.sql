-- One row per number of dimensions that a sum fixes: the largest error that a release's database announces.
select
    "order",
    max_error
from precision
