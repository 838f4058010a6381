-- One row per nationality with a printed count of victim referrals or a figure of another publisher.
select
    nationality,
    bool_or(is_printed) as is_printed,
    bool_or(is_context) as is_context
from (
    select
        nationality,
        true as is_printed,
        false as is_context
    from cells
    where
        not starts_with(nationality, '_')
        and value is not null
        and age_band = '_T'
        and sex = '_T'
        and crime_type = '_T'
        and outcome = '_T'
    union all
    select
        category as nationality,
        false as is_printed,
        true as is_context
    from context
    where dimension = 'nationality' and not starts_with(category, '_')
) as found
group by nationality
order by nationality
