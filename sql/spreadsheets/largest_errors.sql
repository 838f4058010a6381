-- One row per `order` (number of dimensions that a sum fixes): its announced `max_error`.
select
    "order",
    max_error
from precision
order by "order"
