-- One row per cell that has an answer: how readers see it, what it is called, its working, and the statements behind it.
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
