-- One row per combination of a code of each axis ($first, $second, $third; '' is no axis), totals included, within a
-- selection of a suppressed release. Status 'x' is not published. A $period of '' is the whole period of the release.
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

within_period as (
    select string_split(members, ' ') as quarters
    from codes
    where
        dimension = 'period'
        and code = $period
),

-- If a release has only one year, that is its whole period. Several years have no total.
whole_period as (
    select if(count(*) = 1, any_value(code), '') as code
    from codes
    where
        dimension = 'period'
        and kind = 'aggregate'
),

axis_codes as (
    select
        axes.place,
        axes.name,
        codes.code
    from axes
    inner join codes on axes.name = codes.dimension
    union all
    select
        axes.place,
        axes.name,
        periods.code
    from axes
    inner join codes as periods on axes.name = if(periods.kind = 'category', 'quarter', 'year')
    where
        periods.dimension = 'period'
        and (axes.name = 'year' or $period = '' or periods.code in (select unnest(quarters) from within_period))
    union all
    select
        axes.place,
        axes.name,
        '_T' as code
    from axes
    where axes.name in ('', 'quarter', 'year')
),

combinations as (
    select
        first_axis.code as first_code,
        second_axis.code as second_code,
        third_axis.code as third_code,
        case
            when first_axis.name in ('quarter', 'year') and first_axis.code <> '_T' then first_axis.code
            when second_axis.name in ('quarter', 'year') and second_axis.code <> '_T' then second_axis.code
            when third_axis.name in ('quarter', 'year') and third_axis.code <> '_T' then third_axis.code
            when $period = '' then whole_period.code
            else $period
        end as period,
        case 'nationality'
            when $first then first_axis.code
            when $second then second_axis.code
            when $third then third_axis.code
            else $nationality
        end as nationality,
        case 'age_band'
            when $first then first_axis.code
            when $second then second_axis.code
            when $third then third_axis.code
            else $age_band
        end as age_band,
        case 'sex'
            when $first then first_axis.code
            when $second then second_axis.code
            when $third then third_axis.code
            else $sex
        end as sex,
        case 'crime_type'
            when $first then first_axis.code
            when $second then second_axis.code
            when $third then third_axis.code
            else $crime_type
        end as crime_type,
        case 'outcome'
            when $first then first_axis.code
            when $second then second_axis.code
            when $third then third_axis.code
            else $outcome
        end as outcome
    from axis_codes as first_axis
    cross join axis_codes as second_axis
    cross join axis_codes as third_axis
    cross join whole_period
    where
        first_axis.place = 1
        and second_axis.place = 2
        and third_axis.place = 3
)

select
    combinations.first_code,
    combinations.second_code,
    combinations.third_code,
    cells.value,
    cells.lower,
    cells.upper,
    coalesce(cells.status, 'x') as status
from combinations
left join cells
    on
        combinations.period = cells.period
        and combinations.nationality = cells.nationality
        and combinations.age_band = cells.age_band
        and combinations.sex = cells.sex
        and combinations.crime_type = cells.crime_type
        and combinations.outcome = cells.outcome
order by combinations.first_code, combinations.second_code, combinations.third_code
