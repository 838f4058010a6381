-- One row per number of codes other than '_T' of listed cells: how much can stand behind one that is not listed, which is 0.
select
    "order" as fixed,
    max_error as upper
from precision
where "order" <= 3
union all
-- A finest cell of 1 to 4 may have been adjusted to 0 itself.
select
    6 as fixed,
    4 as upper
