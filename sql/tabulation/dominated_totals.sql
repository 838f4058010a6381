-- One row per year, dimension and code in which the $people people with most referrals have more than $largest_share
-- percent of them.
with by_person as (
    select
        year,
        person_id,
        case
            when grouping(quarter) = 0 then 'quarter'
            when grouping(nationality) = 0 then 'nationality'
            when grouping(age_band) = 0 then 'age_band'
            when grouping(sex) = 0 then 'sex'
            when grouping(crime_type) = 0 then 'crime_type'
            else 'outcome'
        end as dimension,
        coalesce(quarter, nationality, age_band, sex, crime_type, outcome) as code,
        -- Rows with a person_id are negative: see adjusted_counts.
        if(person_id is null, 1, -1) * sum(value) as referrals
    from recoded_cells
    group by grouping sets (
        (year, quarter, person_id),
        (year, nationality, person_id),
        (year, age_band, person_id),
        (year, sex, person_id),
        (year, crime_type, person_id),
        (year, outcome, person_id)
    )
),

ranked as (
    select
        *,
        row_number() over (
            partition by year, dimension, code, person_id is null
            order by referrals desc
        ) as place
    from by_person
)

select
    year,
    dimension,
    code
from ranked
group by year, dimension, code
having
    100 * coalesce(sum(referrals) filter (where person_id is not null and place <= $people), 0)
    > $largest_share * sum(referrals) filter (where person_id is null)
order by year, dimension, code
