-- One row per number of dimensions that a sum fixes: the announced largest error of such a sum, 0 where it is exact.
create table precision as
select unnest($rows::struct("order" integer, max_error integer)[], recursive := true)
