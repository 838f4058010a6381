-- One row per dimension and code that a reader can ask for, in the order of showing.
create table codes as
select unnest($rows::struct(
    dimension varchar,
    code varchar,
    label varchar,
    kind varchar,
    members varchar,
    position integer
)[], recursive := true)
