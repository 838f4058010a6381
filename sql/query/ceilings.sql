-- One row per listed total of a period ('_T' as dimension and code) and of one code in it, with its bounds.
select
    period,
    lower,
    upper,
    case
        when nationality <> '_T' then 'nationality'
        when age_band <> '_T' then 'age_band'
        when sex <> '_T' then 'sex'
        when crime_type <> '_T' then 'crime_type'
        when outcome <> '_T' then 'outcome'
        else '_T'
    end as dimension,
    case dimension
        when 'nationality' then nationality
        when 'age_band' then age_band
        when 'sex' then sex
        when 'crime_type' then crime_type
        when 'outcome' then outcome
        else '_T'
    end as code
from cells
where
    upper is not null
    and len(list_filter([nationality, age_band, sex, crime_type, outcome], lambda code: code <> '_T')) <= 1
