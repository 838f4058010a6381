-- One row per code of the dimension asked for, within a selection of an additive release: the sum of its finest cells.
with asked as (
    select
        code,
        label,
        kind,
        members,
        position,
        code <> '_T' and $dimension <> 'period' or kind = 'category' as is_fixed,
        string_split(if(members = '', code, members), ' ') as parts
    from codes
    where
        dimension = $dimension
        and (kind <> 'aggregate' or $dimension = 'period')
),

within_period as (
    select
        kind = 'category' as is_fixed,
        string_split(if(members = '', code, members), ' ') as quarters
    from codes
    where
        dimension = 'period'
        and code = $period
),

matching as (
    select
        case $dimension
            when 'nationality' then finest.nationality
            when 'age_band' then finest.age_band
            when 'sex' then finest.sex
            when 'crime_type' then finest.crime_type
            when 'outcome' then finest.outcome
            when 'period' then finest.period
        end as part,
        sum(finest.value) as value
    from finest
    cross join within_period
    where
        ($dimension = 'period' or list_contains(within_period.quarters, finest.period))
        and $nationality in ('_T', finest.nationality)
        and $age_band in ('_T', finest.age_band)
        and $sex in ('_T', finest.sex)
        and $crime_type in ('_T', finest.crime_type)
        and $outcome in ('_T', finest.outcome)
    group by part
),

summed as (
    select
        asked.code,
        asked.label,
        asked.kind,
        asked.members,
        asked.position,
        cast(coalesce(sum(matching.value), 0) as integer) as value,
        cast(asked.is_fixed as integer)
        + cast(within_period.is_fixed and $dimension <> 'period' as integer)
        + len(list_filter([$nationality, $age_band, $sex, $crime_type, $outcome], lambda code: code <> '_T')) as fixed
    from asked
    cross join within_period
    left join matching on asked.code = '_T' or list_contains(asked.parts, matching.part)
    group by all
),

-- A finest cell (six dimensions fixed) can be adjusted itself: 0 stands for 0 to 4, and 5, 6 and 7 for 1 to themselves.
bounded as (
    select
        summed.code,
        summed.label,
        summed.kind,
        summed.members,
        summed.position,
        summed.value,
        case
            when summed.fixed < 6 then greatest(summed.value - precision.max_error, 0)
            when summed.value <= $largest_ambiguous then least(summed.value, 1)
            else summed.value
        end as lower,
        case
            when summed.fixed < 6 then summed.value + precision.max_error
            when summed.value = 0 then $largest_small_count
            else summed.value
        end as upper
    from summed
    left join precision on summed.fixed = precision."order"
),

-- Sums of up to three dimensions, and finest cells, are published as cells as well: those say what a revision changed, and
-- which sums a published fact makes exact.
ranged as (
    select
        bounded.* exclude (lower, upper),
        coalesce(cells.lower, bounded.lower) as lower,
        coalesce(cells.upper, bounded.upper) as upper,
        coalesce(cells.status, '') = 'r' as is_revised
    from bounded
    left join cells
        on
            cells.period = if($dimension = 'period', bounded.code, $period)
            and cells.nationality = if($dimension = 'nationality', bounded.code, $nationality)
            and cells.age_band = if($dimension = 'age_band', bounded.code, $age_band)
            and cells.sex = if($dimension = 'sex', bounded.code, $sex)
            and cells.crime_type = if($dimension = 'crime_type', bounded.code, $crime_type)
            and cells.outcome = if($dimension = 'outcome', bounded.code, $outcome)
)

select
    code,
    label,
    kind,
    members,
    value,
    lower,
    upper,
    case
        when is_revised then 'r'
        when lower = upper then ''
        else 'e'
    end as status
from ranged
order by position
