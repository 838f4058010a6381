-- One row per year, nationality, sensitive dimension (crime_type or outcome) and code that occurs: its people (value).
select
    year,
    nationality,
    if(grouping(crime_type) = 0, 'crime_type', 'outcome') as dimension,
    coalesce(crime_type, outcome) as code,
    sum(value)::bigint + count(distinct person_id) as value
from adjusted_counts
group by grouping sets ((year, nationality, crime_type), (year, nationality, outcome))
order by year, nationality, dimension, code
