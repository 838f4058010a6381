-- One row: a release made from records is its own source.
create table sources as
select unnest($rows::struct(
    source_id varchar,
    title varchar,
    publisher varchar,
    published_on varchar,
    address varchar,
    licence varchar,
    note varchar
)[], recursive := true)
