-- One row per year, dimension and code: its people (value), and largest_subgroup.
-- largest_subgroup is the most people of a nationality that share one crime type or outcome; 0 for other dimensions.
with margins as (
    select
        year,
        case
            when grouping(nationality) = 0 then 'nationality'
            when grouping(age_band) = 0 then 'age_band'
            when grouping(sex) = 0 then 'sex'
            when grouping(crime_type) = 0 then 'crime_type'
            when grouping(outcome) = 0 then 'outcome'
            else 'quarter'
        end as dimension,
        coalesce(nationality, age_band, sex, crime_type, outcome, quarter) as code,
        sum(value)::bigint + count(distinct person_id) as value
    from adjusted_counts
    group by grouping sets (
        (year, quarter),
        (year, nationality),
        (year, age_band),
        (year, sex),
        (year, crime_type),
        (year, outcome)
    )
),

subgroups as (
    select
        year,
        nationality,
        max(value) as value
    from (
        select
            year,
            nationality,
            sum(value)::bigint + count(distinct person_id) as value
        from adjusted_counts
        group by grouping sets ((year, nationality, crime_type), (year, nationality, outcome))
    ) as pairs
    group by year, nationality
)

select
    margins.year,
    margins.dimension,
    margins.code,
    margins.value,
    case when margins.dimension = 'nationality' then subgroups.value else 0 end as largest_subgroup
from margins
left join subgroups
    on
        margins.dimension = 'nationality'
        and margins.year = subgroups.year
        and margins.code = subgroups.nationality
order by margins.year, margins.dimension, margins.code
