-- One row: announced_orders, how many of the orders 0 to 5 have a largest error, and unaddable_codes, how many codes of
-- finest cells are not codes of the release to add up.
with used as (
    select
        unnest([
            struct_pack(name := 'nationality', code := nationality),
            struct_pack(name := 'age_band', code := age_band),
            struct_pack(name := 'sex', code := sex),
            struct_pack(name := 'crime_type', code := crime_type),
            struct_pack(name := 'outcome', code := outcome),
            struct_pack(name := 'period', code := period)
        ], recursive := true)
    from finest
)

select
    (select count(distinct "order") filter (where "order" between 0 and 5) from precision) as announced_orders,
    count(distinct used.name || used.code) as unaddable_codes
from used
left join codes
    on
        used.name = codes.dimension
        and used.code = codes.code
        and codes.kind <> 'aggregate'
where codes.code is null
