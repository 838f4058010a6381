-- One row per order of sums: the largest error that the database of a release announces.
select
    "order",
    max_error
from precision
