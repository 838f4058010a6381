-- One row: the release itself.
create table release as
select unnest($rows::struct(
    release_id varchar,
    title varchar,
    period varchar,
    period_label varchar,
    status varchar,
    additive boolean,
    source_id varchar,
    published_on date,
    licence varchar,
    attribution varchar,
    lay_sentence varchar
)[], recursive := true)
