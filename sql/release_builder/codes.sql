-- One row per dimension and code of the release, with its position in lists.
create table codes as
select unnest($rows::struct(
    dimension varchar,
    code varchar,
    label varchar,
    kind varchar,
    members varchar,
    position integer
)[], recursive := true)
