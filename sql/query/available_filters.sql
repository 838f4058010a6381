-- One row per code of another dimension that the release crosses with $dimension, in display order.
with answered as (
    select
        unnest([
            struct_pack(name := 'nationality', code := nationality),
            struct_pack(name := 'age_band', code := age_band),
            struct_pack(name := 'sex', code := sex),
            struct_pack(name := 'crime_type', code := crime_type),
            struct_pack(name := 'outcome', code := outcome)
        ], recursive := true)
    from cells
    where
        status <> 'x'
        and case $dimension
            when 'nationality' then nationality
            when 'age_band' then age_band
            when 'sex' then sex
            when 'crime_type' then crime_type
            when 'outcome' then outcome
        end <> '_T'
)

select distinct
    codes.dimension,
    codes.code,
    codes.label,
    codes.position
from answered
inner join codes
    on
        answered.name = codes.dimension
        and answered.code = codes.code
where
    codes.dimension <> $dimension
    and codes.code <> '_T'
order by codes.dimension, codes.position
