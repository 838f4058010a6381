-- One row per `order` (number of dimensions that a sum fixes): its announced `max_error`.
create table precision as
select unnest($rows::struct("order" integer, max_error integer)[], recursive := true)
