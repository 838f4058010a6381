-- One row per number of dimensions fixed: found, the number of groups with enough referrals but too few people.
with counted as (
    select
        6 - grouping(quarter) - grouping(nationality) - grouping(age_band)
        - grouping(sex) - grouping(crime_type) - grouping(outcome) as fixed,
        sum(value) filter (where person_id is null) as referrals,
        sum(value) + count(distinct person_id) as people
    from recoded_cells
    group by grouping sets (
        (year, quarter),
        (year, nationality),
        (year, age_band),
        (year, sex),
        (year, crime_type),
        (year, outcome),
        (year, quarter, nationality),
        (year, quarter, age_band),
        (year, quarter, sex),
        (year, quarter, crime_type),
        (year, quarter, outcome),
        (year, nationality, age_band),
        (year, nationality, sex),
        (year, nationality, crime_type),
        (year, nationality, outcome),
        (year, age_band, sex),
        (year, age_band, crime_type),
        (year, age_band, outcome),
        (year, sex, crime_type),
        (year, sex, outcome),
        (year, crime_type, outcome),
        (year, quarter, nationality, age_band, sex, crime_type, outcome)
    )
)

select
    fixed,
    count(*) as found
from counted
where referrals >= if(fixed = 1, $category, $cell) and people < if(fixed = 1, $category, $cell)
group by fixed
