-- One row per referral, in order of day, with its outcome, police force and age drawn from its own number.
-- The draw is MurmurHash3's 32-bit finaliser of that number and the salt: the same in every version of DuckDB.
create or replace temp view drawn as
with numbered as (
    select
        day,
        nationality,
        nationality_label,
        age_band,
        sex,
        crime_type,
        youngest,
        oldest,
        lots_before,
        (before + unnest(range(many)) + 1)::ubigint as number
    from slots
),

salted as (
    select
        numbered.*,
        lots.year,
        lots.forces,
        lots.outcomes,
        xor(numbered.number, lots.salt) as mixed
    from numbered
    cross join lots
),

once as (
    select
        * exclude (mixed),
        (xor(mixed, mixed >> 16) * 2246822507) % 4294967296 as mixed
    from salted
),

twice as (
    select
        * exclude (mixed),
        (xor(mixed, mixed >> 13) * 3266489909) % 4294967296 as mixed
    from once
),

hashed as (
    select
        * exclude (mixed),
        xor(mixed, mixed >> 16)::bigint as draw
    from twice
)

select
    day,
    year,
    nationality,
    nationality_label,
    age_band,
    sex,
    crime_type,
    format('ILLUSTRATIVE-{}-{:08d}', year, number) as referral_id,
    forces[1 + draw % 100] as police_force,
    outcomes[1 + lots_before + (draw // 100) % 100] as outcome,
    youngest + (draw // 10000) % (oldest - youngest + 1) as age
from hashed
