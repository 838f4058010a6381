-- One row per year, dimension and code: its people (value).
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
group by
    grouping sets (
        (year, quarter),
        (year, nationality),
        (year, age_band),
        (year, sex),
        (year, crime_type),
        (year, outcome)
    )
order by year, dimension, code
