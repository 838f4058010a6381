-- One row per combination of attributes that has referrals, with the ages it may have.
create or replace temp table plan as
select unnest(
    $rows::struct(
        nationality varchar,
        nationality_label varchar,
        age_band varchar,
        sex varchar,
        crime_type varchar,
        referrals bigint,
        youngest integer,
        oldest integer,
        phase double,
        lots_before integer
    )[],
    recursive := true
)
