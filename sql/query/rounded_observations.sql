-- One row per code of `columns` (only the total if that is '') and code of `rows`, within a selection of a rounded release:
-- the sum of its finest cells.
with row_codes as (
    select
        code,
        label,
        kind,
        members,
        position,
        code <> '_T' and $rows <> 'period' or kind = 'category' as is_fixed,
        string_split(if(members = '', code, members), ' ') as parts
    from codes
    where
        dimension = $rows
        and (kind <> 'aggregate' or $rows = 'period')
),

column_codes as (
    select
        code,
        position,
        code <> '_T' as is_fixed
    from codes
    where
        dimension = $columns
        and kind <> 'aggregate'
    union all
    select
        '_T' as code,
        0 as position,
        false as is_fixed
    where $columns = ''
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
        case $rows
            when 'nationality' then finest.nationality
            when 'age_band' then finest.age_band
            when 'sex' then finest.sex
            when 'crime_type' then finest.crime_type
            when 'outcome' then finest.outcome
            when 'period' then finest.period
        end as row_part,
        case $columns
            when 'nationality' then finest.nationality
            when 'age_band' then finest.age_band
            when 'sex' then finest.sex
            when 'crime_type' then finest.crime_type
            when 'outcome' then finest.outcome
            else '_T'
        end as column_part,
        sum(finest.value) as value,
        sum(if(finest.value <= $largest_ambiguous, 1, finest.value)) as least
    from finest
    cross join within_period
    where
        ($rows = 'period' or list_contains(within_period.quarters, finest.period))
        and $nationality in ('_T', finest.nationality)
        and $age_band in ('_T', finest.age_band)
        and $sex in ('_T', finest.sex)
        and $crime_type in ('_T', finest.crime_type)
        and $outcome in ('_T', finest.outcome)
    group by all
),

summed as (
    select
        column_codes.code as column_code,
        column_codes.position as column_position,
        row_codes.code,
        row_codes.label,
        row_codes.kind,
        row_codes.members,
        row_codes.position,
        cast(coalesce(sum(matching.value), 0) as integer) as value,
        cast(coalesce(sum(matching.least), 0) as integer) as least,
        cast(row_codes.is_fixed as integer)
        + cast(column_codes.is_fixed as integer)
        + cast(within_period.is_fixed and $rows <> 'period' as integer)
        + len(list_filter([$nationality, $age_band, $sex, $crime_type, $outcome], lambda code: code <> '_T')) as fixed
    from row_codes
    cross join column_codes
    cross join within_period
    left join matching
        on
            (row_codes.code = '_T' or list_contains(row_codes.parts, matching.row_part))
            and column_codes.code in ('_T', matching.column_part)
    group by all
),

-- The error of a finest cell beyond that of the rule. If it is 0, a sum is at least the sum of its cells' lower bounds.
finest_errors as (
    select coalesce(max(max_error) filter (where "order" = 6), 0) as largest
    from precision
),

-- A finest cell (six dimensions fixed) can be adjusted itself: 0 stands for 0 to 4, and 5, 6 and 7 for 1 to themselves.
bounded as (
    select
        summed.* exclude (fixed, least),
        if($rows = 'period', summed.code, $period) as period,
        case 'nationality'
            when $rows then summed.code
            when $columns then summed.column_code
            else $nationality
        end as nationality,
        case 'age_band'
            when $rows then summed.code
            when $columns then summed.column_code
            else $age_band
        end as age_band,
        case 'sex'
            when $rows then summed.code
            when $columns then summed.column_code
            else $sex
        end as sex,
        case 'crime_type'
            when $rows then summed.code
            when $columns then summed.column_code
            else $crime_type
        end as crime_type,
        case 'outcome'
            when $rows then summed.code
            when $columns then summed.column_code
            else $outcome
        end as outcome,
        case
            when summed.fixed < 6
                then greatest(summed.value - precision.max_error, if(finest_errors.largest = 0, summed.least, 0))
            when summed.value <= $largest_ambiguous then least(summed.value, 1)
            else summed.value
        end as lower,
        case
            when summed.fixed < 6 then summed.value + precision.max_error
            when summed.value = 0 then $largest_small_count + coalesce(precision.max_error, 0)
            else summed.value
        end as upper
    from summed
    left join precision on summed.fixed = precision."order"
    cross join finest_errors
),

-- The codes that a period lacks, because a group there includes them: one dimension of each row is not '_T'.
unavailable as (
    select
        cells.period,
        cells.nationality,
        cells.age_band,
        cells.sex,
        cells.crime_type,
        cells.outcome
    from cells
    where cells.status = 'x'
),

-- Sums of up to three dimensions, and finest cells, are published as cells as well. They mark the numbers that a revision
-- changed, the totals that are not exact because changes are held back, and the sums that a published fact makes exact.
ranged as (
    select
        bounded.* exclude (lower, upper),
        coalesce(cells.lower, bounded.lower) as lower,
        coalesce(cells.upper, bounded.upper) as upper,
        coalesce(cells.status, '') = 'r' as is_revised,
        exists(
            select 1
            from unavailable
            where
                bounded.period = unavailable.period
                and (
                    unavailable.nationality <> '_T' and unavailable.nationality = bounded.nationality
                    or unavailable.age_band <> '_T' and unavailable.age_band = bounded.age_band
                    or unavailable.sex <> '_T' and unavailable.sex = bounded.sex
                    or unavailable.crime_type <> '_T' and unavailable.crime_type = bounded.crime_type
                    or unavailable.outcome <> '_T' and unavailable.outcome = bounded.outcome
                )
        ) as is_unavailable
    from bounded
    left join cells
        on
            bounded.period = cells.period
            and bounded.nationality = cells.nationality
            and bounded.age_band = cells.age_band
            and bounded.sex = cells.sex
            and bounded.crime_type = cells.crime_type
            and bounded.outcome = cells.outcome
)

select
    column_code,
    code,
    label,
    kind,
    members,
    if(is_unavailable, null, value) as value,
    if(is_unavailable, null, lower) as lower,
    if(is_unavailable, null, upper) as upper,
    case
        when is_unavailable then 'x'
        when is_revised then 'r'
        when lower = upper then ''
        else 'e'
    end as status
from ranged
order by column_position, position
