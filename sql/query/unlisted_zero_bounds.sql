-- One row per number of codes other than '_T' (fixed): the upper bound of an unlisted cell, whose value is 0.
select
    "order" as fixed,
    max_error as upper
from precision
where "order" <= 3
union all
-- Disclosure control may adjust the small count of a finest cell to 0. Changes that are held back add to that.
select
    6 as fixed,
    $largest_small_count + coalesce(max(max_error), 0) as upper
from precision
where "order" = 6
