-- One row per referral, ordered by day, with police_force, outcome and age drawn by hashing its number.
-- The hash is MurmurHash3's 32-bit finaliser of number and salt: the same in every version of DuckDB.
create or replace temp view drawn_referrals as
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
        outcome_offset,
        (first_number + unnest(range(referrals)))::ubigint as number
    from daily_counts
),

salted as (
    select
        numbered.*,
        draw_tables.year,
        draw_tables.channel,
        draw_tables.forces,
        draw_tables.outcomes,
        xor(numbered.number, draw_tables.salt) as mixed
    from numbered
    cross join draw_tables
),

mixed_once as (
    select
        * exclude (mixed),
        (xor(mixed, mixed >> 16) * 2246822507) % 4294967296 as mixed
    from salted
),

mixed_twice as (
    select
        * exclude (mixed),
        (xor(mixed, mixed >> 13) * 3266489909) % 4294967296 as mixed
    from mixed_once
),

hashed as (
    select
        * exclude (mixed),
        xor(mixed, mixed >> 16)::bigint as draw
    from mixed_twice
)

select
    day,
    year,
    channel,
    nationality,
    nationality_label,
    age_band,
    sex,
    crime_type,
    format('{}-{}-{:08d}', upper(channel), year, number) as referral_id,
    forces[1 + draw % 100] as police_force,
    outcomes[1 + outcome_offset + (draw // 100) % 100] as outcome,
    youngest + (draw // 10000) % (oldest - youngest + 1) as age
from hashed
