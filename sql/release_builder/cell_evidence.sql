-- One row per cell with a known count: its text, working, statements, and its derivation ('' if printed).
create table evidence as
select unnest($rows::struct(
    nationality varchar,
    age_band varchar,
    sex varchar,
    crime_type varchar,
    open_ended boolean,
    shown varchar,
    working varchar,
    statement_ids varchar[],
    derivation_id varchar,
    title varchar,
    assumes varchar
)[], recursive := true)
