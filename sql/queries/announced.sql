-- One row: for how many orders an additive release announces the largest error of its sums, and how many cells it sums.
select
    count(distinct precision."order") filter (where precision."order" between 0 and 5) as orders,
    (select count(*) from finest) as cells
from precision
