-- One row per combination of a code of each axis ($first, $second, $third; '' is no axis), totals included, within a
-- selection of a rounded release: the sum of its finest cells. A $period of '' is the whole period of the release.
with axes as (
    select
        1 as place,
        $first as name
    union all
    select
        2 as place,
        $second as name
    union all
    select
        3 as place,
        $third as name
),

periods as (
    select
        code,
        kind = 'category' as is_fixed,
        string_split(if(members = '', code, members), ' ') as quarters
    from codes
    where dimension = 'period'
),

-- If a release has only one year, that is its whole period, and `cells` has its numbers under the code of the year.
within_period as (
    select
        code,
        is_fixed,
        quarters,
        1 as years
    from periods
    where code = $period
    union all
    select
        if(count(*) = 1, any_value(code), '') as code,
        false as is_fixed,
        flatten(list(quarters)) as quarters,
        count(*) as years
    from periods
    where
        $period = ''
        and not is_fixed
    having count(*) > 0
),

axis_codes as (
    select
        axes.place,
        axes.name,
        codes.code,
        codes.code <> '_T' as is_fixed
    from axes
    inner join codes on axes.name = codes.dimension
    where codes.kind <> 'aggregate'
    union all
    select
        axes.place,
        axes.name,
        periods.code,
        axes.name = 'quarter' as is_fixed
    from axes
    cross join periods
    cross join within_period
    where
        axes.name = if(periods.is_fixed, 'quarter', 'year')
        and list_has_all(within_period.quarters, periods.quarters)
    union all
    select
        axes.place,
        axes.name,
        '_T' as code,
        false as is_fixed
    from axes
    where axes.name in ('', 'quarter', 'year')
),

matching as (
    select
        finest.value,
        if(finest.value <= $largest_ambiguous, 1, finest.value) as least,
        case $first
            when 'nationality' then finest.nationality
            when 'age_band' then finest.age_band
            when 'sex' then finest.sex
            when 'crime_type' then finest.crime_type
            when 'outcome' then finest.outcome
            when 'quarter' then finest.period
            when 'year' then finest.year
            else '_T'
        end as first_part,
        case $second
            when 'nationality' then finest.nationality
            when 'age_band' then finest.age_band
            when 'sex' then finest.sex
            when 'crime_type' then finest.crime_type
            when 'outcome' then finest.outcome
            when 'quarter' then finest.period
            when 'year' then finest.year
            else '_T'
        end as second_part,
        case $third
            when 'nationality' then finest.nationality
            when 'age_band' then finest.age_band
            when 'sex' then finest.sex
            when 'crime_type' then finest.crime_type
            when 'outcome' then finest.outcome
            when 'quarter' then finest.period
            when 'year' then finest.year
            else '_T'
        end as third_part
    from finest
    cross join within_period
    where
        list_contains(within_period.quarters, finest.period)
        and $nationality in ('_T', finest.nationality)
        and $age_band in ('_T', finest.age_band)
        and $sex in ('_T', finest.sex)
        and $crime_type in ('_T', finest.crime_type)
        and $outcome in ('_T', finest.outcome)
),

sums as (
    select
        coalesce(first_part, '_T') as first_code,
        coalesce(second_part, '_T') as second_code,
        coalesce(third_part, '_T') as third_code,
        sum(value) as value,
        sum(least) as least
    from matching
    group by cube (first_part, second_part, third_part)
),

-- Without an axis, its part is '_T' in every row, so the cube has the same sum twice: as that part and as the total.
unique_sums as (
    select distinct
        first_code,
        second_code,
        third_code,
        value,
        least
    from sums
),

combinations as (
    select
        first_axis.code as first_code,
        second_axis.code as second_code,
        third_axis.code as third_code,
        within_period.years,
        cast(coalesce(unique_sums.value, 0) as integer) as value,
        cast(coalesce(unique_sums.least, 0) as integer) as least,
        cast(first_axis.is_fixed as integer)
        + cast(second_axis.is_fixed as integer)
        + cast(third_axis.is_fixed as integer)
        + cast(within_period.is_fixed as integer)
        + len(list_filter([$nationality, $age_band, $sex, $crime_type, $outcome], lambda code: code <> '_T')) as fixed,
        case
            when first_axis.name in ('quarter', 'year') and first_axis.code <> '_T' then first_axis.code
            when second_axis.name in ('quarter', 'year') and second_axis.code <> '_T' then second_axis.code
            when third_axis.name in ('quarter', 'year') and third_axis.code <> '_T' then third_axis.code
            else within_period.code
        end as period
    from axis_codes as first_axis
    cross join axis_codes as second_axis
    cross join axis_codes as third_axis
    cross join within_period
    left join unique_sums
        on
            first_axis.code = unique_sums.first_code
            and second_axis.code = unique_sums.second_code
            and third_axis.code = unique_sums.third_code
    where
        first_axis.place = 1
        and second_axis.place = 2
        and third_axis.place = 3
),

-- The largest error is announced for one year, so that of a sum of several years is multiplied by their number.
with_error as (
    select
        combinations.*,
        precision.max_error * if(combinations.period = '', combinations.years, 1) as error,
        case 'nationality'
            when $first then combinations.first_code
            when $second then combinations.second_code
            when $third then combinations.third_code
            else $nationality
        end as nationality,
        case 'age_band'
            when $first then combinations.first_code
            when $second then combinations.second_code
            when $third then combinations.third_code
            else $age_band
        end as age_band,
        case 'sex'
            when $first then combinations.first_code
            when $second then combinations.second_code
            when $third then combinations.third_code
            else $sex
        end as sex,
        case 'crime_type'
            when $first then combinations.first_code
            when $second then combinations.second_code
            when $third then combinations.third_code
            else $crime_type
        end as crime_type,
        case 'outcome'
            when $first then combinations.first_code
            when $second then combinations.second_code
            when $third then combinations.third_code
            else $outcome
        end as outcome
    from combinations
    left join precision on combinations.fixed = precision."order"
),

-- The error of a finest cell beyond that of the rule. If it is 0, a sum is at least the sum of its cells' lower bounds.
finest_errors as (
    select coalesce(max(max_error) filter (where "order" = 6), 0) as largest
    from precision
),

-- A finest cell (six dimensions fixed) can be adjusted itself: 0 stands for 0 to 4, and 5, 6 and 7 for 1 to themselves.
bounded as (
    select
        with_error.*,
        case
            when with_error.fixed < 6
                then greatest(with_error.value - with_error.error, if(finest_errors.largest = 0, with_error.least, 0))
            when with_error.value <= $largest_ambiguous then least(with_error.value, 1)
            else with_error.value
        end as lower,
        case
            when with_error.fixed < 6 then with_error.value + with_error.error
            when with_error.value = 0 then $largest_small_count + coalesce(with_error.error, 0)
            else with_error.value
        end as upper
    from with_error
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
        bounded.first_code,
        bounded.second_code,
        bounded.third_code,
        bounded.value,
        coalesce(cells.lower, bounded.lower) as lower,
        coalesce(cells.upper, bounded.upper) as upper,
        coalesce(cells.status, '') as status,
        exists(
            select 1
            from unavailable
            where
                bounded.period in ('', unavailable.period)
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
    first_code,
    second_code,
    third_code,
    if(is_unavailable, null, value) as value,
    if(is_unavailable, null, lower) as lower,
    if(is_unavailable, null, upper) as upper,
    if(is_unavailable, 'x', status) as status
from ranged
order by first_code, second_code, third_code
