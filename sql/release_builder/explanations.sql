-- One row per explanation of a gap, with the printed percentages that it would break.
create table readings as
select unnest($rows::struct(
    relation_id varchar,
    position integer,
    reading varchar,
    breaks varchar[],
    is_usual boolean
)[], recursive := true)
