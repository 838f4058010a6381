-- One row per relation between statements, with what its arithmetic says.
create table relations as
select unnest($rows::struct(
    relation_id varchar,
    position integer,
    kind varchar,
    statement_ids varchar[],
    title varchar,
    says varchar,
    result varchar,
    working varchar,
    shown varchar
)[], recursive := true)
