-- One row per reading of a relation that does not add up, with the printed percentages it would break.
create table readings as
select unnest($rows::struct(
    relation_id varchar,
    position integer,
    reading varchar,
    breaks varchar[],
    is_usual boolean
)[], recursive := true)
