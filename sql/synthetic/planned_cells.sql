-- One row per combination of attributes: referrals, youngest and oldest age, phase, outcome_offset.
create or replace temp table planned_cells as
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
        outcome_offset integer
    )[],
    recursive := true
)
