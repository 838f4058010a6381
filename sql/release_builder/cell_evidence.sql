-- One row per cell with a known count: its text, its working and the ids of its statements.
create table evidence as
select unnest($rows::struct(
    nationality varchar,
    age_band varchar,
    sex varchar,
    crime_type varchar,
    open_ended boolean,
    shown varchar,
    working varchar,
    statement_ids varchar[]
)[], recursive := true)
