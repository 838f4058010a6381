-- One row per relation between statements, with the result of its arithmetic.
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
