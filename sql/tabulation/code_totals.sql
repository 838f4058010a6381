-- One row per year, dimension and code that occurs, with its people and the most that share one crime type or one outcome.
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
    from people
    group by grouping sets (
        (year, quarter),
        (year, nationality),
        (year, age_band),
        (year, sex),
        (year, crime_type),
        (year, outcome)
    )
),

shared as (
    select
        year,
        nationality,
        max(value) as value
    from (
        select
            year,
            nationality,
            sum(value)::bigint + count(distinct person_id) as value
        from people
        group by grouping sets ((year, nationality, crime_type), (year, nationality, outcome))
    ) as alike
    group by year, nationality
)

select
    margins.year,
    margins.dimension,
    margins.code,
    margins.value,
    case when margins.dimension = 'nationality' then shared.value else 0 end as most_alike
from margins
left join shared
    on
        margins.dimension = 'nationality'
        and margins.year = shared.year
        and margins.code = shared.nationality
order by margins.year, margins.dimension, margins.code
