-- One row per published statement that readers may see.
create table statements as
select unnest($rows::struct(
    statement_id varchar,
    source_id varchar,
    section varchar,
    kind varchar,
    subject varchar,
    measure varchar,
    period_start varchar,
    period_end varchar,
    nationality varchar,
    age_band varchar,
    sex varchar,
    crime_type varchar,
    share_of varchar,
    value varchar,
    printed varchar,
    unit varchar,
    precision varchar,
    role varchar,
    quotation varchar,
    note varchar
)[], recursive := true)
