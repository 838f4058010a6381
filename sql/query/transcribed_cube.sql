-- One row per combination of a code of each axis ($first, $second, $third; '' is no axis), totals included, within a
-- selection of a transcribed release. Status 'x' is not published.
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
        '_T' as code
    from axes
    where axes.name = ''
),

combinations as (
    select
        first_axis.code as first_code,
        second_axis.code as second_code,
        third_axis.code as third_code,
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
    coalesce(cells.status, 'x') as status,
    coalesce(evidence.open_ended, false) as open_ended,
    coalesce(evidence.working, '') as working,
    coalesce(evidence.assumes, '') as assumes,
    coalesce(evidence.statement_ids, []) as statement_ids
from combinations
left join cells
    on
        cells.period = $period
        and combinations.nationality = cells.nationality
        and combinations.age_band = cells.age_band
        and combinations.sex = cells.sex
        and combinations.crime_type = cells.crime_type
        and combinations.outcome = cells.outcome
left join evidence
    on
        cells.nationality = evidence.nationality
        and cells.age_band = evidence.age_band
        and cells.sex = evidence.sex
        and cells.crime_type = evidence.crime_type
        and cells.outcome = '_T'
order by combinations.first_code, combinations.second_code, combinations.third_code
